"""Deals, plans and cells to commit, and what the ledger holds of them afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Statement
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.intersections import CellState, intersection_state
from tieout.ledger.items import Lineage, stored_part
from tieout.ledger.plan import Plan, decide
from tieout.ledger.table import Table
from tieout.money import Money
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TARGET = "planning"
V1, V2 = "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"


def record(number: int | str) -> RecordKey:
    """A deal of the CRM."""
    return RecordKey("crm", "opportunity", str(number))


def lineage(key: RecordKey) -> Lineage:
    """Where a commit about the record comes from."""
    notice = Notice(key=key, notice_id=f"n-{key.record_id}", kind="deal.creation")
    return Lineage(
        notice=notice, delivery_id="d-1", received_at=NOW, recorded_at=NOW, code_version="test", flow="forecast"
    )


def place(name: str) -> Intersection:
    """A place in the planning model."""
    return Intersection(TARGET, "Pipeline", (("Customer", name), ("Time", "2026-03")))


def contribution(name: str, amount_minor: int, rate: str = "par") -> Contribution:
    """What a deal adds to a place."""
    return Contribution(place(name), (Amount("Amount", "EUR", amount_minor, rate),))


def statement(number: int | str, version: str, amount: int = 100) -> Statement:
    """What the CRM says of a deal."""
    fact = Opportunity(
        name="Deal",
        amount=Money(amount, "EUR"),
        stage="default/won",
        probability=Decimal(1),
        close_date=date(2026, 3, 31),
        customer="4711",
        product=None,
    )
    return Statement(key=record(number), source_version=version, fact=fact)


def planned(ledger: FactLedger, stated: Statement, amounts: Mapping[str, int] | Unmapped) -> Plan:
    """The plan of a statement, made from what the ledger holds now, with these amounts for these cells."""
    stored = ledger.load([stated.key]).get(stated.key)
    if isinstance(amounts, Unmapped):
        return decide(stated, stored, amounts, {})
    contributions = tuple(contribution(name, amount) for name, amount in sorted(amounts.items()))
    return decide(stated, stored, contributions, {})


def committed(ledger: FactLedger, *plans: Plan) -> Mapping[RecordKey, Exception]:
    """Commit plans together."""
    return ledger.commit([(plan, lineage(plan.key)) for plan in plans])


def totals(table: Table, names: Iterable[str], records: Iterable[int] = range(60)) -> dict[str, int]:
    """The cells' totals, once it is sure that the contributions of these records add up to them."""
    cell_keys = {name: keys.cell_key(TARGET, place(name).intersection_id()) for name in names}
    part_keys = {
        name: [(key[0], keys.PART_PREFIX + str(record(n))) for n in records] for name, key in cell_keys.items()
    }
    items = table.get([*cell_keys.values(), *(key for each in part_keys.values() for key in each)])
    parts = {
        name: sum(minor for key in each if key in items for _, minor, _ in stored_part(TARGET, items[key]).shares)
        for name, each in part_keys.items()
    }
    cells = {name: intersection_state(key, items[key]).cells for name, key in cell_keys.items()}
    assert parts == {name: found.total_minor for name, [found] in cells.items()}
    return parts


def total(table: Table, name: str) -> int:
    """The total of one cell."""
    return totals(table, [name])[name]


def dirty(table: Table) -> list[CellState]:
    """The cells planning does not hold yet."""
    return [cell for each in CellLedger(table).dirty(TARGET, 1000).found for cell in each.lacking()]
