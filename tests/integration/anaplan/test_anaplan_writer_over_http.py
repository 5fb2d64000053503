"""The Anaplan writer against the simulated tenant over real HTTP: every fault, every status, every refusal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.systems.anaplan.app import create_app
from sandbox.systems.anaplan.certificates import IssuedCertificate, issue_certificate
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.serving import serve
from tests.support.anaplan import BASIC, anaplan_target, anaplan_writer, cash_cell, pipeline_cell
from tests.support.clock import ManualClock
from tieout.delivering import CellValue
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    UnavailableError,
)
from tieout.landscape import Option
from tieout.targets.anaplan.writer import AnaplanWriter, open_writer

HTML = "<html>Scheduled maintenance</html>"


class Hasty(httpx.BaseTransport):
    """Waits half a second where the writer would wait two minutes, so that a test of a blocked write is short."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, or a read timeout after half a second."""
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": 0.5}
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


@dataclass
class Tenant:
    """A running tenant, its clock, and a way to write to it and to look behind it."""

    url: str
    clock: ManualClock
    http: httpx.Client
    hasty: httpx.Client
    certificate: IssuedCertificate
    writers: dict[int, AnaplanWriter] = field(default_factory=dict)

    def writer(self, **options: Option) -> AnaplanWriter:
        """A new writer, without a token yet, that logs in by password."""
        return open_writer(anaplan_target(self.url, **options), BASIC, self.http, self.clock)

    def fault(self, kind: str, **parts: Any) -> None:  # noqa: ANN401 JSON values
        """Plant a fault that strikes the next cell write, unless told otherwise."""
        plain = {"kind": kind, "path": "/data"} | parts
        self.http.post(f"{self.url}/_control/faults", json=plain).raise_for_status()

    def control(self, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Call a control route."""
        url = f"{self.url}/_control/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        return answer.raise_for_status().json()

    def values(self) -> dict[tuple[str, str, str], str]:
        """What the model holds: (module, line item, period) to the value's text."""
        cells = self.control("cells")["cells"]
        return {(each["module"], each["line_item"], each["members"]["Time"]): each["value"] for each in cells}

    def logins(self) -> dict[str, int]:
        """How many logins and refreshes there were since the tenant began."""
        logins = self.control("writes")["logins"]
        assert isinstance(logins, dict)
        return logins


@pytest.fixture(scope="module")
def running() -> Iterator[Tenant]:
    """One tenant for all tests of this module."""
    clock = ManualClock(datetime.now(UTC))
    certificate = issue_certificate(clock.now())
    app = create_app(TenantSettings(authority_pem=certificate.authority_pem, requests_per_minute=0), now=clock.now)
    with serve(app) as url, httpx.Client() as http, httpx.Client(transport=Hasty()) as hasty:
        yield Tenant(url, clock, http, hasty, certificate)


@pytest.fixture
def tenant(running: Tenant) -> Tenant:
    """The tenant, emptied."""
    running.control("reset", {})
    running.http.delete(f"{running.url}/_control/faults")
    return running


def test_cells_are_set_and_read_back(tenant: Tenant) -> None:
    """What was written is what planning holds, in its own digits; writing it again changes nothing."""
    writer = tenant.writer()
    cells = [
        pipeline_cell("a", "1500.10"),
        pipeline_cell("b", "-0.05", period="Apr 26"),
        cash_cell("c", "12345678901234567890.12"),
    ]
    for _ in range(2):
        assert writer.write(cells).refused == {}
        assert tenant.values() == {
            ("Pipeline", "Amount", "Mar 26"): "1500.10",
            ("Pipeline", "Amount", "Apr 26"): "-0.05",
            ("Cash", "Collected", "Mar 26"): "12345678901234567890.12",
        }
    assert writer.read(cells) == {cell.cell_id: cell.value for cell in cells}


def test_a_cell_is_brought_to_zero_by_writing_zero(tenant: Tenant) -> None:
    """Anaplan takes no null: a cell whose facts are gone is set to 0."""
    writer = tenant.writer()
    writer.write([pipeline_cell("a", "10")])
    writer.write([pipeline_cell("a", "0")])
    assert tenant.values() == {("Pipeline", "Amount", "Mar 26"): "0"}


def test_a_certificate_writes_cells(tenant: Tenant) -> None:
    """The login unattended functions use."""
    writer = anaplan_writer(
        tenant.url, tenant.http, tenant.clock, tenant.certificate.credentials(), authentication="certificate"
    )
    assert writer.write([pipeline_cell()]).refused == {}


def test_a_certificate_of_a_foreign_authority_is_denied(tenant: Tenant) -> None:
    """Anaplan trusts no certificate that its authorities did not issue."""
    foreign = issue_certificate(tenant.clock.now()).credentials()
    writer = anaplan_writer(tenant.url, tenant.http, tenant.clock, foreign, authentication="certificate")
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])


