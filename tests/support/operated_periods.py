"""A closed period that a record came too late for, and a target with much to say, in a stage that operators work on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops.place import Place
from tests.support.operated_stage import TARGET, OperatedStage
from tieout.arriving.notice import Notice, RecordKey
from tieout.closing import Books, BooksState
from tieout.ledger import keys
from tieout.ledger.closing import BooksLedger
from tieout.ledger.items import Lineage, late_text, lineage_item
from tieout.ledger.late_rows import LateKind, LateRow
from tieout.ledger.members import MemberLedger, MemberWrite
from tieout.ledger.table import Put
from tieout.planning.cells import Amount, Intersection

if TYPE_CHECKING:
    import pytest

PERIOD, WHY = "2026-11", ("--reason", "the auditors found an invoice that had been posted to the wrong company")
_NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)


def close_late(stage: OperatedStage, record: RecordKey, place: Intersection, flow: str) -> None:
    """A closed period for which a record came too late, which waits for an approval that somebody has asked for."""
    table, books = stage.place.table, Books("EMEA", PERIOD, "Actual")
    BooksLedger(table, lambda _: None, 1).change(books, BooksState.CLOSED, "controller.with.long.name", WHY[1], _NOW)
    amounts = tuple(Amount(name, "USD", -1234567890123, "par") for name in ("Revenue", "Revenue USD"))
    row = LateRow(intersection=place, books=books, kind=LateKind.TO_RESTATE, amounts=amounts)
    notice = Notice(key=record, notice_id="4063812345", kind="deal.associationChange")
    came = Lineage(notice=notice, delivery_id="d", flow=flow, received_at=_NOW, recorded_at=_NOW, code_version="0.1")
    entry = {"late": late_text([row]), "catalogue": keys.LATE, "record": str(record)} | lineage_item(came)
    table.write([Put(keys.late_key(books, record), entry)])
    ledger = BooksLedger(table, lambda _: None)
    [late] = ledger.late(books)
    ledger.ask(late, "Operator/accountant.with.long.name", WHY[1], _NOW)


def answer_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target whose function has found much to say."""
    cell = {"cube": "Revenue and Actuals", "measure": "Weighted amount USD"}
    finding = {**cell, "code": "line_item_missing", "is_in_the_way": True, "says": WHY[1]}
    told = {"model": "Forecast and actuals of the group", "state": "UNLOCKED", "current_period": "Nov 26"}
    members = [f"A_CUSTOMER_OF_THE_GROUP_{number}" for number in range(20)]
    differs = {"dimension": "Customer", "to_add": members, "to_change": members, "undeclared": members}
    answer = {"told": told, "findings": [finding], "dimensions": [differs | {"findings": [finding]}]}
    monkeypatch.setattr(Place, "deliver_function", lambda *_: "deliver")
    monkeypatch.setattr(Place, "invoke", lambda _, function, __: answer if function == "deliver" else {})


def add_members(stage: OperatedStage) -> None:
    """A call that added many members, of which one was refused."""
    codes = tuple(f"A_CUSTOMER_OF_THE_GROUP_{number}" for number in range(20))
    refused = {codes[0]: "INCORRECT_FORMAT: incorrect format -- column name: parent, value: nowhere"}
    write = MemberWrite(dimension="Customer", action="add", codes=codes, by="deliver", begun_at=_NOW, refused=refused)
    MemberLedger(stage.place.table).note(TARGET, "0" * 32, write)
