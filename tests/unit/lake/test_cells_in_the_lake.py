from __future__ import annotations

from tests.support.lake_day import LakeDay, a_day, derived
from tieout.ledger.receipts import DoneReceipt, ReceiptLedger
from tieout.ledger.undoing import UndoLedger
from tieout.money import Money


def test_a_cell_says_what_it_is_to_hold_where_a_write_was_undone() -> None:
    """The value of before the write, for as long as it is not released."""
    day = a_day()
    undoing = UndoLedger(day)
    (receipt,) = (each for each in ReceiptLedger(day).newest("anaplan") if each.receipt_id.endswith("r2"))
    assert isinstance(receipt, DoneReceipt)
    day.clock.advance(15)
    undoing.undo(undoing.effect(receipt), "ann", "undo-1", day.clock.now())
    rows = derived(day).rows_of("cells")
    assert [row["undone"] for row in rows if row["measure"] == "Amount"][-1] == "2000.00"


def test_decimals_are_those_of_the_currency() -> None:
    """None of the yen, three of Kuwait's dinar, four of the unidad de fomento; exact beyond what a float holds."""
    day = LakeDay()
    large = {"A": Money(2**63 - 1, "KWD"), "B": Money(-5, "CLF"), "C": Money(7, "JPY")}
    day.state(1, "v1", "ACME", {"Amount": Money(1, "EUR"), **large})
    totals = {row["measure"]: row["total"] for row in derived(day).rows_of("cells")}
    assert totals == {"Amount": "0.01", "A": "9223372036854775.807", "B": "-0.0005", "C": "7"}
