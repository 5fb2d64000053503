"""How a Chargebee site is read: many at once, each for itself where it has to be, and no longer than it answers."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.support.chargebee_api import MadeUpApi, as_sent, ids_of, missing, refused
from tests.support.chargebee_rows import (
    CONNECTION,
    Row,
    document,
    item,
    key_of,
    line,
    statement,
    subscription,
    transaction,
)
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError, UnreadableRecordError
from tieout.facts.reading import Reading
from tieout.facts.sales import BillingDocument
from tieout.facts.statement import Absence, Statement
from tieout.facts.subscription import Subscription, SubscriptionVersion

INVOICE, NOTE = document("invoice", "INV/7", line()), document("credit_note", "7", line(amount=500))


def read(api: MadeUpApi, *rows: Row) -> list[Reading]:
    """The readings of some resources, in their order."""
    keys = [key_of(each) for each in rows]
    found = api.reader().read(keys)
    assert found.keys() == set(keys)
    return [found[key] for key in keys]


def test_a_hundred_of_a_kind_cost_one_call() -> None:
    """With the key as user name and no password, deleted ones asked for, and each kind in a list of its own."""
    invoices = [document("invoice", f"I-{number}", line()) for number in range(250)]
    others = [NOTE, transaction(), subscription()]
    api = MadeUpApi(*invoices, *others)
    assert read(api, *invoices, *others) == [statement(each) for each in [*invoices, *others]]
    assert api.paths() == ["subscriptions", "invoices", "invoices", "invoices", "credit_notes", "transactions"]
    assert [len(each) for each in ids_of(api.asked)] == [1, 100, 100, 50, 1, 1]
    assert {(each["limit"], each["include_deleted"]) for _, each in api.asked} == {("100", "true")}
    login = base64.b64decode(api.headers[0]["authorization"].removeprefix("Basic "))
    assert (login, api.headers[0]["accept"]) == (b"test_made-up-key:", "application/json")


def test_a_record_that_is_asked_for_twice_is_read_once() -> None:
    """And has one reading."""
    api = MadeUpApi(INVOICE)
    assert api.reader().read([key_of(INVOICE)] * 2) == {key_of(INVOICE): statement(INVOICE)}
    assert ids_of(api.asked) == [["INV/7"]]


def test_what_a_list_does_not_show_is_asked_for_alone() -> None:
    """A list may be a moment behind: what it lacks is not gone for that."""
    api = MadeUpApi(INVOICE, NOTE)
    api.hidden = {"INV/7"}
    gone = document("invoice", "I-8", line())
    [found, lost] = read(api, INVOICE, gone)
    assert found == statement(INVOICE)
    assert lost == Statement(key=key_of(gone), source_version="", fact=None, absence=Absence.DELETED)
    assert api.paths() == ["invoices", "invoices/INV/7", "invoices/I-8"]
    assert api.addresses[1:] == [b"/api/v2/invoices/INV%2F7", b"/api/v2/invoices/I-8"]


def test_what_is_deleted_is_stated_at_the_version_of_its_deletion() -> None:
    """Which a list shows."""
    row = subscription(deleted=True)
    [found] = read(MadeUpApi(row), row)
    assert isinstance(found, Statement)
    assert (found.absence, found.source_version) == (Absence.DELETED, "2026-11-30T23:30:00.209Z")


def test_a_list_that_gives_fewer_at_once_is_followed_to_its_end() -> None:
    """Whatever a site allows."""
    invoices = [document("invoice", f"I-{number}", line()) for number in range(7)]
    api = MadeUpApi(*invoices, page_rows=3)
    assert read(api, *invoices) == [statement(each) for each in invoices]
    assert [each.get("offset", "") for _, each in api.asked] == ["", "3", "6"]


def test_a_list_that_goes_on_with_nothing_is_left() -> None:
    """It would be followed for ever; what it did not show is asked for alone."""
    api = MadeUpApi(INVOICE)

    def nothing(path: str, _asked: dict[str, str]) -> httpx.Response | None:
        assert len(api.asked) < 5
        return as_sent({"list": [], "next_offset": "on"}) if path == "invoices" else None

    api.says = nothing
    assert read(api, INVOICE) == [statement(INVOICE)]
    assert api.paths() == ["invoices", "invoices/INV/7"]


def test_a_record_that_spoils_an_answer_costs_no_other() -> None:
    """Then each is asked for alone."""
    rows = [document("invoice", "I-1", line()), document("invoice", "I-2", line(), status="a\u0001")]
    api = MadeUpApi(*rows)
    [good, bad] = read(api, *rows)
    assert good == statement(rows[0])
    assert isinstance(bad, UnreadableRecordError)
    assert api.paths() == ["invoices", "invoices/I-1", "invoices/I-2"]


def test_what_people_typed_spoils_nothing() -> None:
    """Notes, names and own fields are not looked at, whatever characters they hold."""
    odd = {"notes": [{"note": "a\u0001"}], "cf_name": "\ufffe", "billing_address": {"line1": "\ud800"}}
    row = document("invoice", "I-1", line() | {"description": "b\u0001"}) | odd
    assert read(MadeUpApi(row), row) == [statement(document("invoice", "I-1", line()))]


def test_a_long_document_is_read_with_all_of_its_lines() -> None:
    """In parts of some hundred, with the discounts of each, be they listed with every part or with their own."""
    lines = [line(f"li_{number}", 100) for number in range(7)]
    off = [{"line_item_id": f"li_{number}", "discount_amount": number} for number in (1, 5, 5, 6)]
    whole = document("invoice", "I-1", *lines) | {"line_item_discounts": off, "total": 700 - 17}
    for beside in (off, off[:1]):
        first = whole | {"line_items": lines[:4], "line_items_next_offset": "a", "line_item_discounts": beside}
        second = {"id": "I-1", "object": "invoice", "line_items": lines[4:6], "line_items_next_offset": "b"}
        parts = {"a": second | {"line_item_discounts": off}, "b": {"id": "I-1", "line_items": lines[6:]}}
        api = MadeUpApi(first)

        def part(path: str, asked: dict[str, str], parts: dict[str, Row] = parts) -> httpx.Response | None:
            return as_sent({"invoice": parts[asked["line_items_offset"]]}) if path == "invoices/I-1" else None

        api.says = part
        [found] = read(api, first)
        assert found == statement(whole)
        assert [each.get("line_items_offset") for _, each in api.asked] == [None, "a", "b"]


def test_a_document_without_end_is_told_to_a_person() -> None:
    """Instead of being read for ever."""
    row = document("invoice", "I-1", line()) | {"line_items_next_offset": "a"}
    api = MadeUpApi(row)
    more = {"line_items": [line(f"li_{number}") for number in range(1_000)], "line_items_next_offset": "a"}
    api.says = lambda path, _: as_sent({"invoice": more}) if path == "invoices/I-1" else None
    [found] = read(api, row)
    assert isinstance(found, UnreadableRecordError)
    assert len(api.asked) < 10


def with_coupons(name: str, *coupons: str) -> Row:
    """A subscription that names coupons."""
    return subscription(item(amount=10_000), id=name, coupons=[{"coupon_id": each} for each in coupons])


def ten(name: str) -> Row:
    """A coupon that takes off a tenth."""
    row = {"id": name, "object": "coupon", "discount_type": "percentage", "discount_percentage": 10}
    return row | {"duration_type": "forever", "apply_on": "invoice_amount"}


def _version_of(reading: Reading) -> SubscriptionVersion:
    assert isinstance(reading, Statement)
    assert isinstance(reading.fact, Subscription)
    return reading.fact.versions[0]


def test_a_coupon_is_asked_for_once_in_a_batch() -> None:
    """And only where a subscription names one whose worth it does not state."""
    rows = [with_coupons("s1", "A"), with_coupons("s2", "A", "B"), subscription(id="s3")]
    api = MadeUpApi(*rows, ten("A"), ten("B"))
    found = read(api, *rows)
    recurs = [each.items[0].monthly.amount_minor for each in map(_version_of, found)]
    assert recurs == [9_000, 8_100, 20_000]
    assert [(path, asked["id[in]"]) for path, asked in api.asked[1:]] == [("coupons", '["A"]'), ("coupons", '["B"]')]


def test_a_coupon_that_is_not_there_costs_its_subscription_alone() -> None:
    """Nor does a key that may not read coupons cost any other."""
    rows = [with_coupons("s1", "GONE"), subscription(id="s2")]
    [lost, found] = read(MadeUpApi(*rows), *rows)
    assert isinstance(lost, UnreadableRecordError)
    assert found == statement(rows[1])
    api = MadeUpApi(*rows)
    api.says = lambda path, _: refused(403) if path == "coupons" else None
    [denied, found] = read(api, *rows)
    assert isinstance(denied, AccessDeniedError)
    assert found == statement(rows[1])


@pytest.mark.parametrize(
    ("answer", "error", "seconds"),
    [
        (refused(429, "api_request_limit_exceeded", retry_after="7"), ThrottledError, 7),
        (refused(429, "api_request_limit_exceeded"), ThrottledError, 30),
        (refused(401, "api_authentication_failed"), AccessDeniedError, None),
        (refused(403, "api_authorization_failed"), AccessDeniedError, None),
        (refused(404, "site_not_found"), AccessDeniedError, None),
        (refused(400, "param_wrong_value"), AccessDeniedError, None),
        (refused(500, "internal_error"), UnavailableError, None),
        (refused(503, "internal_temporary_error", retry_after="9"), UnavailableError, 9),
        (refused(409, "invalid_state_for_request"), UnavailableError, None),
        (refused(408), UnavailableError, None),
        (httpx.Response(302, headers={"location": "https://elsewhere.test"}), UnavailableError, None),
        (httpx.Response(502, content=b"<html>Bad Gateway</html>"), UnavailableError, None),
        (httpx.Response(200, content=b"<html>maintenance</html>"), UnavailableError, None),
        (httpx.Response(200, content=b'{"list": ['), UnavailableError, None),
        (as_sent([]), UnavailableError, None),
        (as_sent({"lists": []}), UnavailableError, None),
        (as_sent({"list": [{"invoice": "I-1"}]}), UnavailableError, None),
        (as_sent({"list": [{"customer": {}}]}), UnavailableError, None),
    ],
)
def test_an_answer_that_is_none_says_what_to_do(
    answer: httpx.Response, error: type[Exception], seconds: float | None
) -> None:
    """To wait as long as it asks, to mend a key or a right, or to try again."""
    api = MadeUpApi()
    api.says = lambda _path, _asked: answer
    found = read(api, INVOICE, NOTE)
    assert [type(each) for each in found] == [error, error]
    assert getattr(found[0], "retry_after_seconds", None) == seconds
    assert "made up" not in str(found[0])
    assert len(api.asked) <= 2  # and wherever it leads, nobody else is shown the key


@pytest.mark.parametrize("answer", [refused(429), refused(500)])
def test_once_it_does_not_answer_nothing_more_is_asked(answer: httpx.Response) -> None:
    """Of whatever kind; what was read before stays read."""
    api = MadeUpApi(subscription(), INVOICE, NOTE, transaction())
    api.says = lambda path, _: answer if path == "invoices" else None
    found = read(api, subscription(), INVOICE, NOTE, transaction())
    assert found[0] == statement(subscription())
    assert not any(isinstance(each, Statement) for each in found[1:])
    assert api.paths() == ["subscriptions", "invoices"]


def test_a_site_that_cannot_be_reached_is_down() -> None:
    """Nothing of how it was asked is told."""
    api = MadeUpApi()

    def break_off(_path: str, _asked: dict[str, str]) -> httpx.Response:
        raise httpx.ConnectError("test_made-up-key")

    api.says = break_off
    [found] = read(api, INVOICE)
    assert isinstance(found, UnavailableError)
    assert "made-up" not in str(found)


def test_a_resource_that_vanishes_while_its_lines_are_read_is_gone() -> None:
    """As if it had not been shown."""
    row = document("invoice", "I-1", line()) | {"line_items_next_offset": "a"}
    api = MadeUpApi(row)
    api.says = lambda path, _: missing() if path == "invoices/I-1" else None
    [found] = read(api, row)
    assert isinstance(found, Statement)
    assert found.absence is Absence.DELETED


def test_what_is_no_record_of_chargebees_is_asked_for_nowhere() -> None:
    """And told to a person."""
    api = MadeUpApi()
    keys = [RecordKey(CONNECTION.name, "billing_document", "7"), RecordKey(CONNECTION.name, "journal_entry", "c")]
    found = api.reader().read(keys)
    assert [type(found[key]) for key in keys] == [UnreadableRecordError] * 2
    assert api.asked == []


def test_the_watch_is_shown_what_is_read() -> None:
    """So that drift is told of; and only what is wanted of it."""
    row = document("invoice", "I-1", line(), status="paid_in_shells") | {"first_name": "Jürgen"}
    api = MadeUpApi(row)
    reader = api.reader()
    reader.read([key_of(row)])
    noted = reader.watch.take()
    assert [(each.answer, each.field, str(each.drift)) for each in noted] == [("invoices", "status", "new_value")]


def test_a_document_is_one_record_whichever_kind_has_its_number() -> None:
    """An invoice and a credit note may have the same."""
    rows = [document("invoice", "7", line()), document("credit_note", "7", line(amount=500))]
    found = read(MadeUpApi(*rows), *rows)
    facts = [each.fact for each in found if isinstance(each, Statement)]
    assert [each.lines[0].amount.amount_minor for each in facts if isinstance(each, BillingDocument)] == [10_000, -500]
