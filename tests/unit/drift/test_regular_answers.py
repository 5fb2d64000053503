"""Answers by the thousand, as a simulated system gives them, show no drift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from sandbox.systems.hubspot.answering import plain_deal, plain_line_item
from sandbox.systems.hubspot.deals import Deal
from sandbox.systems.hubspot.line_items import LineItem
from tieout.drift import Watch
from tieout.systems.hubspot.expected import EXPECTED
from tieout.systems.hubspot.line_items import LINE_ITEM_PROPERTIES, PAYMENTS_IN_MONTHS
from tieout.systems.hubspot.translate import DEAL_PROPERTIES

_BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_ten_thousand_records_of_a_simulated_account_are_regular() -> None:
    """Deals and line items with any of their properties, live and in the recycling bin."""
    random, watch = Random(7), Watch(EXPECTED)  # noqa: S311 any answers
    frequencies = [None, "", *PAYMENTS_IN_MONTHS]
    for number in range(5_000):
        at = _BEGIN + timedelta(minutes=number)
        stated = {name: random.choice((None, "", "1500.00", "text")) for name in DEAL_PROPERTIES[:9]}
        deal = Deal(
            deal_id=str(number),
            properties=stated,
            created_at=at,
            modified_at=at,
            archived_at=random.choice((None, at)),
            merged_ids=random.choice(((), ("7", "8"))),
        )
        item = LineItem(
            item_id=str(number),
            deal_id=str(number),
            properties={"amount": "10.00", "recurringbillingfrequency": random.choice(frequencies)},
            created_at=at,
            modified_at=at,
        )
        watch.see("deals", [plain_deal(deal, list(DEAL_PROPERTIES))])
        watch.see("line_items", [plain_line_item(item, list(LINE_ITEM_PROPERTIES))])
    assert watch.take() == {}
