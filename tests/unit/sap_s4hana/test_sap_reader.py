"""The reader: keys to statements in few calls, what an empty list means, and whom an error costs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.sap_rows import BASE_URL, ENTRY, Tenant, billing, dumped, error, invoice_entry, key, order
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.facts.sales import SalesOrder
from tieout.facts.statement import Absence, Statement

ORDER, BILL, JOURNAL = key("sales_order", "3016401"), key("billing_document", "90000024"), key("journal_entry", ENTRY)
EVERYTHING = {
    "A_SalesOrder": [order()],
    "A_BillingDocument": [billing()],
    "A_OperationalAcctgDocItemCube": invoice_entry(),
}


def pages(*contents: dict[str, Any]) -> Any:  # noqa: ANN401 a responder
    """Answers with one content after the other."""
    left = list(contents)
    return lambda _request: httpx.Response(200, json={"d": left.pop(0)})


def test_records_of_three_kinds_cost_three_calls() -> None:
    """One for each kind, with everything in it."""
    tenant = Tenant(EVERYTHING)
    found = tenant.read(ORDER, BILL, JOURNAL)
    assert [type(each) for each in found.values()] == [Statement] * 3
    assert len(tenant.asked) == 3
    assert tenant.logins == 1


def test_a_hundred_orders_are_read_in_addresses_of_bounded_length() -> None:
    """Each once, however often it is asked for."""
    keys = [key("sales_order", str(3_000_000 + number)) for number in range(100)]
    tenant = Tenant({"A_SalesOrder": [order(each.record_id) for each in keys]})
    found = tenant.read(*keys, *keys)
    assert all(isinstance(found[each], Statement) for each in keys)
    assert len(tenant.asked) == 2
    assert max(len(BASE_URL + each) for each in tenant.asked) <= 6000


def test_numbers_with_zeros_are_the_same_records() -> None:
    """As the service happens to show them."""
    tenant = Tenant({"A_SalesOrder": [order("0003016401")]})
    [found] = tenant.read(ORDER).values()
    assert isinstance(found, Statement)
    assert found.key == ORDER


@pytest.mark.parametrize("asked_for", [BILL, JOURNAL])
def test_what_is_billed_or_posted_is_never_taken_for_deleted(asked_for: Any) -> None:  # noqa: ANN401 a key
    """It looks the same where our user may not see it; so it is read again, and then parked for a person."""
    [found] = Tenant({}).read(asked_for).values()
    assert isinstance(found, UnavailableError)


def test_an_order_is_deleted_once_s4hana_says_so_itself() -> None:
    """And shows us any other; that one of the same read is enough."""
    other = key("sales_order", "3016402")
    tenant = Tenant({"A_SalesOrder": [order("3016402")]})
    found = tenant.read(ORDER, other)
    gone, there = found[ORDER], found[other]
    assert isinstance(gone, Statement)
    assert (gone.absence, gone.source_version) == (Absence.DELETED, "")
    assert isinstance(there, Statement)
    assert len(tenant.asked) == 2
    alone = Tenant({"A_SalesOrder": [order("3016402")]})
    assert isinstance(alone.read(ORDER)[ORDER], Statement)
    assert len(alone.asked) == 3


def test_an_order_is_not_deleted_where_we_are_shown_none_at_all() -> None:
    """Somebody took the authorization away: 200 with no rows, and 404 for each."""
    [found] = Tenant({"A_SalesOrder": []}).read(ORDER).values()
    assert isinstance(found, UnavailableError)


def test_an_order_that_a_list_leaves_out_and_its_address_shows_is_hidden() -> None:
    """Two answers that do not agree prove nothing."""

    def respond(request: httpx.Request) -> httpx.Response | None:
        is_list = "$filter" in str(request.url)
        return httpx.Response(200, content=dumped([])) if is_list else None

    [found] = Tenant({"A_SalesOrder": [order()]}, respond).read(ORDER).values()
    assert isinstance(found, UnavailableError)


def test_a_404_in_other_words_is_no_deletion() -> None:
    """It comes from something in between."""

    def respond(request: httpx.Request) -> httpx.Response | None:
        return None if "$filter" in str(request.url) else httpx.Response(404, text="not found")

    [found] = Tenant({"A_SalesOrder": [order("1")]}, respond).read(ORDER).values()
    assert isinstance(found, UnavailableError)


def test_pages_are_followed_at_our_own_address_alone() -> None:
    """Whatever host is announced: the token goes nowhere else."""
    rows = invoice_entry()
    following = "https://evil.example.com/elsewhere?$skiptoken=2&sap-client=100"
    tenant = Tenant({}, pages({"results": rows[:2], "__next": following}, {"results": rows[2:]}))
    [found] = tenant.read(JOURNAL).values()
    assert isinstance(found, Statement)
    path = "/sap/opu/odata/sap/API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube"
    assert tenant.asked[1] == f"{path}?$skiptoken=2&sap-client=100"


@pytest.mark.parametrize("following", ["", "no-query", 5, "x?\u00e9"])
def test_a_page_that_is_announced_nowhere_is_no_page(following: object) -> None:
    """Half a list is none."""
    tenant = Tenant({}, pages({"results": invoice_entry(), "__next": following}))
    assert isinstance(tenant.read(JOURNAL)[JOURNAL], UnavailableError)


def test_an_empty_page_ends_nothing() -> None:
    """It could go on for ever."""
    tenant = Tenant({}, pages({"results": [], "__next": "x?$skiptoken=1"}))
    assert isinstance(tenant.read(JOURNAL)[JOURNAL], UnavailableError)


@pytest.mark.parametrize(
    ("answer", "kind", "seconds"),
    [
        (error(429, "X/1", **{"retry-after": "17"}), ThrottledError, 17),
        (error(429), ThrottledError, None),
        (error(503, "X/1", **{"retry-after": "120"}), UnavailableError, 120),
        (error(500, "X/1"), UnavailableError, None),
        (error(408), UnavailableError, None),
        (error(302), UnavailableError, None),
        (error(403, "/IWFND/MED/170"), AccessDeniedError, None),
        (error(404, "/IWFND/MED/170"), AccessDeniedError, None),
        (error(400, "005056A509B11EE1B9A8FEC11C21578E"), AccessDeniedError, None),
        (error(401), AccessDeniedError, None),
        (httpx.Response(200, text="<html>log on</html>"), UnavailableError, None),
        (httpx.Response(200, json={"value": []}), UnavailableError, None),
        (httpx.Response(200, json={"d": {}}), UnavailableError, None),
        (httpx.Response(200, json={"d": {"results": ["x"]}}), UnavailableError, None),
    ],
)
def test_what_an_answer_means(answer: httpx.Response, kind: type[TieoutError], seconds: float | None) -> None:
    """By its status and its code, never by its message, of which nothing is told."""
    [found] = Tenant({}, lambda _request: answer).read(BILL).values()
    assert type(found) is kind
    assert getattr(found, "retry_after_seconds", None) == seconds
    assert "4711" not in str(found)


def test_a_refused_token_is_replaced_once() -> None:
    """A second refusal is a person's business; a name with a password is not tried twice."""
    tenant = Tenant(EVERYTHING, lambda request: error(401) if "token-1" in request.headers["authorization"] else None)
    assert isinstance(tenant.read(ORDER)[ORDER], Statement)
    assert tenant.logins == 2
    refused = Tenant({}, lambda _request: error(401))
    assert isinstance(refused.reader(authentication="basic").read([ORDER])[ORDER], AccessDeniedError)
    assert (len(refused.asked), refused.logins) == (1, 0)


