"""Listings: what is asked for, what a page leaves out, where it goes on, and what an empty answer means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.sap_rows import OPTIONS, Tenant, billing, dumped, entry_item, error, invoice_entry, key, order, ticks
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, Window
from tieout.systems.sap_s4hana import listed_queries
from tieout.systems.sap_s4hana.listing import S4Listing, open_listing

MARCH = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))


def listing(tenant: Tenant) -> S4Listing:
    """A listing of a tenant."""
    return open_listing(tenant.connection(), tenant.credentials, tenant.http, tenant.clock)


def answering(rows: list[dict[str, Any]]) -> Tenant:
    """A tenant that answers every query with these entities."""
    return Tenant({}, lambda _request: httpx.Response(200, content=dumped(rows)))


def listed(entity: str, rows: list[dict[str, Any]], window: Window = MARCH) -> tuple[Listed, ...]:
    """The records of one page."""
    return listing(answering(rows)).page(entity, window, "").records


def condition(entity: str, window: Window, cursor: str = "") -> str:
    """The filter of a query."""
    return parse_qs(urlsplit(listed_queries.changed(entity, window, cursor).address()).query)["$filter"][0]


def total(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 values of JSON
    """A billing document with its total."""
    return billing(TotalNetAmount="9900.00", **changed)


def test_sales_documents_are_listed_by_their_stamp_or_where_they_have_none_by_the_day_of_their_creation() -> None:
    """What was never changed has no stamp of a change; milliseconds are rounded up, because versions have no finer parts."""
    window = Window(datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC), datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    assert condition("sales_order", window) == (
        "((LastChangeDateTime ge datetimeoffset'2026-03-01T08:00:00.001Z'"
        " and LastChangeDateTime lt datetimeoffset'2026-03-02T09:30:00.000Z')"
        " or (LastChangeDateTime eq null and CreationDate ge datetime'2026-03-01T00:00:00'"
        " and CreationDate le datetime'2026-03-02T00:00:00'))"
    )


def test_entries_are_listed_by_their_days_behind_the_key_of_the_last() -> None:
    """In the order of company, year and number, each written as S/4HANA wrote it."""
    found = condition("journal_entry", MARCH, "1710/2026/0100000042")
    assert found == (
        "((AccountingDocumentCreationDate ge datetime'2026-03-01T00:00:00'"
        " and AccountingDocumentCreationDate le datetime'2026-04-02T00:00:00')"
        " or (LastChangeDate ge datetime'2026-03-01T00:00:00' and LastChangeDate le datetime'2026-04-02T00:00:00'))"
        " and (CompanyCode gt '1710' or (CompanyCode eq '1710' and (FiscalYear gt '2026'"
        " or (FiscalYear eq '2026' and AccountingDocument gt '0100000042'))))"
    )


def test_a_window_in_another_zone_is_the_same_window() -> None:
    """Days and moments are those of UTC."""
    east = Window(*(each.astimezone(datetime.fromisoformat("2026-01-01T00:00+09:00").tzinfo) for each in MARCH))
    for entity in ("sales_order", "journal_entry"):
        assert condition(entity, east) == condition(entity, MARCH)


def test_a_bill_is_worth_its_total_with_the_sign_of_what_it_is() -> None:
    """From the day of the bill on, at the version of its statement."""
    [found] = listed("billing_document", [total(SDDocumentCategory="O", BillingDocumentType="G2")])
    assert found == Listed(
        key=key("billing_document", "90000024"),
        version="2026-03-31T23:59:58.000Z",
        amount=found.amount,
        day=date(2026, 3, 31),
    )
    assert str(found.amount) == "-9900.00 EUR"


def test_an_entry_is_worth_its_debits_in_the_ledger_that_is_read() -> None:
    """In its company's currency; one of other ledgers alone is worth nothing here."""
    posted = {"PostingDate": ticks(date(2026, 3, 31))}
    other = [{**row, "AmountInCompanyCodeCurrency": "1.000", "Ledger": "2L"} for row in invoice_entry(**posted)]
    [found] = listed("journal_entry", [*other, *invoice_entry(**posted)])
    assert (str(found.amount), found.day, found.version) == (
        "1309.00 USD",
        date(2026, 3, 31),
        "2026-04-01T07:15:00.000Z",
    )
    [elsewhere] = listed("journal_entry", other)
    assert (elsewhere.amount, elsewhere.key) == (None, found.key)


@pytest.mark.parametrize(("changed", "is_told"), [(None, True), (date(2026, 4, 1), True), (date(2026, 4, 9), False)])
def test_of_an_entry_its_entry_is_told_and_none_of_its_changes(changed: date | None, *, is_told: bool) -> None:
    """A clearing, a reversal and a text move the day of its last change, and no event says so."""
    rows = invoice_entry(PostingDate=None, LastChangeDate=ticks(changed) if changed else None)
    [found] = listed("journal_entry", rows, MARCH._replace(until=datetime(2026, 5, 1, tzinfo=UTC)))
    assert found.is_told is is_told