def test_a_wrong_password_is_denied(tenant: Tenant) -> None:
    """A person must change the secret."""
    writer = anaplan_writer(
        tenant.url, tenant.http, tenant.clock, {"username": "tieout@example.com", "password": "old"}
    )
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])


def test_both_forms_of_the_address_write(tenant: Tenant) -> None:
    """With a workspace id in the options, calls go by workspace and model."""
    writer = tenant.writer(workspace_id=TenantSettings().workspace_id)
    assert writer.write([pipeline_cell()]).refused == {}


def test_a_model_that_is_not_ours_is_denied(tenant: Tenant) -> None:
    """404 hides no access, so it is never taken for an empty model."""
    with pytest.raises(AccessDeniedError):
        tenant.writer(model_id="0" * 32).write([pipeline_cell()])


def test_refused_cells_are_told_and_their_neighbours_written(tenant: Tenant) -> None:
    """An unknown customer, a quarter, a calculated line item and a missing module refuse themselves alone."""
    cells = [
        pipeline_cell("unknown", customer="NOBODY"),
        pipeline_cell("good", "7.00"),
        pipeline_cell("quarter", period="Q1 FY26"),
        pipeline_cell("calculated", measure="Gap USD"),
        pipeline_cell("all", customer="ALL_CUSTOMERS"),
        CellValue(cell_id="module", cube="Headcount", measure="Heads", members=(), value=Decimal(1)),
        cash_cell("cash"),
    ]
    answer = tenant.writer().write(cells)
    assert {cell_id: reason.partition(":")[0] for cell_id, reason in answer.refused.items()} == {
        "unknown": "cellIsInvalid",
        "quarter": "cellIsCalculated",
        "calculated": "cellIsCalculated",
        "all": "cellIsCalculated",
        "module": "module_missing",
    }
    assert set(tenant.values()) == {("Pipeline", "Amount", "Mar 26"), ("Cash", "Collected", "Mar 26")}
    assert answer.summary == "Pipeline: 5 sent, 1 changed, 4 refused; Cash: 1 sent, 1 changed, 0 refused"


def test_a_member_that_arrives_later_is_written_then(tenant: Tenant) -> None:
    """A refusal for a missing member is over once somebody adds the member in Anaplan."""
    writer = tenant.writer()
    assert set(writer.write([pipeline_cell("late", customer="LATE")]).refused) == {"late"}
    tenant.control("members", {"list": "Customer", "items": [{"code": "LATE", "name": "Late Corp"}]})
    assert writer.write([pipeline_cell("late", customer="LATE")]).refused == {}


def test_an_answer_with_an_empty_list_of_failures_is_a_full_success(tenant: Tenant) -> None:
    """Both forms were seen: no key, and an empty list."""
    tenant.fault("empty_failures")
    assert tenant.writer().write([pipeline_cell()]).refused == {}


