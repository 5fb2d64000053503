"""What is asked of Salesforce for a batch of keys, and what of it each key gets."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.salesforce_answers import (
    CONTRACT,
    OPPORTUNITY,
    Rows,
    asked_ids,
    having,
    key,
    object_of,
    record_id,
    refused,
    rows_for,
)
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.facts.contract import Contract
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.systems.salesforce.translate import opportunity_statement

LINE = {"Product2Id": None, "TotalPrice": 10, "CurrencyIsoCode": "EUR", "ServiceDate": None}
DEALS = [key(record_id("006", each)) for each in range(1, 451)]
ACCOUNT, WINNER = record_id("001", 1), record_id("001", 2)
ACCOUNT_ROW = {
    "SystemModstamp": "2026-03-02T09:00:00.000+0000",
    **dict.fromkeys(("Name", "ParentId", "BillingCountry", "CurrencyIsoCode", "Website", "AccountNumber")),
}


def stated(reading: object) -> Statement:
    """A reading that is a statement."""
    assert isinstance(reading, Statement), reading
    return reading


def test_a_batch_is_read_in_as_few_calls_as_there_are_chunks() -> None:
    """450 opportunities without products: three; a key asked twice, and one that is none, cost nothing."""
    organization = having()
    strange = [key("006"), key("x" * 18 + "'"), key("*"), key(record_id("006", 1), "object:Lead")]
    readings = organization.reader().read([*DEALS, *strange, *DEALS])
    assert set(readings) == {*DEALS, *strange}
    assert all(isinstance(stated(readings[each]).fact, Opportunity) for each in DEALS)
    assert all(isinstance(readings[each], UnreadableRecordError) for each in strange)
    assert [len(asked_ids(query)) for query in organization.queries] == [200, 200, 50]


def test_products_are_asked_for_where_there_are_any() -> None:
    """Of live opportunities that say so, and only live ones of them; each gets its own."""
    selling = {
        DEALS[0].record_id: {"HasOpportunityLineItem": True},
        DEALS[2].record_id: {"HasOpportunityLineItem": True, "IsDeleted": True},
    }
    lines = [{**LINE, "Id": record_id("00k", each), "OpportunityId": DEALS[0].record_id} for each in (1, 2)]
    organization = having(
        Opportunity=lambda query: [{**row, **selling.get(row["Id"], {})} for row in rows_for(query, OPPORTUNITY)],
        OpportunityLineItem=lines,
    )
    readings = organization.reader().read(DEALS[:3])
    first, second, third = (stated(readings[each]) for each in DEALS[:3])
    assert isinstance(first.fact, Opportunity)
    assert isinstance(second.fact, Opportunity)
    assert (len(first.fact.lines), len(second.fact.lines), third.absence) == (2, 0, Absence.DELETED)
    assert asked_ids(organization.queries[1]) == [DEALS[0].record_id]
    assert "WHERE IsDeleted = FALSE AND OpportunityId IN" in organization.queries[1]


def test_what_salesforce_does_not_show_is_deleted_at_no_version() -> None:
    """Purged, never there, or hidden: the ledger keeps the version it has."""
    organization = having(Opportunity=[], Contract=[])
    for each in (DEALS[0], key(record_id("800", 1), "contract")):
        statement = stated(organization.reader().read([each])[each])
        assert (statement.absence, statement.source_version) == (Absence.DELETED, "")


def test_contracts_cost_one_call() -> None:
    """With the account's own fields in it."""
    keys = [key(record_id("800", each), "contract") for each in range(1, 4)]
    organization = having(Contract=lambda query: rows_for(query, {**CONTRACT, "Value__c": 5}))
    readings = organization.reader(contract_fields={"value": "Value__c"}).read(keys)
    assert all(isinstance(stated(readings[each]).fact, Contract) for each in keys)
    assert len(organization.queries) == 1


def test_a_product_leads_to_its_opportunity() -> None:
    """Also a deleted one; of one that Salesforce does not show nobody knows whose it was."""
    items = [key(record_id("00k", each), "line_item") for each in (1, 2)]
    row = {"Id": items[0].record_id, "OpportunityId": DEALS[0].record_id}
    readings = having(OpportunityLineItem=[row]).reader().read(items)
    known, unknown = (stated(readings[each]) for each in items)
    assert (known.absence, known.source_version, known.related) == (Absence.NOT_POSTED, "", (DEALS[0],))
    assert (unknown.absence, unknown.related) == (Absence.NOT_POSTED, ())


def owned(prefix: str, account: str, count: int) -> list[dict[str, str]]:
    """So many records of an account."""
    return [{"Id": record_id(prefix, each), "AccountId": account} for each in range(1, count + 1)]


def of_account(account: str, *, merged_into: str | None, **found: Rows) -> tuple[RecordKey, ...]:
    """What is read because of an account."""
    rows = [{**ACCOUNT_ROW, "Id": account, "MasterRecordId": merged_into, "IsDeleted": merged_into is not None}]
    organization = having(**{"Account": rows, "Opportunity": [], "Contract": [], **found})
    asked = key(account, "account")
    statement = stated(organization.reader().read([asked])[asked])
    assert statement.absence == (Absence.MERGED if merged_into else None)
    return statement.related


def test_an_account_leads_to_what_belongs_to_it() -> None:
    """Deleted or not; it is a customer besides."""
    found = of_account(
        ACCOUNT, merged_into=None, Opportunity=owned("006", ACCOUNT, 2), Contract=owned("800", ACCOUNT, 1)
    )
    assert found == (DEALS[0], DEALS[1], key(record_id("800", 1), "contract"))