def test_what_lies_outside_the_window_is_left_out_of_a_page() -> None:
    """Days are coarser than windows: an entry of the same day, but before."""
    rows = [row | {"PostingDate": None} for row in invoice_entry()]
    moment = datetime(2026, 4, 1, 7, 15, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert len(listed("journal_entry", rows, Window(moment, moment + second))) == 1
    assert listed("journal_entry", rows, Window(moment - second, moment)) == ()
    assert listed("journal_entry", rows, Window(moment + second, moment + 2 * second)) == ()


def test_a_page_of_entries_ends_with_the_last_that_is_there_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands last may go on behind it; it comes with the next page."""
    monkeypatch.setattr(listed_queries, "PAGE_ITEMS", 5)
    rows = [
        entry_item(str(item), "65100000", "1.000", AccountingDocument=f"010000000{entry}", PostingDate=None)
        for entry in (1, 2)
        for item in (1, 2, 3)
    ]
    page = listing(answering(rows)).page("journal_entry", MARCH, "")
    assert [each.key.record_id for each in page.records] == ["1710/2026/100000001"]
    assert page.following == "1710/2026/0100000001"
    last = listing(answering(rows[3:])).page("journal_entry", MARCH, page.following)
    assert ([each.key.record_id for each in last.records], last.following) == (["1710/2026/100000002"], "")


def test_a_page_has_two_hundred_records_and_says_what_follows() -> None:
    """By the number as it was written, with its zeros."""
    rows = [order(f"{3_000_000 + number:010}", TotalNetAmount="1.00") for number in range(200)]
    page = listing(answering(rows)).page("sales_order", MARCH, "")
    assert (len(page.records), page.following) == (200, "0003000199")
    assert listing(answering(rows[:-1])).page("sales_order", MARCH, "").following == ""
    many = [
        entry_item("1", "65100000", "1.000", AccountingDocument=f"{number:010}", PostingDate=None)
        for number in range(1, 251)
    ]
    entries = listing(answering(many)).page("journal_entry", MARCH, "")
    assert (len(entries.records), entries.following) == (200, "1710/2026/0000000200")


def test_a_page_without_records_in_the_window_goes_on_all_the_same() -> None:
    """There may be some behind it."""
    rows = [order(str(3_000_000 + number), TotalNetAmount="1.00") for number in range(200)]
    early = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
    page = listing(answering(rows)).page("sales_order", early, "")
    assert (page.records, page.following) == ((), "3000199")


@pytest.mark.parametrize("changed", [{"TotalNetAmount": "?"}, {"SDDocumentCategory": "X"}, {"TransactionCurrency": ""}])
def test_an_amount_that_cannot_be_read_costs_no_record(changed: dict[str, str]) -> None:
    """It is listed without."""
    [found] = listed("billing_document", [{**total(), **changed}])
    assert found.amount is None


@pytest.mark.parametrize(
    ("entity", "cursor"),
    [
        ("sales_order", "1' or '1' eq '1"),
        ("sales_order", "1/2"),
        ("journal_entry", "1710/2026"),
        ("journal_entry", "1710/2026/"),
        ("product", ""),
    ],
)
def test_what_is_no_place_or_not_listed_is_refused(entity: str, cursor: str) -> None:
    """Nobody is asked."""
    tenant = Tenant({})
    with pytest.raises(UnreadableRecordError):
        listing(tenant).page(entity, MARCH, cursor)
    assert tenant.asked == []


def test_sales_documents_are_counted_and_entries_are_not() -> None:
    """S/4HANA counts entities, and those of the journal are items."""
    told: dict[str, Any] = {"__count": "123456", "results": []}
    tenant = Tenant({}, lambda _request: httpx.Response(200, json={"d": told}))
    assert listing(tenant).count("sales_order", MARCH) == 123_456
    assert "$inlinecount=allpages" in tenant.asked[0]
    assert "$top=1&" in tenant.asked[0]
    del told["__count"]
    assert listing(tenant).count("billing_document", MARCH) is None
    assert listing(tenant).count("journal_entry", MARCH) is None
    assert len(tenant.asked) == 2


def test_records_that_are_known_are_listed_as_they_are_now() -> None:
    """With zeros or without; those that are not there are not among them, and odd ids are not asked for."""
    tenant = Tenant(
        {"A_SalesOrder": [order("0003016401", TotalNetAmount="1750.50"), order("3016402", TotalNetAmount="1.00")]}
    )
    keys = [key("sales_order", each) for each in ("3016401", "3016402", "3016403", "x'y")]
    found = listing(tenant).still_known(keys)
    assert found.keys() == set(keys[:2])
    assert str(found[keys[0]].amount) == "1750.50 EUR"
    assert len(tenant.asked) == 1


def test_fewer_records_are_asked_for_where_an_address_is_too_long_for_something_on_the_way() -> None:
    """A gateway that takes less than S/4HANA does must not keep a census from ever ending."""

    def respond(request: httpx.Request) -> httpx.Response | None:
        return error(414) if str(request.url).count("SalesOrder%20eq") > 2 else None

    keys = [key("sales_order", str(number)) for number in range(1, 9)]
    tenant = Tenant({"A_SalesOrder": [order(each.record_id) for each in keys]}, respond)
    assert listing(tenant).still_known(keys).keys() == set(keys)
    with pytest.raises(UnreadableRecordError):
        listing(Tenant({}, lambda _: error(414))).still_known(keys)


def test_nothing_known_is_only_believed_where_anything_is_shown() -> None:
    """Else somebody took the authorization away, and a census would delete everything."""
    gone, entry = key("sales_order", "1"), key("journal_entry", "1710/2026/1")
    assert listing(Tenant({"A_SalesOrder": [order()]})).still_known([gone]) == {}
    assert listing(Tenant({})).still_known([]) == {}
    for each in (gone, entry):
        with pytest.raises(UnavailableError):
            listing(Tenant({})).still_known([each])


def test_the_ledger_that_is_read_is_that_of_the_options() -> None:
    """As the reader's."""
    rows = [{**row, "Ledger": "2L", "PostingDate": None} for row in invoice_entry()]
    tenant = answering(rows)
    own = open_listing(tenant.connection(ledger="2L"), tenant.credentials, tenant.http, tenant.clock)
    assert "ledger" not in OPTIONS
    assert str(own.page("journal_entry", MARCH, "").records[0].amount) == "1309.00 USD"