def test_a_refusal_of_a_kind_nobody_published_refuses_its_cell(tenant: Tenant) -> None:
    """A failure type we do not know is no success."""
    tenant.fault("reject_cell", path=";Time=Apr 26;", detail={"failureType": "cellIsOnHoliday"})
    answer = tenant.writer().write([pipeline_cell("a"), pipeline_cell("b", period="Apr 26")])
    assert answer.refused == {"b": "cellIsOnHoliday: the cell was refused"}


def test_batches_larger_than_one_request_go_in_several(tenant: Tenant) -> None:
    """The batch size of the options is the most cells of one request."""
    cells = [
        pipeline_cell(f"c{n}", str(n), period=f"{month} 26")
        for n, month in enumerate(["Jan", "Feb", "Mar", "Apr", "May"])
    ]
    assert tenant.writer(batch_size=2).write(cells).refused == {}
    assert [len(each["cells"]) for each in tenant.control("writes")["writes"]] == [2, 2, 1]


def test_nothing_to_write_is_no_call(tenant: Tenant) -> None:
    """An empty batch asks nothing of Anaplan, not even a login."""
    before = tenant.logins()
    assert tenant.writer().write([]).refused == {}
    assert tenant.logins() == before


@pytest.mark.parametrize(
    ("kind", "error", "wait"),
    [
        ("conflict", UnavailableError, 30),
        ("moved", UnavailableError, None),
        ("archived", UnavailableError, 300),
        ("locked", UnavailableError, 300),
        ("offline", UnavailableError, 300),
        ("deployed", AccessDeniedError, None),
        ("throttled", ThrottledError, 10),
    ],
)
def test_a_model_that_takes_nothing_now_leaves_cells_as_they_are(
    tenant: Tenant, kind: str, error: type[TieoutError], wait: float | None
) -> None:
    """Every state of a closed model has its error and its wait, changes no cell, and is over when it is over."""
    writer = tenant.writer()
    tenant.fault(kind)
    with pytest.raises(TieoutError) as caught:
        writer.write([pipeline_cell()])
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after_seconds", None) == wait
    assert tenant.values() == {}
    assert writer.write([pipeline_cell()]).refused == {}