def test_an_account_that_lost_a_merge_leads_to_what_the_winner_has() -> None:
    """Salesforce hands the opportunities over without telling of it."""
    found = of_account(ACCOUNT, merged_into=WINNER, Opportunity=owned("006", WINNER, 2))
    assert found == (DEALS[0], DEALS[1])


@pytest.mark.parametrize(("count", "is_listed"), [(200, False), (201, True)])
def test_an_account_of_very_many_leads_to_their_listing(count: int, *, is_listed: bool) -> None:
    """So that one notice does not cost thousands of reads in one go."""
    found = of_account(ACCOUNT, merged_into=None, Opportunity=owned("006", ACCOUNT, count))
    assert found == ((key(f"*{ACCOUNT}:"),) if is_listed else tuple(DEALS[:200]))


def test_accounts_that_together_have_more_than_an_answer_holds_are_listed() -> None:
    """Where the answer was cut nobody knows, so all of them are."""
    accounts = [key(record_id("001", each), "account") for each in (1, 2)]
    cut = [{"Id": record_id("006", each), "AccountId": ACCOUNT} for each in range(2000)]
    readings = having(Account=[], Opportunity=cut, Contract=[]).reader().read(accounts)
    assert [stated(readings[each]).related for each in accounts] == [(key(f"*{each.record_id}:"),) for each in accounts]


def test_a_record_that_spoils_an_answer_is_found_by_halves() -> None:
    """The neighbours are read; the record is read once more without what people type into its name."""
    bad, worse = DEALS[3].record_id, DEALS[90].record_id

    def spoilt(query: str) -> Rows | httpx.Response:
        ids = asked_ids(query)
        if worse in ids or (bad in ids and " Name," in query):
            return httpx.Response(200, text='{"done": true, "records": [{"Name": "\\u0000"}]}')
        row = dict(OPPORTUNITY)
        if " Name," not in query:
            del row["Name"]
        return rows_for(query, row)

    readings = having(Opportunity=spoilt).reader().read(DEALS[:100])
    failed = [each for each in DEALS[:100] if not isinstance(readings[each], Statement)]
    assert failed == [DEALS[90]]
    assert isinstance(readings[DEALS[90]], UnreadableRecordError)
    nameless = stated(readings[DEALS[3]]).fact
    assert isinstance(nameless, Opportunity)
    assert nameless.name is None
    assert nameless.amount is not None


def test_a_bug_costs_its_own_record_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a record makes our own code do, its neighbours in the batch are read."""

    def stumbles(of: RecordKey, *arguments: Any) -> Statement:  # noqa: ANN401 as the function in its place
        if of == DEALS[1]:
            raise ZeroDivisionError("125000.5")
        return opportunity_statement(of, *arguments)

    monkeypatch.setattr("tieout.systems.salesforce.translate.opportunity_statement", stumbles)
    readings = having().reader().read(DEALS[:3])
    assert [type(readings[each]) for each in DEALS[:3]] == [Statement, UnreadableRecordError, Statement]
    assert str(readings[DEALS[1]]) == "the record cannot be translated: ZeroDivisionError"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(403, "REQUEST_LIMIT_EXCEEDED"), ThrottledError),
        (httpx.Response(503), UnavailableError),
    ],
)
def test_a_call_that_is_put_off_is_the_last_one(answer: httpx.Response, kind: type[TieoutError]) -> None:
    """All who use the organisation share its calls, so nothing more is asked, be it of another object."""
    organization = having(Opportunity=lambda _query: answer)
    keys = [*DEALS, key(record_id("800", 1), "contract")]
    assert {type(each) for each in organization.reader().read(keys).values()} == {kind}
    assert len(organization.queries) == 1


def test_a_permission_that_is_missing_strikes_its_own_object() -> None:
    """Contracts are read though opportunities are refused."""
    organization = having(Opportunity=lambda _query: refused(400, "INVALID_TYPE"))
    contract = key(record_id("800", 1), "contract")
    readings = organization.reader().read([DEALS[0], contract])
    assert isinstance(readings[DEALS[0]], AccessDeniedError)
    assert "Opportunity" in str(readings[DEALS[0]])
    assert isinstance(readings[contract], Statement)


def test_rates_are_asked_for_where_they_are_wanted() -> None:
    """And once for both kinds of record."""
    organization = having(
        CurrencyType=[
            {"IsoCode": "USD", "ConversionRate": 1, "IsCorporate": True},
            {"IsoCode": "EUR", "ConversionRate": 0.5, "IsCorporate": False},
        ],
        DatedConversionRate=lambda _query: refused(400, "INVALID_TYPE"),
    )
    contract = key(record_id("800", 1), "contract")
    readings = organization.reader(dated_rates=True).read([DEALS[0], contract])
    fact = stated(readings[DEALS[0]]).fact
    assert isinstance(fact, Opportunity)
    assert fact.rate is not None
    assert fact.rate.per_unit == 2
    assert [object_of(query) for query in organization.queries] == [
        *("Opportunity", "CurrencyType", "DatedConversionRate", "Contract"),
    ]
    organization.queries.clear()
    organization.reader().read([DEALS[0]])
    assert [object_of(query) for query in organization.queries] == ["Opportunity"]
    unknown = having(Opportunity=[])
    unknown.reader(dated_rates=True).read([DEALS[0]])
    assert [object_of(query) for query in unknown.queries] == ["Opportunity"]
