"""A stage whose ledger has a past: what records said, what planning was given, what people did, and the journal of all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ops.place import Place
from tests.support.books_desk import TARGET
from tests.support.clock import ManualClock
from tests.support.operated_stage import OperatedStage
from tests.support.told_history import ToldHistory

if TYPE_CHECKING:
    import pytest

CRM = "crm"
_BEGUN_AGO = timedelta(days=2)


class OperatedHistory(ToldHistory):
    """Its table is the stage's, which has a connection and a target of the names that the desk knows."""

    def __init__(self, stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(ManualClock(datetime.now(UTC).replace(microsecond=0) - _BEGUN_AGO))
        self._stage = stage
        monkeypatch.setattr(Place, "table", self.table)
        outputs = stage.place.outputs
        connection: Mapping[str, Any] = json.loads(outputs["ConnectionHubspot-Emea"])
        target: Mapping[str, Any] = json.loads(outputs["TargetAnaplan"])
        monkeypatch.setitem(outputs, "ConnectionCrm", json.dumps({**connection, "name": CRM}))
        monkeypatch.setitem(outputs, "TargetAnaplan", json.dumps({**target, "name": TARGET}))

    def keep_journal(self) -> None:
        """Have the archive hold the journal of all that was so far."""
        for key, body in self.journal().items():
            self._stage.place.archive.put(key, body)
