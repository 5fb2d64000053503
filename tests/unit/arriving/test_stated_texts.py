"""Texts that an item of a body has to state: there, texts, and of their form as a whole."""

from __future__ import annotations

import re

import pytest

from tieout.arriving.delivery import stated_text
from tieout.errors import MalformedError

FORM = re.compile("ev_[a-z]{1,5}")


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (None, "event_id_missing"),
        ("", "event_id_missing"),
        (7, "event_id_malformed"),
        (["ev_a"], "event_id_malformed"),
        ("ev_", "event_id_malformed"),
        ("ev_a b", "event_id_malformed"),
        (" ev_a", "event_id_malformed"),
    ],
)
def test_what_is_no_such_text_is_refused_in_our_words(stated: object, reason: str) -> None:
    """The code names what it is, never what was sent."""
    with pytest.raises(MalformedError, match=rf"^{reason}$"):
        stated_text(stated, FORM, "event_id")


def test_a_text_of_the_form_is_taken_as_it_stands() -> None:
    """Nothing is added and nothing taken off."""
    assert stated_text("ev_abc", FORM, "event_id") == "ev_abc"
