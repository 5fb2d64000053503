"""How long a token holds, in every form in which its issuer may say it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tieout.access_tokens import life_in

USUAL = timedelta(minutes=7)


@pytest.mark.parametrize(
    ("stated", "seconds"), [(3599, 3599), ("3599", 3599), (Decimal("3600.0"), 3600), (1, 1), (999_999, 999_999)]
)
def test_a_life_is_a_number_of_seconds(stated: object, seconds: int) -> None:
    """As a number or as text, whole or not."""
    assert life_in({"expires_in": stated}, USUAL) == timedelta(seconds=seconds)


@pytest.mark.parametrize("stated", [None, 0, "0", -1, True, "soon", "", 1_000_000, "9" * 30, [3600], "3599.5", "٣٦٠٠"])
def test_a_life_that_is_none_is_the_usual_one(stated: object) -> None:
    """Whoever issues it."""
    assert life_in({"expires_in": stated}, USUAL) == USUAL
    assert life_in({}, USUAL) == USUAL
