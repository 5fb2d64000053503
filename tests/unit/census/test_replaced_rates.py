"""Amounts that were converted at a rate its source has replaced since: a census has exactly those records read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.support.census_desk import CensusDesk, ReplacedRates
from tests.support.ledger_scenes import committed, contribution, record, statement
from tieout.census import Difference, Purpose
from tieout.facts.documents import AccountClass, Invoice, LedgerLine
from tieout.facts.family import SourceRate
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Statement
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import decide
from tieout.money import Money
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

OLD, OTHER = "erp:1>2:2026-03=1.08", "erp:1>3:2026-03=0.93"


def desk_with(*rates: str) -> CensusDesk:
    """Records that were told of, each converted at some rates."""
    desk = CensusDesk()
    ledger = FactLedger(desk.table)
    for number, rate in enumerate(rates, 1):
        desk.change(str(number))
        stated = statement(number, desk.source.records[str(number)].version)
        plan = decide(stated, None, (contribution("place", 100, rate),), {})
        assert not committed(ledger, plan)
    desk.clock.advance(1)
    return desk


def test_exactly_what_was_converted_at_a_replaced_rate_is_read() -> None:
    """Of several rates of an amount each counts; what is planned at par is nobody's business."""
    desk = desk_with(OLD, OTHER, f"{OTHER} {OLD}", "par")
    desk.rates = ReplacedRates(frozenset({OLD}))
    desk.begin(Purpose.CENSUS)
    reports = [desk.minute()]
    desk.to_the_end()
    assert [(each.key.record_id, each.difference) for each in desk.findings()] == [
        ("1", Difference.OUTDATED_RATE),
        ("3", Difference.OUTDATED_RATE),
    ]
    assert desk.read() == ["1", "3"]
    assert desk.rates.asked == [frozenset({OLD, OTHER, "par"})]
    assert [(report.missed, report.sent) for report in reports] == [
        ({"crm": 0}, {"crm": 2})
    ]  # no alarm: nothing was missed


def test_what_waits_for_a_mapping_entry_is_read_too() -> None:
    """It contributes nothing yet, and would with what was stated last; the rates of the whole group, and the deal's own."""
    desk = CensusDesk()
    waits = Unmapped(MappingKey("crm", "customer", "9"))
    invoices = {"1": (OLD, None), "2": (OTHER, None), "3": (OTHER, OLD), "4": (None, None)}
    for number, rates in invoices.items():
        desk.change(number)
        stated = Statement(key=record(number), source_version=desk.source.records[number].version, fact=invoice(*rates))
        assert not committed(FactLedger(desk.table), decide(stated, None, waits, {}))
    desk.change("5")
    deal = statement(5, desk.source.records["5"].version)
    assert isinstance(deal.fact, Opportunity)
    rate = SourceRate(currency="USD", per_unit=Decimal("1.08"), identity=OLD)
    stated = replace(deal, fact=replace(deal.fact, rate=rate))
    assert not committed(FactLedger(desk.table), decide(stated, None, waits, {}))
    desk.clock.advance(1)
    desk.rates = ReplacedRates(frozenset({OLD}))
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    assert desk.read() == ["1", "3", "5"]


def invoice(*rates: str | None) -> Invoice:
    """An invoice with a line for each of these rates."""
    one = Money(100, "EUR")
    return Invoice(
        number="1",
        document_date=date(2026, 3, 1),
        posting_period=None,
        lines=tuple(
            LedgerLine(
                line_id=str(at),
                account="4000",
                account_class=AccountClass.INCOME,
                transaction=one,
                functional=one,
                group=one if rate else None,
                group_rate=rate,
                posting_date=date(2026, 3, 1),
            )
            for at, rate in enumerate(rates)
        ),
    )


def test_a_source_that_keeps_its_rates_is_not_asked() -> None:
    """Nor is one of which nothing is converted."""
    desk = desk_with(OLD)
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    assert desk.findings() == []
    empty = CensusDesk()
    empty.change("1", is_deleted=True)
    empty.tell("1")
    empty.clock.advance(1)
    empty.rates = ReplacedRates(frozenset({OLD}))
    empty.begin(Purpose.CENSUS)
    empty.to_the_end()
    assert empty.rates.asked == []