def test_a_throttled_write_waits_as_long_as_it_is_told(tenant: Tenant) -> None:
    """Retry-After is Anaplan's word."""
    tenant.fault("throttled", detail={"retry_after": 7})
    with pytest.raises(ThrottledError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert caught.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("status", "error"), [(400, MalformedError), (403, AccessDeniedError), (404, AccessDeniedError), (500, LostAnswerError),
                          (502, LostAnswerError), (503, UnavailableError), (504, LostAnswerError), (200, LostAnswerError)]
)  # fmt: skip
def test_a_page_of_html_is_judged_by_its_status(tenant: Tenant, status: int, error: type[TieoutError]) -> None:
    """Proxies and maintenance answer in HTML: a body is never needed to know what to do."""
    tenant.fault("answer", status=status, body=HTML, headers={"content-type": "text/html"})
    with pytest.raises(TieoutError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert type(caught.value) is error


def test_a_lost_answer_is_lost_although_the_cell_is_set(tenant: Tenant) -> None:
    """The write took effect and its answer broke off: the cell stays to be written, and writing again ends in the same number."""
    writer = tenant.writer()
    tenant.fault("lost_answer")
    with pytest.raises(LostAnswerError):
        writer.write([pipeline_cell("a", "5.00")])
    assert list(tenant.values().values()) == ["5.00"]
    assert writer.write([pipeline_cell("a", "5.00")]).refused == {}
    assert list(tenant.values().values()) == ["5.00"]


def test_a_write_to_a_busy_model_waits_and_is_done(tenant: Tenant) -> None:
    """While an import has the model the answer is late, not refused; the status still answers meanwhile."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    tenant.fault("busy", seconds=60)
    done: list[object] = []
    waiting = threading.Thread(target=lambda: done.append(writer.write([pipeline_cell()])))
    waiting.start()
    until = datetime.now(UTC) + timedelta(seconds=10)
    while not tenant.control("model")["busy"] and datetime.now(UTC) < until:
        waiting.join(0.01)
    assert done == []
    assert ("Pipeline", "Amount", "Mar 26") not in tenant.values()
    tenant.clock.advance(61)
    waiting.join(10)
    assert len(done) == 1
    assert ("Pipeline", "Amount", "Mar 26") in tenant.values()


def test_a_write_that_outwaits_its_patience_is_lost_and_lands_later(tenant: Tenant) -> None:
    """After the read timeout nobody knows: here the blocked write is done once the model is free."""
    writer = anaplan_writer(tenant.url, tenant.hasty, tenant.clock)
    writer.write([cash_cell()])
    tenant.fault("busy", seconds=60)
    with pytest.raises(LostAnswerError):
        writer.write([pipeline_cell()])
    assert ("Pipeline", "Amount", "Mar 26") not in tenant.values()
    tenant.clock.advance(61)
    pause = threading.Event()
    until = datetime.now(UTC) + timedelta(seconds=10)
    while ("Pipeline", "Amount", "Mar 26") not in tenant.values() and datetime.now(UTC) < until:
        pause.wait(0.02)
    assert ("Pipeline", "Amount", "Mar 26") in tenant.values()


def test_no_connection_is_not_a_lost_answer(tenant: Tenant) -> None:
    """Where nobody listens, nothing was written."""
    writer = anaplan_writer("http://127.0.0.1:9", tenant.http, tenant.clock)
    with pytest.raises(UnavailableError):
        writer.write([pipeline_cell()])


def test_a_token_that_is_ended_early_is_replaced_in_the_same_write(tenant: Tenant) -> None:
    """401 in the middle of a run: one login, one repetition, and the write is done once."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    before = tenant.logins()["authenticate"]
    tenant.fault("expire_tokens")
    assert writer.write([pipeline_cell()]).refused == {}
    assert tenant.logins()["authenticate"] == before + 1
    assert len(tenant.control("writes")["writes"]) == 2


def test_a_token_rejected_twice_is_a_matter_for_a_person(tenant: Tenant) -> None:
    """One repetition and no more: a new token that is rejected too means that something is wrong with the account."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    tenant.fault("expire_tokens", times=2)
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])
    assert len(tenant.control("writes")["writes"]) == 1


def test_a_long_run_refreshes_before_the_token_ends(tenant: Tenant) -> None:
    """Over hours of writing every five minutes, no write meets 401 and no login by credentials is repeated."""
    writer = tenant.writer()
    before = tenant.logins()
    for number in range(48):
        assert writer.write([pipeline_cell("a", str(number))]).refused == {}
        tenant.clock.advance(300)
    after = tenant.logins()
    assert after["authenticate"] == before["authenticate"] + 1
    assert 6 <= after["refresh"] - before["refresh"] <= 8


def test_a_run_that_slept_past_the_end_logs_in_again(tenant: Tenant) -> None:
    """A function frozen for an hour does not try to refresh what has ended."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    before = tenant.logins()
    tenant.clock.advance(3600)
    writer.write([cash_cell()])
    after = tenant.logins()
    assert (after["authenticate"] - before["authenticate"], after["refresh"] - before["refresh"]) == (1, 0)


@pytest.mark.parametrize("kind", ["locked", "throttled", "lost_answer"])
def test_a_module_written_before_another_failed_is_not_called_unwritten(tenant: Tenant, kind: str) -> None:
    """Pipeline is set and Cash is not: the batch may be written in part, and repeating it is harmless."""
    writer = tenant.writer()
    writer.write([cash_cell("k", "1")])
    cash_module = tenant.control("writes")["writes"][0]["module"]
    assert cash_module == "Cash"
    tenant.fault(kind, path="/modules/102000000004/data")
    batch = [pipeline_cell("a", "5"), cash_cell("k", "6")]
    with pytest.raises(LostAnswerError):
        writer.write(batch)
    assert tenant.values()["Pipeline", "Amount", "Mar 26"] == "5"
    assert writer.write(batch).refused == {}
    assert tenant.values()["Cash", "Collected", "Mar 26"] == "6"


def test_a_module_denied_after_another_was_written_is_still_a_matter_for_a_person(tenant: Tenant) -> None:
    """A missing grant is not hidden behind a doubt about the rest of the batch."""
    tenant.fault("answer", status=404, body=HTML, path="/modules/102000000004/data")
    with pytest.raises(AccessDeniedError):
        tenant.writer().write([pipeline_cell("a", "5"), cash_cell("k", "6")])


def test_more_than_600_calls_a_minute_are_throttled_and_the_bucket_refills() -> None:
    """The tenant's own limit answers 429 with the seconds to wait, one call being free again every tenth of a second."""
    clock = ManualClock(datetime.now(UTC))
    with serve(create_app(TenantSettings(requests_per_minute=6), now=clock.now)) as url, httpx.Client() as http:
        writer = anaplan_writer(url, http, clock)
        for _ in range(5):
            writer.write([pipeline_cell()])
        with pytest.raises(ThrottledError) as caught:
            writer.write([pipeline_cell()])
        assert caught.value.retry_after_seconds == 10
        clock.advance(10)
        assert writer.write([pipeline_cell()]).refused == {}


@pytest.mark.parametrize(("state", "wait"), [("archived", 300), ("locked", 300), ("offline", 300)])
def test_a_model_that_stays_closed_is_left_alone_until_it_opens(tenant: Tenant, state: str, wait: float) -> None:
    """A lasting state meets every call the same way, discovery too."""
    tenant.control("model", {"state": state})
    for _ in range(2):
        with pytest.raises(UnavailableError) as caught:
            tenant.writer().write([pipeline_cell()])
        assert caught.value.retry_after_seconds == wait
    tenant.control("model", {"state": ""})
    assert tenant.writer().write([pipeline_cell()]).refused == {}


PERIODS = [f"{month} {year}" for year in (26, 27) for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.tuples(st.sampled_from(["Pipeline", "Cash"]), st.sampled_from(["EUR", "USD", "JPY"]), st.booleans()),
        max_size=12,
    ),
    batch_size=st.integers(1, 5),
)
def test_whatever_fails_exactly_the_failing_cells_are_refused(
    running: Tenant, cells: list[tuple[str, str, bool]], batch_size: int
) -> None:
    """For any batch over any modules, cut in any way, with any cells failing: refused are those, written are all others."""
    running.control("reset", {})
    batch, bad = [], set()
    for number, (cube, currency, fails) in enumerate(cells):
        dimensions = (("Product line", "SOFTWARE"),) if cube == "Pipeline" else (("Account", "1000"),)
        members = (
            ("Customer", "NOBODY" if fails else "ACME"),
            *dimensions,
            ("Currency", currency),
            ("Time", PERIODS[number]),
            ("Version", "Actual"),
        )
        measure = "Amount" if cube == "Pipeline" else "Collected"
        batch.append(
            CellValue(cell_id=f"c{number}", cube=cube, measure=measure, members=members, value=Decimal(number))
        )
        if fails:
            bad.add(f"c{number}")
    writer = running.writers.setdefault(batch_size, running.writer(batch_size=batch_size))
    answer = writer.write(batch)
    assert set(answer.refused) == bad
    written = {(each["module"], each["members"]["Time"]): each["value"] for each in running.control("cells")["cells"]}
    assert written == {
        (cell.cube, dict(cell.members)["Time"]): str(cell.value) for cell in batch if cell.cell_id not in bad
    }
