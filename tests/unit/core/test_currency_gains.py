"""What was posted in a company's own currency alone, and in the group's: nothing of it is in the document's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.core.test_contributions_to_cells import FOUND, HERE, INVOICE, MODEL, REVENUE, planned
from tieout.money import Money
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey


def test_a_currency_gain_has_no_transaction_amount_and_still_reaches_the_reporting_currency() -> None:
    """Its line is zero in the document's currency and not in the group's."""
    gain = replace(REVENUE, transaction=Money(0, "EUR"), functional=Money(-50, "EUR"), group=Money(-54, "USD"))
    assert [amount for amount, _ in planned(replace(INVOICE, lines=(gain,))).values()] == [54]


@pytest.mark.parametrize("currency", ["GBP", "USD"])
def test_a_currency_gain_of_books_without_the_groups_currency_is_converted_from_their_own(currency: str) -> None:
    """Nothing of it is in the document's currency, even where planning reports in that one: there is no other amount."""
    gain = replace(REVENUE, transaction=Money(0, currency), functional=Money(-5_000, "EUR"), group=None)
    fact = replace(INVOICE, lines=(gain,))
    assert list(planned(fact).values()) == [(6_000, "average:EUR>USD@2026-03=1.2")]
    rate = MappingKey.rate("average", "EUR", "USD", "2026-03")
    assert rate in MODEL.mapping_keys(HERE, fact, FOUND)
    unknown = {key: member for key, member in FOUND.items() if key != rate}
    assert MODEL.contributions(HERE, fact, unknown) == Unmapped(rate)
