"""The outcomes of the largest delivery the door lets in, in the one item that keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.memory_table import MemoryTable
from tieout.arriving.accepting import MAX_NOTICES
from tieout.arriving.envelope import Envelope
from tieout.ledger import keys
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Usage

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LARGEST_ITEM_BYTES = 400 * 1024  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html


def test_the_outcomes_of_the_largest_delivery_fill_a_fraction_of_an_item() -> None:
    """Whatever became of its notices first and last: the door's limit keeps the item from ever being refused."""
    table = MemoryTable()  # an emulated DynamoDB would take half a minute, and has no say in the size
    outcomes = OutcomeLedger(table)
    envelope = Envelope(delivery_id="d" * 36, connection="crm", flow="forecast", received_at=NOW, notices=())
    largest = 0
    for outcome in (Outcome.PARKED, Outcome.SUPERSEDED):
        outcomes.keep(envelope, dict.fromkeys(range(MAX_NOTICES), outcome))
        assert outcomes.count("crm", NOW.date()) == {("forecast", outcome): MAX_NOTICES}
        item = table.get([keys.outcome_key("crm", NOW, envelope.delivery_id, "forecast")])
        [values] = item.values()
        largest = max(largest, sum(len(name) + len(str(value)) for name, value in values.items()))
    assert MAX_NOTICES * 10 < largest < LARGEST_ITEM_BYTES / 8


@pytest.mark.parametrize(("notices", "writes"), [(1, 1), (100, 1), (101, 2), (MAX_NOTICES, MAX_NOTICES // 100)])
def test_a_hundred_outcomes_go_into_one_write(notices: int, writes: int) -> None:
    """So many fit into the 4 KB of an expression, even where each strikes a waiting one and has the longest name."""
    usages: list[Usage] = []
    outcomes = OutcomeLedger(MemoryTable(observe=usages.append))
    envelope = Envelope(delivery_id="d" * 36, connection="crm", flow="forecast", received_at=NOW, notices=())
    positions = range(MAX_NOTICES - notices, MAX_NOTICES)
    outcomes.keep(envelope, dict.fromkeys(positions, Outcome.SUPERSEDED))
    assert len(usages) == writes
