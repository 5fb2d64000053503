"""Contracts that an in-house tool posts whole, by configuration alone: their renewals in the ledger, as they come and go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.record.settle import Origin, Settling
from tests.support.memory_table import MemoryTable
from tests.support.settling import settling_of
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.payload import Payload
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.ledger.cells import CellLedger
from tieout.ledger.plan import Outcome
from tieout.planning.mapping import MappingKey
from tieout.systems.generic.contents import read_contents

TOOL = "contracts-emea"
KEY = RecordKey(TOOL, "contract", "C-1")
RECORD = {
    "name": "contract",
    "key": "id",
    "fact": "Contract",
    "version": "revision",
    "version_is": "number",
    "fields": {
        "number": "id",
        "customer": "customer",
        "status": "state",
        "value": {"amount": "worth", "currency": "currency"},
        "end_date": "until",
        "renewal_date": "renews",
        "probability": "chance",
        "rate": {"currency": "into", "per_unit": "per_unit", "identity": "into && join('=', ['tool', per_unit])"},
    },
}
CONNECTION = Connection(
    name=TOOL,
    system="generic",
    legal_entity="EMEA",
    time_zone="Europe/Berlin",
    default_currency="EUR",
    completion="payload",
    options={"proof": "v1", "records": [RECORD]},
)
MAPPINGS = {
    MappingKey(TOOL, "customer", "17"): "ACME",
    MappingKey.rate("budget", "EUR", "USD", "2026-12"): "1.10",
    MappingKey.rate("budget", "EUR", "USD", "2027-01"): "1.20",
}


class Said:
    """A source of which is known what it posted last."""

    statement: Statement

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """That, for the one record there is."""
        return dict.fromkeys(keys, self.statement)


class ContractLine:
    """The tool, and the ledger behind it."""

    def __init__(self) -> None:
        self._said = Said()
        settling, self.table = settling_of(self._said, MAPPINGS)
        self._settling: Settling = replace(
            settling, model=replace(settling.model, legal_entities={TOOL: CONNECTION.legal_entity})
        )

    def post(self, revision: int, **changed: str) -> Outcome:
        """What becomes of a contract over 1,200 EUR, renewed at 90 % on the last day of 2026, but for what has changed."""
        said = {"id": "C-1", "customer": 17, "state": "active", "worth": "1200.00", "currency": "EUR", "chance": "0.9"}
        event = {**said, "until": "2026-12-31", "renews": "2026-12-31", "revision": revision, **changed}
        [content] = read_contents(Payload({}, json.dumps(event).encode()), CONNECTION)
        assert isinstance(content.reading, Statement)
        self._said.statement = content.reading
        notice = Notice(key=KEY, notice_id=f"n{revision}", kind="any")
        moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
        origin = Origin(notice=notice, delivery_id="d", flow="forecast_to_plan", received_at=moment)
        result = self._settling.settle({KEY: origin})[KEY]
        assert result.error is None
        return result.outcome

    def planned(self) -> dict[tuple[str, str], int]:
        """Minor units by measure and month of everything in the cube that is not zero."""
        return renewals(self.table)


def renewals(table: MemoryTable) -> dict[tuple[str, str], int]:
    """What stands in the cube *Renewals* of a ledger."""
    return {
        (cell.measure, dict(cell.members)["Time"]): cell.total_minor
        for each in CellLedger(table).dirty("anaplan", 100).found
        for cell in each.cells
        if cell.total_minor and cell.cube == "Renewals"
    }


@pytest.fixture
def line() -> ContractLine:
    """A ledger without contracts."""
    return ContractLine()


IN_DECEMBER = {
    ("Renewal", "2026-12"): 120_000,
    ("Renewal USD", "2026-12"): 132_000,
    ("Weighted renewal", "2026-12"): 108_000,
    ("Weighted renewal USD", "2026-12"): 118_800,
}


def test_a_renewal_that_is_put_off_leaves_its_month(line: ContractLine) -> None:
    """And comes with the rate of the other one; an older revision that arrives late moves nothing back."""
    assert line.post(1) is Outcome.APPLIED
    assert line.planned() == IN_DECEMBER
    assert line.post(3, renews="2027-01-01") is Outcome.APPLIED
    put_off = line.planned()
    assert line.post(2, worth="7.00") is Outcome.SUPERSEDED
    assert put_off == line.planned()
    assert put_off == {
        ("Renewal", "2027-01"): 120_000,
        ("Renewal USD", "2027-01"): 144_000,
        ("Weighted renewal", "2027-01"): 108_000,
        ("Weighted renewal USD", "2027-01"): 129_600,
    }


@pytest.mark.parametrize("change", [{"state": "ended"}, {"state": "draft"}, {"renews": ""}, {"worth": ""}])
def test_what_is_not_to_be_renewed_any_more_leaves_the_plan(line: ContractLine, change: dict[str, str]) -> None:
    """All of it, and comes back when it is."""
    line.post(1)
    assert line.post(2, **change) is Outcome.APPLIED
    assert line.planned() == {}
    line.post(3)
    assert line.planned() == IN_DECEMBER


def test_another_rate_of_the_tool_moves_the_reporting_currency_alone(line: ContractLine) -> None:
    """A month without a planning rate is planned by it; without either the contract is held."""
    in_a_year = {"renews": "2027-12-31"}
    assert line.post(1, **in_a_year) is Outcome.HELD
    assert line.post(2, into="USD", per_unit="1.3", **in_a_year) is Outcome.APPLIED
    first = line.planned()
    assert first["Renewal USD", "2027-12"] == 156_000
    assert line.post(3, into="USD", per_unit="1.4", **in_a_year) is Outcome.APPLIED
    moved = line.planned()
    assert {place for place in moved if moved[place] != first[place]} == {
        ("Renewal USD", "2027-12"),
        ("Weighted renewal USD", "2027-12"),
    }