def test_once_there_is_no_answer_nothing_more_is_asked() -> None:
    """The rest of the keys have the same error."""
    tenant = Tenant({}, lambda _request: error(503))
    found = tenant.read(ORDER, BILL, JOURNAL)
    assert {type(each) for each in found.values()} == {UnavailableError}
    assert len(tenant.asked) == 1


def test_what_is_refused_costs_no_other_kind() -> None:
    """A role that lacks one service."""
    tenant = Tenant(EVERYTHING, lambda request: error(403, "X") if "BILLING" in str(request.url) else None)
    found = tenant.read(ORDER, BILL, JOURNAL)
    assert isinstance(found[BILL], AccessDeniedError)
    assert isinstance(found[ORDER], Statement)
    assert isinstance(found[JOURNAL], Statement)


def test_a_record_that_spoils_the_answer_costs_no_other() -> None:
    """A character no queue carries, or an address that is too long: halves are read, until the guilty one is alone."""
    keys = [key("sales_order", str(number)) for number in range(1, 9)]

    def respond(request: httpx.Request) -> httpx.Response | None:
        return error(414) if "%275%27" in str(request.url) else None

    tenant = Tenant({"A_SalesOrder": [order(each.record_id) for each in keys]}, respond)
    found = tenant.read(*keys)
    assert [each.record_id for each in keys if isinstance(found[each], UnreadableRecordError)] == ["5"]
    spoilt = Tenant({"A_SalesOrder": [order(each.record_id) for each in keys]})
    spoilt.entities["A_SalesOrder"] = [
        {**each, "SoldToParty": "a\u0000b"} if each["SalesOrder"] == "7" else each
        for each in spoilt.entities["A_SalesOrder"]
    ]
    found = spoilt.read(*keys)
    assert [each.record_id for each in keys if isinstance(found[each], UnreadableRecordError)] == ["7"]


