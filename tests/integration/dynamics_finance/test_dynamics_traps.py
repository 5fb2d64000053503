"""The traps of Dynamics' OData service, as the simulated environment sets them: companies, pages, limits, tokens, faults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sandbox.systems.dynamics_finance.documents import document_of
from tests.support.dynamics_environment import CONNECTION, INVOICE, JOURNAL, LiveEnvironment
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ConflictError, ThrottledError, UnavailableError
from tieout.facts.listing import Window
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.systems.dynamics_finance import queries
from tieout.systems.dynamics_finance.reader import open_reader

if TYPE_CHECKING:
    import httpx


def key(record_id: str) -> RecordKey:
    """A key of the connection."""
    return RecordKey(CONNECTION, "journal_entry", record_id)


def stated(readings: Mapping[RecordKey, Reading]) -> list[bool]:
    """Which readings are statements."""
    return [isinstance(each, Statement) for each in readings.values()]


def test_the_rows_of_all_companies_are_read(live: LiveEnvironment) -> None:
    """The app belongs to one of three."""
    keys = [key(live.post(INVOICE, company=company)) for company in ("usmf", "mxmf", "brmf")]
    assert stated(live.reader.read(keys)) == [True] * 3
    start = live.clock.now() - timedelta(hours=1)
    page = live.listing.page("journal_entry", Window(start, start + timedelta(hours=2)), "")
    assert {each.key for each in page.records} == set(keys)


def test_without_asking_across_companies_rows_are_missing_without_a_word(
    live: LiveEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap that the one above walks round: an answer 200 that lacks them."""
    keys = [key(live.post(INVOICE, company=company)) for company in ("usmf", "mxmf", "brmf")]
    monkeypatch.setattr(queries, "CROSS_COMPANY", "cross-company=false")
    assert stated(live.reader.read(keys)) == [True, False, False]


def test_a_company_that_our_role_has_lost_is_no_deletion(live: LiveEnvironment) -> None:
    """Nothing of what is planned of it may go."""
    lost = live.post(INVOICE, company="mxmf")
    live.control("POST", "settings", hidden_companies=["mxmf"])
    assert isinstance(live.read(lost), UnavailableError)
    with pytest.raises(UnavailableError):
        live.found("*mxmf/customer_invoice/CIV-000001/")
    assert not live.listing.still_known([key(lost)])


def test_what_was_archived_is_no_deletion(live: LiveEnvironment) -> None:
    """It is shown no more, and stands in the books all the same."""
    record_id = live.post(JOURNAL)
    live.control("DELETE", f"documents/usmf/{record_id.rpartition('/')[2]}")
    assert isinstance(live.read(record_id), UnavailableError)


def test_large_answers_come_in_pages(live: LiveEnvironment) -> None:
    """Each of them of all companies."""
    live.settings.page_rows = 7
    keys = [key(live.post(INVOICE, company=company)) for company in ("usmf", "mxmf") for _ in range(20)]
    assert stated(live.reader.read(keys)) == [True] * 40
    assert sum("skiptoken" in each for each in live.addresses) > 10


def test_rows_that_come_between_two_pages_are_a_conflict(live: LiveEnvironment) -> None:
    """Also where as many came as the last page announces: which of them the earlier pages lacked nobody knows."""
    _, _, voucher = live.post(JOURNAL).split("/")
    record_id = live.post(JOURNAL, voucher=voucher)
    live.settings.page_rows = 1
    added: list[str] = []

    def add(request: httpx.Request) -> None:
        if "skiptoken" in str(request.url) and not added:
            added.append(live.posting.post(document_of({**JOURNAL, "voucher": voucher})).journal_number)

    live.http.event_hooks["request"].append(add)
    assert isinstance(live.read(record_id), ConflictError)
    assert len(live.fact(record_id).lines) == 6


def test_over_the_limit_we_wait_as_long_as_we_are_told(live: LiveEnvironment) -> None:
    """Priority-based throttling: 429 with the seconds to wait; afterwards all is well."""
    record_id = live.post(INVOICE)
    live.control("POST", "settings", calls_in_window=4)
    assert isinstance(live.read(record_id), Statement)
    live.clock.advance(100)
    reading = live.read(record_id)
    assert isinstance(reading, ThrottledError)
    assert reading.retry_after_seconds == 200
    live.clock.advance(200)
    assert isinstance(live.read(record_id), Statement)


def test_a_token_that_ended_is_replaced(live: LiveEnvironment) -> None:
    """Whether by its time or before it."""
    record_id = live.post(INVOICE)
    assert isinstance(live.read(record_id), Statement)
    live.clock.advance(3_600)
    assert isinstance(live.read(record_id), Statement)
    live.fault("expire_tokens")
    assert isinstance(live.read(record_id), Statement)


@pytest.mark.parametrize("wrong", [{"client_secret": "x"}, {"client_id": "x"}, {"tenant_id": "x"}])
def test_wrong_credentials_are_for_a_person(live: LiveEnvironment, wrong: dict[str, str]) -> None:
    """And so is a scope of another environment."""
    record_id = key(live.post(INVOICE))
    reader = open_reader(live.connection(), live.credentials(**wrong), live.http, live.clock)
    assert isinstance(reader.read([record_id])[record_id], AccessDeniedError)
    other = live.open_reader(scope="https://other.operations.dynamics.com/.default")
    assert isinstance(other.read([record_id])[record_id], AccessDeniedError)


@pytest.mark.parametrize("options", [{"ledger_lines": "LedgerLines"}, {"ledger_entries": "SalesInvoiceHeadersV2"}])
def test_an_entity_set_or_a_column_that_is_missing_stops_visibly(
    live: LiveEnvironment, options: dict[str, str]
) -> None:
    """404 or 400: the connection is declared otherwise than the environment is."""
    asked = key(live.post(INVOICE))
    assert isinstance(live.open_reader(**options).read([asked])[asked], AccessDeniedError)


@pytest.mark.parametrize(
    ("kind", "details"), [("answer", {"status": 503}), ("lost_answer", {}), ("answer", {"status": 502})]
)
def test_an_outage_passes(live: LiveEnvironment, kind: str, details: dict[str, int]) -> None:
    """The whole batch is read again later."""
    asked = key(live.post(INVOICE))
    live.fault(kind, path="/data/", **details)
    assert isinstance(live.reader.read([asked])[asked], UnavailableError)
    assert isinstance(live.reader.read([asked])[asked], Statement)


def test_no_address_is_longer_than_the_server_takes(live: LiveEnvironment) -> None:
    """200 vouchers with long and odd numbers, quotes and signs of other scripts in them."""
    vouchers = [f"Ä'B&C+{number:03d}/{'x' * (number % 40)}" for number in range(200)]
    keys = [key(live.post(JOURNAL, voucher=each)) for each in vouchers]
    assert stated(live.reader.read(keys)) == [True] * 200
    assert len(live.listing.still_known(keys)) == 200
