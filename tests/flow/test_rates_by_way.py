"""Facts that two rates convert, meeting in the declared currency, and facts that wait for either."""

from __future__ import annotations

import pytest

from tests.flow.test_entries_that_lead_on import INVOICE, OF_THE_INVOICE, Answers, invoice, members_of, settle
from tests.support.clock import ManualClock
from tests.support.memory_table import MemoryTable
from tests.support.settling import settling_of
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.planned import FactCatalogue
from tieout.planning.mapping import MappingKey

DIRECT = MappingKey.rate("average", "GBP", "USD", "2026-12")
INTO_EUROS = MappingKey.rate("average", "GBP", "EUR", "2026-12")
OUT_OF_EUROS = MappingKey.rate("average", "EUR", "USD", "2026-12")
RATES = {DIRECT: "1.25", INTO_EUROS: "1.2", OUT_OF_EUROS: "1.1"}
OTHERS = {key: member for key, member in OF_THE_INVOICE.items() if key.table != "rate"}


def put(table: MemoryTable, *rates: MappingKey) -> None:
    """Store rates."""
    for rate in rates:
        MappingLedger(table).put(rate, RATES[rate], "controller", ManualClock().now())


def waiting(table: MemoryTable) -> set[MappingKey]:
    """The rates under which the invoice is found waiting; it is listed among the held once, if at all."""
    ledger = MappingLedger(table)
    found = {rate for rate in RATES if any(fact.record == INVOICE for fact in ledger.waiting(rate))}
    assert len(list(ledger.held())) == bool(found)
    return found


def dollars(table: MemoryTable) -> set[int]:
    """What the invoice's cells hold in the reporting currency, in minor units."""
    items = table.contents().items()
    return {item["total:Revenue USD"] for key, item in items if key[0].startswith("CELL#") and key[1] == "STATE"}


def test_whichever_rate_comes_the_invoice_is_found_and_waits_for_what_is_still_missing() -> None:
    """For the rate itself, or for the first that is missing of those that would stand in for it."""
    settling, table = settling_of(Answers(invoice()), OTHERS)
    assert settle(settling, INVOICE) is Outcome.HELD
    assert waiting(table) == {DIRECT, INTO_EUROS}
    put(table, INTO_EUROS)
    assert settle(settling, INVOICE) is Outcome.HELD
    assert waiting(table) == {DIRECT, OUT_OF_EUROS}
    put(table, OUT_OF_EUROS)
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert (waiting(table), dollars(table)) == (set(), {13_200})


@pytest.mark.parametrize("there", [(), (INTO_EUROS,), (OUT_OF_EUROS,)])
def test_the_rate_itself_releases_the_invoice(there: tuple[MappingKey, ...]) -> None:
    """However far the way by euros is known, and the invoice is listed nowhere any more."""
    settling, table = settling_of(Answers(invoice()), OTHERS | {rate: RATES[rate] for rate in there})
    assert settle(settling, INVOICE) is Outcome.HELD
    put(table, DIRECT)
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert (waiting(table), dollars(table)) == (set(), {12_500})


@pytest.mark.parametrize("rate", RATES)
def test_what_two_rates_converted_is_outdated_when_any_of_the_three_says_something_else(rate: MappingKey) -> None:
    """The one they stand in for too, which nobody had stored."""
    settling, table = settling_of(Answers(invoice()), OTHERS | {INTO_EUROS: "1.3", OUT_OF_EUROS: "1.4"})
    assert settle(settling, INVOICE) is Outcome.APPLIED
    catalogue = FactCatalogue(table)
    facts = list(catalogue.facts(*INVOICE[:2]))
    assert list(catalogue.outdated(facts)) == []
    put(table, rate)
    assert [fact.record for fact in catalogue.outdated(facts, {rate})] == [INVOICE]
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert members_of(table)
    assert list(catalogue.outdated(catalogue.facts(*INVOICE[:2]))) == []