def test_a_record_that_cannot_be_translated_costs_no_other() -> None:
    """Be it a bug of ours."""
    keys = [key("sales_order", "1"), key("sales_order", "2")]
    found = Tenant({"A_SalesOrder": [order("1", TransactionCurrency="?"), order("2")]}).read(*keys)
    assert isinstance(found[keys[0]], TieoutError)
    good = found[keys[1]]
    assert isinstance(good, Statement)
    assert isinstance(good.fact, SalesOrder)


def test_a_document_that_comes_twice_is_refused() -> None:
    """Which of them is it?"""
    [found] = Tenant({"A_BillingDocument": [billing(), billing()]}).read(BILL).values()
    assert isinstance(found, UnreadableRecordError)


@pytest.mark.parametrize(
    "odd",
    [
        key("sales_order", "1' or '1' eq '1"),
        key("journal_entry", "1710/2026/1' or '1' eq '1"),
        key("sales_order", "*"),
    ],
)
def test_nobody_is_asked_for_what_cannot_be_read(odd: Any) -> None:  # noqa: ANN401 a key
    """An id that is none."""
    tenant = Tenant({})
    assert isinstance(tenant.read(odd)[odd], UnreadableRecordError)
    assert tenant.asked == []


@pytest.mark.parametrize("entity", ["business_partner", "supplier_invoice", "product"])
def test_what_is_not_read_of_s4hana_is_in_no_books(entity: str) -> None:
    """A flow may carry it for another system: nobody is called because of it."""
    tenant, told = Tenant({}), key(entity, "1")
    reading = tenant.read(told)[told]
    assert isinstance(reading, Statement)
    assert reading.absence is Absence.NOT_POSTED
    assert tenant.asked == []


def test_no_secret_is_told() -> None:
    """Whatever goes wrong."""

    def respond(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("token-1 canary-secret")

    tenant = Tenant({}, respond)
    for options in ({}, {"authentication": "basic"}):
        [found] = tenant.reader(**options).read([ORDER]).values()
        assert isinstance(found, UnavailableError)
        assert "canary" not in str(found)
        assert "token-1" not in str(found)
