"""Amounts that were converted at a rate its source has replaced since: a census has exactly those records read again."""

from __future__ import annotations

from tests.support.census_desk import CensusDesk, ReplacedRates
from tests.support.ledger_scenes import committed, contribution, statement
from tieout.census import Difference, Purpose
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import decide

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
