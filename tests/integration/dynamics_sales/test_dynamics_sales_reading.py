"""Opportunities of a simulated environment as they are read: worth, lines, closing, deletion, limits and faults."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.dynamics_sales_environment import ACCOUNT, CONNECTION, CONTACT, SERVICES, SOFTWARE, LiveSales
from tieout.arriving.notice import RecordKey
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.opportunity import ForecastCategory, Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.money import Money

EUR = "EUR"


def keys(*ids: str) -> list[RecordKey]:
    """Keys of opportunities."""
    return [RecordKey(CONNECTION, "opportunity", each) for each in ids]


def test_an_opportunity_is_read_with_everything_that_is_planned_of_it(live: LiveSales) -> None:
    """Whose it is, what it is worth in its own currency, when, how likely, and where it stands."""
    fact = live.fact(live.open())
    assert (fact.name, fact.customer, fact.stage) == ("Renewal of the north", ACCOUNT, "open/2-Develop")
    assert (fact.amount, fact.probability) == (Money(120_050, EUR), Decimal("0.4"))
    assert (fact.close_date, fact.forecast_category) == (date(2026, 12, 15), ForecastCategory.PIPELINE)
    assert (fact.product, fact.lines, fact.rate) == (None, (), None)


def test_a_contact_who_buys_is_said_to_be_one(live: LiveSales) -> None:
    """Accounts and contacts share no table of planning's."""
    bought = {"_parentaccountid_value": None, "_customerid_value": CONTACT, "customer_table": "contact"}
    assert live.fact(live.open(**bought)).customer == f"contact:{CONTACT}"
    assert live.fact(live.open(_parentaccountid_value=None, _customerid_value=ACCOUNT)).customer == ACCOUNT


def test_products_are_lines_and_the_rest_stays_with_the_opportunity(live: LiveSales) -> None:
    """One of them written in, of no product of the catalogue."""
    record_id = live.open()
    sold = sorted([live.sell(record_id, SOFTWARE, "700.25"), live.sell(record_id, None, "300.00")])
    fact = live.fact(record_id)
    assert [each.line_id for each in fact.lines] == sold
    assert {(each.product, each.amount) for each in fact.parts()} == {
        (SOFTWARE, Money(70_025, EUR)),
        (None, Money(30_000, EUR)),
        (None, Money(20_025, EUR)),
    }


def test_a_worth_that_is_the_sum_of_products_leaves_no_rest(live: LiveSales) -> None:
    """The environment adds up by itself, which is a change of the opportunity too."""
    record_id = live.open(isrevenuesystemcalculated=1)
    before = live.statement(record_id).source_version
    taken = live.sell(record_id, SOFTWARE, "700.25")
    live.sell(record_id, SERVICES, "99.75")
    fact = live.fact(record_id)
    assert (fact.amount, len(fact.parts())) == (Money(80_000, EUR), 2)
    live.control("DELETE", f"products/{taken}")
    statement = live.statement(record_id)
    assert statement.source_version > before
    assert live.fact(record_id).amount == Money(9_975, EUR)


@pytest.mark.parametrize("by_update", [False, True])
@pytest.mark.parametrize(("value", "minor"), [("1100.00", 110_000), (None, 120_050)])
def test_a_won_opportunity_is_certain_and_worth_what_it_was_won_for(
    live: LiveSales, value: str | None, minor: int, *, by_update: bool
) -> None:
    """By whichever message; where nobody said for how much, what was estimated."""
    record_id = live.open()
    live.control(
        "POST", f"opportunities/{record_id}/close", won=True, value=value, day="2026-11-30", by_update=by_update
    )
    fact = live.fact(record_id)
    assert (fact.stage, fact.probability, fact.amount) == ("won/-", Decimal(1), Money(minor, EUR))
    assert (fact.close_date, fact.forecast_category) == (date(2026, 11, 30), ForecastCategory.CLOSED)


def test_a_lost_opportunity_is_worth_what_was_lost_and_can_come_back(live: LiveSales) -> None:
    """Its probability is none; opened again, it is as it was."""
    record_id = live.open()
    before = live.fact(record_id)
    live.control("POST", f"opportunities/{record_id}/close", won=False)
    fact = live.fact(record_id)
    assert (fact.stage, fact.probability, fact.amount) == ("lost/-", Decimal(0), before.amount)
    live.control("POST", f"opportunities/{record_id}/reopen")
    assert live.fact(record_id) == before


