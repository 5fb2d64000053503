"""A stage whose month is to be certified: a ledger whose journal is in the archive, a key, and what the stage goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from ops.certifying import Certifying, Wanted
from ops.commands import close
from ops.place import Place
from tests.support.certified_period import APRIL, COMPANY, PERIOD, March, declared, invoice
from tests.support.clock import ManualClock
from tests.support.journalled_table import JournalledTable, journal_of
from tests.support.operated_proposals import deploy
from tests.support.operated_stage import OperatedStage
from tieout.closing import Books, BooksState
from tieout.landscape import Landscape
from tieout.ledger.closing import BooksLedger
from tieout.system_clock import SystemClock

if TYPE_CHECKING:
    import pytest

INVOICES = (invoice("1", 10_000), invoice("2", 333), invoice("3", 335))


class JournallingClock(ManualClock):
    """A clock while which is slept by the journal comes to the archive."""

    def __init__(self, stage: OperatedStage) -> None:
        super().__init__(APRIL)
        self._stage = stage
        self.table = JournalledTable(self)
        self.is_behind = False

    def sleep(self, seconds: float) -> None:
        """Let the time pass, and the journal be written."""
        super().sleep(seconds)
        if not self.is_behind:
            self.write_journal()

    def write_journal(self) -> None:
        """Have the archive hold all that the stream has told."""
        for key, body in journal_of([self.table.stream]).items():
            self._stage.place.archive.put(key, body)


@dataclass
class CertifiedStage:
    """The stage, and the month that is worked on there."""

    stage: OperatedStage
    march: March
    clock: JournallingClock

    def signed(self, folder: Path, *options: str) -> dict[str, Any]:
        """A certificate as the command signs it."""
        options = (PERIOD, "--entity", COMPANY, "--out", str(folder), *options)
        answer: dict[str, Any] = self.stage.tieout("close", *options)
        return answer


def certified_stage(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> CertifiedStage:
    """A stage in whose ledger March stands, and whose commands go by a clock that the journal follows."""
    clock = JournallingClock(stage)
    made = March(table=clock.table, clock=clock)
    monkeypatch.setattr(Place, "table", clock.table)
    monkeypatch.setattr(close, "SystemClock", lambda: clock)
    go_by(stage, monkeypatch, made.landscape)
    _compare(monkeypatch, made)
    return CertifiedStage(stage, made, clock)


def certified_month(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> CertifiedStage:
    """A stage with a month that ties out, and is closed."""
    made = certified_stage(stage, monkeypatch)
    made.march.map()
    made.march.record(*INVOICES)
    made.march.deliver()
    made.clock.advance(60)
    made.march.close()
    return made


def _compare(monkeypatch: pytest.MonkeyPatch, march: March) -> None:
    """Have the stage compare two stages of a value when it is asked to."""
    answer = Place.invoke

    def invoke(place: Place, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 as what it stands for
        if name := event.get("reconciliation"):
            march.compare(name)
            return {name: {}}
        return answer(place, function, event)

    monkeypatch.setattr(Place, "invoke", invoke)


def go_by(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch, landscape: Landscape) -> None:
    """Have the stage say that it goes by a landscape, and sign with a key of its own."""
    key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    monkeypatch.setitem(stage.place.outputs, "CertificateKeyArn", key)
    deploy(monkeypatch, landscape)


def certify(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch, books: Books) -> None:
    """Certify a month of which there is nothing, and close it afterwards."""
    go_by(stage, monkeypatch, declared())
    certifying = Certifying(stage.place, SystemClock())
    wanted = Wanted(legal_entity=books.legal_entity, period=books.period, by="a-controller-with-a-long-name")
    certifying.keep(wanted, certifying.draft(wanted))
    ledger = BooksLedger(stage.place.table, lambda _: None, 1)
    ledger.change(books, BooksState.CLOSED, wanted.by, "the auditors have asked for it", SystemClock().now())
