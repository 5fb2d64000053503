"""How books are closed, as it is declared and compiled, and which rule is for a change that comes late."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from tieout.closing import Books, BooksState, Closing, LateRule, Treatment, closing_of_plain

ACCOUNTING = LateRule(
    name="accounting",
    legal_entities=("EMEA", "APAC"),
    flows=("books", "spending"),
    soft_closed="accept",
    closed="restate",
)
SPENDING = LateRule(name="spending", flows=("spending",), closed="next_open")


@pytest.mark.parametrize("closing", [Closing(), Closing(versions=("Actual", "Plan"), late=(ACCOUNTING, SPENDING))])
def test_a_function_closes_books_as_it_is_declared(closing: Closing) -> None:
    """Through the file that is compiled into its asset."""
    assert closing_of_plain(json.loads(json.dumps(asdict(closing)))) == closing


def test_where_nothing_is_declared_no_version_is_closed_and_what_is_late_is_held() -> None:
    """A landscape need not speak of closing."""
    assert closing_of_plain({}) == Closing()


@pytest.mark.parametrize(
    ("legal_entities", "flows", "is_for"),
    [
        ((), (), True),
        (("EMEA",), (), True),
        (("APAC",), (), False),
        ((), ("books",), True),
        ((), ("spending",), False),
        (("APAC", "EMEA"), ("spending", "books"), True),
        (("APAC",), ("books",), False),
        (("EMEA",), ("spending",), False),
    ],
)
def test_a_rule_is_for_the_companies_and_flows_it_names(
    legal_entities: tuple[str, ...], flows: tuple[str, ...], *, is_for: bool
) -> None:
    """For all where it names none; where it names both, both must be."""
    assert LateRule(name="late", legal_entities=legal_entities, flows=flows).is_for("EMEA", "books") is is_for


@pytest.mark.parametrize(
    ("legal_entity", "flow", "soft_closed", "closed"),
    [
        ("EMEA", "books", Treatment.ACCEPT, Treatment.RESTATE),
        ("EMEA", "spending", Treatment.ACCEPT, Treatment.RESTATE),
        ("AMER", "spending", Treatment.HOLD, Treatment.NEXT_OPEN),
        ("AMER", "books", Treatment.HOLD, Treatment.HOLD),
    ],
)
def test_the_first_rule_that_is_for_a_change_says_what_becomes_of_it(
    legal_entity: str, flow: str, soft_closed: Treatment, closed: Treatment
) -> None:
    """Where none is, it is held; open books take everything."""
    closing, books = Closing(late=(ACCOUNTING, SPENDING)), Books(legal_entity, "2026-03", "Actual")
    assert closing.treatment(books, BooksState.SOFT_CLOSED, flow) is soft_closed
    assert closing.treatment(books, BooksState.CLOSED, flow) is closed
    assert closing.treatment(books, BooksState.OPEN, flow) is Treatment.ACCEPT