def test_a_cleared_value_is_no_zero(live: LiveSales) -> None:
    """Nobody has said what it is worth."""
    record_id = live.open()
    live.change(record_id, estimatedvalue=None, closeprobability=None, estimatedclosedate=None)
    fact = live.fact(record_id)
    assert (fact.amount, fact.probability, fact.close_date) == (None, None, None)


def test_a_row_keeps_the_rate_by_which_it_was_saved(live: LiveSales) -> None:
    """Units of its currency for one of the base currency; a rate that changes later changes no row."""
    reader = live.open_reader(base_currency="USD")
    old, own = live.open(), live.open(currency="USD")
    live.control("POST", "rates", code="EUR", rate="0.5")
    new = live.open()
    stated = reader.read(keys(old, own, new))
    facts = [each.fact for each in stated.values() if isinstance(each, Statement)]
    rates = [each.rate for each in facts if isinstance(each, Opportunity)]
    assert [rate and (rate.currency, rate.identity) for rate in rates] == [
        ("USD", "dynamics_sales:EUR>USD:1/0.9174"),
        None,
        ("USD", "dynamics_sales:EUR>USD:1/0.5"),
    ]
    assert rates[2] is not None
    assert rates[2].per_unit == 2
    assert rates[0] is not None
    assert Money(120_050, EUR).converted(rates[0].per_unit, "USD") == Money(130_859, "USD")


def test_what_was_deleted_is_gone_without_a_version(live: LiveSales) -> None:
    """The ledger keeps the one it has, and a row that is restored has a later one."""
    record_id = live.open()
    live.sell(record_id, SOFTWARE, "5.00")
    live.control("DELETE", f"opportunities/{record_id}")
    statement = live.statement(record_id)
    assert (statement.fact, statement.absence, statement.source_version) == (None, Absence.DELETED, "")
    live.control("POST", "opportunities", opportunityid=record_id, currency="EUR")
    assert live.statement(record_id).source_version


def test_every_write_has_a_version_of_its_own_even_in_one_second(live: LiveSales) -> None:
    """`modifiedon` has whole seconds, and ties would keep the older of two."""
    record_id = live.open()
    versions = [live.statement(record_id).source_version]
    for amount in ("1.00", "2.00"):
        live.change(record_id, estimatedvalue=amount)
        versions.append(live.statement(record_id).source_version)
    assert versions == sorted(set(versions))
    assert {len(each) for each in versions} == {19}


def test_a_product_leads_to_its_opportunity(live: LiveSales) -> None:
    """One that is not shown any more leads nowhere."""
    record_id = live.open()
    product = live.sell(record_id, SOFTWARE, "5.00")
    reading = live.read(product, "line_item")
    assert isinstance(reading, Statement)
    assert (reading.absence, reading.related) == (Absence.NOT_POSTED, tuple(keys(record_id)))
    live.control("DELETE", f"products/{product}")
    gone = live.read(product, "line_item")
    assert isinstance(gone, Statement)
    assert gone.related == ()


def test_many_are_read_in_few_calls_over_several_pages(live: LiveSales) -> None:
    """A hundred for each address, none too long, and each page followed."""
    ids = [live.selling.save({"currency": "EUR", "name": "N", "estimatedvalue": "1.00"})[0].row_id for _ in range(230)]
    live.settings.page_rows = 60
    stated = live.reader.read([*keys(*ids), *keys(*ids)])
    assert len(stated) == 230
    assert all(isinstance(each, Statement) and each.fact for each in stated.values())
    assert len(live.addresses) == 2 + 2 + 1 + 3
    assert max(len(each) for each in live.addresses) < 8_192


