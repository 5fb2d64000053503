"""Facts planned by what an owner's numbers imply, without anybody storing a mapping entry; and by what somebody says instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from functions.record.settle import Origin, Settling
from tests.support.ledger_scenes import NOW, lineage
from tests.support.settling import settling_of
from tieout.arriving.notice import RecordKey
from tieout.facts.reading import Reading
from tieout.facts.sales import BillingDocument, SalesLine, SalesStatus
from tieout.facts.statement import Statement
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.table import Table
from tieout.money import Money
from tieout.ownership import Owner, Ownership
from tieout.planning.mapping import MappingKey

ERP = "netsuite-group"
KEY = RecordKey(ERP, "billing_document", "1")
OWNERSHIP = Ownership((Owner(name="customers", connection=ERP, facts=("Customer",), codes="C_{number}"),))
CUSTOMER = MappingKey(ERP, "customer", "4711")


class Books:
    """A source that has one bill of a customer."""

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """The bill."""
        line = SalesLine(line_id="1", amount=Money(10_000, "USD"))
        bill = BillingDocument(
            number="1", status=SalesStatus.POSTED, day=date(2026, 3, 31), customer="4711", lines=(line,)
        )
        return {key: Statement(key=key, source_version="1", fact=bill) for key in keys}


def owned() -> tuple[Settling, Table]:
    """A record step of a landscape whose customers are the ERP's."""
    settling, table = settling_of(Books(), {MappingKey.rate("average", "USD", "USD", "2026-03"): "1"})
    return replace(settling, model=replace(settling.model, ownership=OWNERSHIP)), table


def settle(settling: Settling) -> Outcome:
    """Record the bill; what came of it."""
    told = lineage(KEY)
    origin = Origin(notice=told.notice, delivery_id="d-1", flow="order_to_cash", received_at=NOW)
    result = settling.settle({KEY: origin})[KEY]
    assert result.error is None
    return result.outcome


def planned_with(table: Table) -> str | None:
    """What the bill's customer was called when it was planned."""
    fact = FactCatalogue(table).fact(KEY)
    assert fact is not None
    return fact.used.get(CUSTOMER)


def outdated(table: Table) -> list[RecordKey]:
    """What would have to be planned anew."""
    catalogue = FactCatalogue(table, OWNERSHIP)
    return [each.record for each in catalogue.outdated(catalogue.facts(ERP, "billing_document"))]


def test_a_document_of_the_owner_is_planned_by_its_customers_number() -> None:
    """Nothing waits, and nothing has to be planned anew."""
    settling, table = owned()
    assert settle(settling) is Outcome.APPLIED
    assert planned_with(table) == "C_4711"
    assert outdated(table) == []
    assert settle(settling) is Outcome.DUPLICATE


def test_what_somebody_says_stands_before_what_a_number_implies() -> None:
    """What was planned by the number is to be planned anew, and is then planned with the entry; and back when it is gone."""
    settling, table = owned()
    settle(settling)
    entries = MappingLedger(table)
    entries.put(CUSTOMER, "ACME", "controller", NOW, "link:crm/account/1")
    assert outdated(table) == [KEY]
    assert settle(settling) is Outcome.APPLIED
    assert planned_with(table) == "ACME"
    assert outdated(table) == []
    link = entries.entry(CUSTOMER)
    assert link is not None
    entries.take_back(link, "controller", NOW)
    assert outdated(table) == [KEY]
    assert settle(settling) is Outcome.APPLIED
    assert planned_with(table) == "C_4711"


def test_without_an_owner_a_document_waits_for_somebody_to_say() -> None:
    """As ever."""
    settling, table = settling_of(Books(), {})
    assert settle(settling) is Outcome.HELD
    fact = FactCatalogue(table).fact(KEY)
    assert fact is not None
    assert fact.waits_for == CUSTOMER


def test_what_waits_for_an_entry_that_a_new_owners_numbers_imply_is_to_be_planned_anew() -> None:
    """Nobody stores an entry for it, so nothing else would send it again."""
    settling, table = settling_of(Books(), {MappingKey.rate("average", "USD", "USD", "2026-03"): "1"})
    settle(settling)
    without_owners = FactCatalogue(table)
    assert list(without_owners.outdated(without_owners.facts(ERP, "billing_document"))) == []
    assert outdated(table) == [KEY]
    assert settle(replace(settling, model=replace(settling.model, ownership=OWNERSHIP))) is Outcome.APPLIED
    assert planned_with(table) == "C_4711"
    assert outdated(table) == []
