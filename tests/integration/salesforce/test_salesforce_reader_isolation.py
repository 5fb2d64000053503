"""What one record, or one permission, costs the others of a batch: nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox.systems.faults import Fault
from tests.support.salesforce_answers import key
from tests.support.salesforce_reading import QUERY_ALL, Read
from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.statement import Statement
from tieout.systems.salesforce.translate import contract_statement, opportunity_statement


def readings(read: Read, *keys: RecordKey) -> list[type[object]]:
    """What becomes of keys asked for together."""
    found = read.reader.read(keys)
    assert set(found) == set(keys)
    return [type(found[each]) for each in keys]


def test_a_name_that_cannot_be_carried_costs_the_opportunity_only_its_name(read: Read) -> None:
    """What somebody pasted into it must not take the amount out of the forecast, nor its neighbours'."""
    deals = [read.create("Opportunity") for _ in range(5)]
    read.change("Opportunity", deals[2], Name="pasted \x0b text")
    readings = read.reader.read([key(each) for each in deals])
    assert {type(each) for each in readings.values()} == {Statement}
    facts = [read.opportunity(each) for each in deals]
    assert [fact.name for fact in facts] == [
        "Müller renewal",
        "Müller renewal",
        None,
        "Müller renewal",
        "Müller renewal",
    ]
    assert len({fact.amount for fact in facts}) == 1


def test_a_flawed_value_costs_its_own_opportunity_alone(read: Read) -> None:
    """A character no queue carries in one opportunity's type makes the whole answer unreadable."""
    deals = [read.create("Opportunity") for _ in range(5)]
    read.change("Opportunity", deals[2], Type="nul \x00 inside")
    readings = read.reader.read([key(each) for each in deals])
    assert [type(readings[key(each)]) for each in deals] == [
        *(Statement, Statement, UnreadableRecordError, Statement, Statement),
    ]


@pytest.mark.parametrize("entity", ["opportunity", "contract"])
def test_a_bug_costs_its_own_record_alone(read: Read, monkeypatch: pytest.MonkeyPatch, entity: str) -> None:
    """Whatever a record makes our own code do, its neighbours in the batch are read."""
    name = {"opportunity": "Opportunity", "contract": "Contract"}[entity]
    stated: dict[str, Callable[..., Statement]] = {"opportunity": opportunity_statement, "contract": contract_statement}
    translate = stated[entity]
    keys = [key(read.create(name), entity) for _ in range(3)]

    def stumbles(record: RecordKey, *arguments: Any) -> Statement:  # noqa: ANN401 as the function in its place
        if record == keys[1]:
            raise ZeroDivisionError("1500.00")
        return translate(record, *arguments)

    monkeypatch.setattr(f"tieout.systems.salesforce.translate.{entity}_statement", stumbles)
    found = read.reader.read(keys)
    assert [type(found[each]) for each in keys] == [Statement, UnreadableRecordError, Statement]
    assert str(found[keys[1]]) == "the record cannot be translated: ZeroDivisionError"


def test_a_contract_nobody_could_have_signed_costs_itself_alone(read: Read) -> None:
    """It ends before it begins; the organisation lets its users enter ends."""
    good, bad = (key(read.create("Contract", Renewal_Probability__c=50), "contract") for _ in range(2))
    read.change("Contract", bad.record_id, Renewal_Probability__c=150)
    assert readings(read, good, bad) == [Statement, UnreadableRecordError]
    row = read.organization.store.row("Contract", bad.record_id)
    read.organization.store.update(
        "Contract", bad.record_id, {**row, "Renewal_Probability__c": 50, "EndDate": "2025-12-31"}
    )
    assert readings(read, good, bad) == [Statement, MalformedError]


def test_a_product_that_cannot_be_read_costs_its_opportunity_alone(read: Read) -> None:
    """An opportunity without one of its products would be half a fact."""
    good, bad = (key(read.create("Opportunity")) for _ in range(2))
    for each in (good, bad):
        read.line(each.record_id, UnitPrice="1.00", Term_Months__c=12)
    read.line(bad.record_id, UnitPrice="1.00", Term_Months__c=1.5)
    assert readings(read, good, bad) == [Statement, UnreadableRecordError]


def test_a_rate_that_cannot_be_read_costs_records_of_its_currency_alone(read: Read) -> None:
    """Nobody else is converted by it."""
    read.organization.set_rate("EUR", "2026-01-01", "0")
    read.reader = read.open(dated_rates=True)
    euros, pounds, dollars = (key(read.create("Opportunity", CurrencyIsoCode=each)) for each in ("EUR", "GBP", "USD"))
    assert readings(read, euros, pounds, dollars) == [UnreadableRecordError, Statement, Statement]


@pytest.mark.irregular
@pytest.mark.parametrize("row", [{}, {"Id": None}, {"Id": []}, {"Id": {"Id": "x"}}])
def test_a_row_that_names_no_record_is_nobodys(read: Read, row: dict[str, Any]) -> None:
    """It is passed over, and no neighbour is lost with it."""
    deal = read.create("Opportunity")
    rows = httpx.get(read.url + "/_control/records/Opportunity").json()
    body = {"totalSize": 2, "done": True, "records": [row, *rows]}
    read.plan.plant(Fault(kind="answer", path=QUERY_ALL, status=200, body=body))
    assert readings(read, key(deal)) == [Statement]