def test_more_products_than_dataverse_counts_are_read_in_fewer_at_once(
    live: LiveSales, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above some number it counts that number and no more: what a count cannot show to be whole is asked for in halves."""
    for counting in ("sandbox.systems.dynamics_sales.api", "tieout.systems.dynamics_sales.client"):
        monkeypatch.setattr(f"{counting}._MOST_COUNTED", 4)
    sold = [live.open() for _ in range(4)]
    for record_id in sold:
        live.sell(record_id, SOFTWARE, "1.00")
        live.sell(record_id, SERVICES, "2.00")
    readings = live.reader.read(keys(*sold))
    facts = [each.fact for each in readings.values() if isinstance(each, Statement)]
    assert [len(each.lines) for each in facts if isinstance(each, Opportunity)] == [2, 2, 2, 2]


def test_what_is_no_id_costs_no_neighbour(live: LiveSales) -> None:
    """And no call."""
    record_id = live.open()
    asked = [*keys(record_id, "not-an-id", record_id.upper()), RecordKey(CONNECTION, "contract", record_id)]
    stated = live.reader.read(asked)
    assert [isinstance(stated[each], Statement) for each in asked] == [True, False, False, False]


def test_a_row_that_spoils_an_answer_costs_only_its_name(live: LiveSales) -> None:
    """A character that no queue carries, in what somebody typed."""
    ids = [live.open(name=name) for name in ("One", "torn \x01", "Three")]
    stated = live.reader.read(keys(*ids))
    facts = [each.fact for each in stated.values() if isinstance(each, Statement)]
    names = [each.name for each in facts if isinstance(each, Opportunity)]
    assert names == ["One", None, "Three"]


def test_all_opportunities_are_listed_page_by_page(live: LiveSales) -> None:
    """For a change of many at once that lost their names on the way."""
    ids = [live.selling.save({"currency": "EUR"})[0].row_id for _ in range(401)]
    asked: RecordKey | None = RecordKey(CONNECTION, "opportunity", "*")
    sizes, found = [], []
    while asked is not None:
        page = live.reader.list_page(asked)
        sizes.append(len(page.keys))
        found += [each.record_id for each in page.keys]
        asked = page.following
        if len(sizes) == 1:
            live.change(ids[0], name="changed meanwhile")
            live.change(ids[-1], name="changed meanwhile")
    assert set(found) == set(ids)
    assert sizes == [200, 200, 2]
    with pytest.raises(UnreadableRecordError):
        live.reader.list_page(RecordKey(CONNECTION, "line_item", "*"))
    with pytest.raises(UnreadableRecordError):
        live.reader.list_page(RecordKey(CONNECTION, "opportunity", "*x"))


@pytest.mark.parametrize(
    ("fault", "error", "pause"),
    [
        ({"status": 429, "headers": {"retry-after": "35"}}, ThrottledError, 35),
        ({"status": 429}, ThrottledError, 60),
        ({"status": 503, "headers": {"retry-after": "5"}}, UnavailableError, 5),
        ({"status": 500}, UnavailableError, None),
        ({"status": 403}, AccessDeniedError, None),
        ({"status": 400, "body": {"error": {"code": "0x80060888", "message": "no"}}}, AccessDeniedError, None),
        ({"status": 200, "body": "<html>"}, UnavailableError, None),
        ({"status": 200, "body": {}}, UnavailableError, None),
        ({"status": 200, "body": {"value": [], "@odata.count": 1}}, ConflictError, None),
        (
            {"status": 200, "body": {"value": [], "@odata.nextLink": "https://evil.example/api/data/v9.2/x"}},
            UnavailableError,
            None,
        ),
    ],
)
def test_an_answer_means_what_is_to_be_done(
    live: LiveSales, fault: dict[str, Any], error: type[TieoutError], pause: float | None
) -> None:
    """By its status and code; once there were too many calls, nothing more is asked."""
    ids = [live.selling.save({"currency": "EUR"})[0].row_id for _ in range(150)]
    live.fault("answer", path="/api/data/", times=9, **fault)
    readings = live.reader.read(keys(*ids)).values()
    assert {type(each) for each in readings} == {error}
    assert {getattr(each, "retry_after_seconds", None) for each in readings} == {pause}
    assert len(live.addresses) == (1 if error in {ThrottledError, UnavailableError} else 2)


def test_the_limits_of_the_environment_are_kept_to(live: LiveSales) -> None:
    """Whoever goes on asking is made to wait longer."""
    record_id = live.open()
    live.settings.calls_in_window = 1
    first = live.read(record_id)
    assert isinstance(first, ThrottledError)
    assert first.retry_after_seconds == 300
    live.clock.advance(301)
    live.settings.calls_in_window = 2
    assert isinstance(live.read(record_id), Statement)


def test_a_token_that_ends_is_replaced_once(live: LiveSales) -> None:
    """A second refusal is for a person."""
    record_id = live.open()
    live.read(record_id)
    live.fault("expire_tokens", path="/api/data/")
    assert isinstance(live.read(record_id), Statement)
    live.fault("answer", status=401, path="/api/data/", times=2)
    assert isinstance(live.read(record_id), AccessDeniedError)


def test_an_answer_that_breaks_off_is_asked_for_again_later(live: LiveSales) -> None:
    """And told without the address."""
    record_id = live.open()
    live.fault("lost_answer", path="/api/data/")
    reading = live.read(record_id)
    assert isinstance(reading, UnavailableError)
    assert "127.0.0.1" not in str(reading)
    assert isinstance(live.read(record_id), Statement)
