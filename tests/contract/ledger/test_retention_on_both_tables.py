"""What expires and what never does, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from datetime import timedelta

from tests.support.ledger_scenes import NOW, TARGET, V1, committed, dirty, planned, statement
from tieout.arriving.envelope import Envelope
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.receipts import Closing, End
from tieout.ledger.table import Table

DAY = 86_400


def test_outcomes_expire_days_after_their_delivery_was_received(table: Table) -> None:
    """By the day of receipt, so that every write to the item says the same moment, in whole seconds."""
    envelope = Envelope(
        delivery_id="d", connection="crm", flow="forecast", received_at=NOW + timedelta(milliseconds=999), notices=()
    )
    key = keys.outcome_key("crm", envelope.received_at, "d", "forecast")
    for outcome in (Outcome.HELD, Outcome.APPLIED):
        OutcomeLedger(table, 35).keep(envelope, {0: outcome})
        assert table.get([key])[key]["expires_at"] == int(NOW.timestamp()) + 35 * DAY
    assert OutcomeLedger(table).count("crm", NOW.date()) == {("forecast", Outcome.APPLIED): 1}


def test_a_receipt_expires_days_after_it_was_closed_and_never_while_it_is_open(table: Table) -> None:
    """An open one means that a write may still land: it must be found whenever that is looked for."""
    facts, cells = FactLedger(table), CellLedger(table, 36)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    receipt = cells.open_receipt(TARGET, "r-1", NOW, dirty(table))
    assert "expires_at" not in table.get([receipt.key])[receipt.key]
    later = NOW + timedelta(days=3)
    cells.close_receipt(receipt, later, Closing(end=End.WRITTEN, answer="1 written"))
    done = (keys.receipt_partition(TARGET), keys.DONE_PREFIX + receipt.name)
    assert table.get([done])[done]["expires_at"] == int(later.timestamp()) + 36 * DAY


def test_nothing_that_decides_ever_expires(table: Table) -> None:
    """Facts, contributions and cells stay, whatever happens to them."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    written, places = dirty(table), cells.dirty(TARGET, 10).found
    cells.mark_written(places, written, cells.open_receipt(TARGET, "r-1", NOW, written), {}, NOW)
    cells.pause(TARGET, NOW, "UnavailableError", NOW)
    kept = [places[0].key, keys.target_key(TARGET)]
    found = table.get(kept)
    assert len(found) == len(kept)
    partition = table.query(kept[0][0]).items
    assert len(partition) > 1
    assert not [key for key, item in [*found.items(), *partition] if "expires_at" in item]
