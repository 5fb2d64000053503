"""What is left to others when our share of the calls is used, and how records are listed page by page."""

from __future__ import annotations

import pytest

from tests.support.salesforce_answers import having, key, record_id
from tieout.arriving.notice import RecordKey
from tieout.errors import ThrottledError, UnreadableRecordError
from tieout.facts.reading import ListedPage
from tieout.facts.statement import Statement

DEALS = [key(record_id("006", each)) for each in range(1, 451)]
ACCOUNT = record_id("001", 1)


def test_beyond_our_share_of_the_calls_only_what_is_declared_is_read() -> None:
    """A chunk is let through every ten minutes: its answer tells whether there are calls again."""
    contract, item = key(record_id("800", 1), "contract"), key(record_id("00k", 1), "line_item")
    organization = having()
    organization.usage = "api-usage=4000/5000"
    reader = organization.reader(entities_beyond_allowance=["contract"])
    first = reader.read([*DEALS[:201], item, contract])
    assert [type(first[each]) for each in (DEALS[0], DEALS[199], DEALS[200], item, contract)] == [
        *(Statement, Statement, ThrottledError, ThrottledError, Statement),
    ]
    refusal = first[item]
    assert isinstance(refusal, ThrottledError)
    assert refusal.retry_after_seconds == 7200
    organization.queries.clear()
    assert isinstance(reader.read([DEALS[0]])[DEALS[0]], ThrottledError)
    with pytest.raises(ThrottledError):
        reader.list_page(key("*"))
    assert organization.queries == []
    organization.clock.advance(600)
    organization.usage = "api-usage=3999/5000"
    assert isinstance(reader.read([DEALS[0]])[DEALS[0]], Statement)
    assert isinstance(reader.read([item])[item], Statement)


def test_what_belongs_to_declared_opportunities_is_read_beyond_our_share() -> None:
    """Products and accounts are told of for the opportunities' sake."""
    organization = having()
    organization.usage = "api-usage=5000/5000"
    reader = organization.reader(entities_beyond_allowance=["opportunity"])
    reader.read([DEALS[0]])
    keys = [DEALS[0], key(record_id("00k", 1), "line_item"), key(ACCOUNT, "account")]
    assert {type(each) for each in reader.read(keys).values()} == {Statement}


def test_a_listing_goes_on_behind_its_last_record() -> None:
    """Until a page is not full."""
    rows = [{"Id": each.record_id} for each in DEALS[:200]]
    organization = having(Opportunity=lambda query: rows if "Id >" not in query else rows[:3])
    reader = organization.reader()
    page = reader.list_page(key("*"))
    assert page == ListedPage(tuple(DEALS[:200]), key(f"*{DEALS[199].record_id}"))
    assert page.following is not None
    assert reader.list_page(page.following) == ListedPage(tuple(DEALS[:3]), None)
    assert f"Id > '{DEALS[199].record_id}'" in organization.queries[1]


def test_a_listing_of_one_account_stays_with_it() -> None:
    """Its place names both."""
    organization = having(Contract=[{"Id": record_id("800", each)} for each in range(200)])
    page = organization.reader().list_page(key(f"*{ACCOUNT}:", "contract"))
    assert page.following == key(f"*{ACCOUNT}:{record_id('800', 199)}", "contract")
    assert f"AccountId = '{ACCOUNT}'" in organization.queries[0]


@pytest.mark.parametrize(
    ("entity", "listed"), [("line_item", ["opportunity"]), ("account", ["opportunity", "contract"])]
)
def test_what_is_nothing_by_itself_is_listed_by_what_it_may_have_changed(entity: str, listed: list[str]) -> None:
    """No call is needed to say so."""
    organization = having()
    assert organization.reader().list_page(key("*", entity)) == ListedPage(
        tuple(key("*", each) for each in listed), None
    )
    assert organization.queries == []


@pytest.mark.parametrize("asked", [key("*", "object:Lead"), key("*006"), key(DEALS[0].record_id)])
def test_nothing_else_is_listed(asked: RecordKey) -> None:
    """A listing of an object that no flow wants would be read for nobody."""
    with pytest.raises(UnreadableRecordError):
        having().reader().list_page(asked)
