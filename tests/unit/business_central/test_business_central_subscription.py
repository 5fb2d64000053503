"""How companies are kept subscribed: what is made, renewed and made anew, and what is left alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from tests.support.business_central_books import CREDENTIALS, IBERIA, LUSITANIA, BooksOfCompanies
from tests.support.clock import ManualClock
from tieout.errors import AccessDeniedError, ConflictError, UnavailableError, UnreadableRecordError
from tieout.moments import moment_text
from tieout.subscribing import Push
from tieout.systems.business_central.subscription import BusinessCentralSubscriptions, open_subscription

URL, SECRET = "https://hooks.example.com/webhooks/central-iberia", "a-secret-of-the-test-1"
DAY = timedelta(days=1)


class Environment:
    """The subscriptions of an environment, in memory."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.rows: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, dict[str, Any], str]] = []
        self.refusals: list[httpx.Response] = []
        self.page_rows = 100

    def add(self, name: str = f"{IBERIA}/salesInvoices", *, days: float = 3, **changed: object) -> dict[str, Any]:
        """A subscription that lives for so many days."""
        company, _, resource = name.partition("/")
        row = {
            "@odata.etag": f'W/"{len(self.rows)}"',
            "subscriptionId": f"s{len(self.rows)}",
            "notificationUrl": URL,
            "resource": f"/api/v2.0/companies({company})/{resource}",
            "clientState": SECRET,
            "expirationDateTime": moment_text(self.clock.now() + days * DAY),
            **changed,
        }
        self.rows.append(row)
        return row

    def opened(self, secret: str = SECRET, **options: Any) -> BusinessCentralSubscriptions:  # noqa: ANN401 options of all kinds
        """The subscriptions as the renewal has them."""
        connection = BooksOfCompanies().connection(**{"resources": ["salesInvoices"], "companies": [IBERIA], **options})
        http = httpx.Client(transport=httpx.MockTransport(self.answer))
        return open_subscription(connection, CREDENTIALS, Push(URL, secret), http, self.clock)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, as the API does."""
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3599})
        assert request.headers["authorization"] == "Bearer t"
        path = unquote(request.url.path).removeprefix("/v2.0/tenant/production/api/v2.0/subscriptions")
        body = json.loads(request.content or b"{}")
        if request.method != "GET":
            self.asked.append((request.method, path, body, request.headers.get("if-match", "")))
        if self.refusals:
            return self.refusals.pop(0)
        if request.method == "GET":
            return self._page(request)
        ends_at = moment_text(self.clock.now() + 3 * DAY)
        return httpx.Response(201 if request.method == "POST" else 200, json={**body, "expirationDateTime": ends_at})

    def _page(self, request: httpx.Request) -> httpx.Response:
        skip = int(request.url.params.get("skip", 0))
        page: dict[str, Any] = {"value": self.rows[skip : skip + self.page_rows]}
        if len(self.rows) > skip + self.page_rows:
            page["@odata.nextLink"] = str(request.url.copy_set_param("skip", skip + self.page_rows))
        return httpx.Response(200, json=page)


def refused(status: int, code: str) -> httpx.Response:
    """A refusal in Business Central's words."""
    return httpx.Response(status, json={"error": {"code": code, "message": ""}})


def due(environment: Environment, **opened: Any) -> dict[str, bool]:  # noqa: ANN401 of the secret and of options
    """Which subscriptions are to be made or renewed, by name."""
    return {each.name: each.is_due for each in environment.opened(**opened).subscriptions()}


def test_each_company_and_resource_needs_one() -> None:
    """Those that there are not are due."""
    environment = Environment()
    environment.add(f"{LUSITANIA}/generalLedgerEntries")
    resources = ["generalLedgerEntries", "salesInvoices"]
    assert due(environment, companies=[IBERIA, LUSITANIA], resources=resources) == {
        f"{IBERIA}/generalLedgerEntries": True,
        f"{IBERIA}/salesInvoices": True,
        f"{LUSITANIA}/generalLedgerEntries": False,
        f"{LUSITANIA}/salesInvoices": True,
    }


def test_all_entries_of_the_books_are_subscribed_to_unless_others_are_named() -> None:
    """They tell of every posting; invoices and credit memos beside them are the vendor's own advice."""
    names = [each.name for each in Environment().opened(resources=["generalLedgerEntries"]).subscriptions()]
    assert names == [f"{IBERIA}/generalLedgerEntries"]


@pytest.mark.parametrize(("days", "is_due"), [(3, False), (2.5, False), (2.499, True), (0.1, True), (-1, True)])
def test_one_is_renewed_half_a_day_after_it_was_last(days: float, is_due: bool) -> None:  # noqa: FBT001 a case
    """So a renewal may fail for a day and a half before it is a person's business."""
    environment = Environment()
    environment.add(days=days)
    [found] = environment.opened().subscriptions()
    assert (found.is_due, found.ends_at) == (is_due, environment.clock.now() + days * DAY)


@pytest.mark.parametrize(
    ("changed", "is_due"),
    [({"clientState": "old"}, True), ({"clientState": ""}, False), ({"clientState": None}, False)],
)
def test_one_that_tells_by_another_secret_is_due_at_once(changed: dict[str, Any], is_due: bool) -> None:  # noqa: FBT001 a case
    """After a rotation; where the API does not show it, half a day later at the latest."""
    environment = Environment()
    environment.add(**changed)
    assert due(environment) == {f"{IBERIA}/salesInvoices": is_due}


@pytest.mark.parametrize(
    "changed",
    [
        {"notificationUrl": "https://hooks.example.com/webhooks/central-other"},
        {"notificationUrl": "https://elsewhere.example.com/", "expirationDateTime": None},
        {"resource": f"/api/v2.0/companies({LUSITANIA})/salesInvoices"},
        {"resource": f"/api/v2.0/companies({IBERIA})/customers"},
        {"resource": "anything"},
        {"resource": None},
    ],
)
def test_others_subscriptions_are_left_alone(changed: dict[str, Any]) -> None:
    """Whoever made them, and whatever they are of."""
    environment = Environment()
    environment.add(**changed)
    opened = environment.opened()
    [found] = opened.subscriptions()
    assert found.ends_at is None
    opened.renew(found)
    assert [method for method, *_ in environment.asked] == ["POST"]


@pytest.mark.parametrize(
    "resource",
    [
        "api/v2.0/companies({})/salesInvoices",
        "https://api.example.test/v2.0/tenant/production/api/v2.0/companies({})/salesInvoices",
    ],
)
def test_an_address_in_another_form_is_the_same_resource(resource: str) -> None:
    """The API shows it as it was given, or in full."""
    environment = Environment()
    environment.add(resource=resource.format(IBERIA.upper()))
    assert due(environment) == {f"{IBERIA}/salesInvoices": False}


def test_of_two_that_are_the_same_the_one_that_lives_longer_counts() -> None:
    """The other came of an answer that was lost, and ends by itself."""
    environment = Environment()
    for days in (1, 3, 2):
        environment.add(days=days)
    [found] = environment.opened().subscriptions()
    assert found.ends_at == environment.clock.now() + 3 * DAY


def test_a_missing_one_is_made_for_our_address_with_our_secret() -> None:
    """And lives for three days."""
    environment = Environment()
    opened = environment.opened()
    [found] = opened.subscriptions()
    assert opened.renew(found) == environment.clock.now() + 3 * DAY
    wanted = {"notificationUrl": URL, "resource": f"/api/v2.0/companies({IBERIA})/salesInvoices", "clientState": SECRET}
    assert environment.asked == [("POST", "", wanted, "")]


def test_one_is_renewed_by_its_tag_and_under_its_own_address() -> None:
    """The resource cannot be changed, so it is repeated as it is shown; the secret is the current one."""
    environment = Environment()
    row = environment.add(days=1, resource=f"api/v2.0/companies({IBERIA})/salesInvoices", clientState="old")
    opened = environment.opened()
    [found] = opened.subscriptions()
    assert opened.renew(found) == environment.clock.now() + 3 * DAY
    wanted = {"notificationUrl": URL, "resource": row["resource"], "clientState": SECRET}
    assert environment.asked == [("PATCH", "('s0')", wanted, 'W/"0"')]


def test_one_that_is_gone_when_it_is_renewed_is_made_anew() -> None:
    """It was deleted after an answer of ours, or ended a moment ago."""
    environment = Environment()
    environment.add(days=1)
    opened = environment.opened()
    [found] = opened.subscriptions()
    environment.refusals = [refused(404, "Internal_RecordNotFound")]
    opened.renew(found)
    assert [method for method, *_ in environment.asked] == ["PATCH", "POST"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(400, "BadRequest"), UnreadableRecordError),
        (refused(403, "Authorization_Forbidden"), AccessDeniedError),
        (refused(412, "Request_EntityChanged"), ConflictError),
        (httpx.Response(503), UnavailableError),
    ],
)
def test_what_is_refused_is_told_and_not_made_anew(answer: httpx.Response, error: type[Exception]) -> None:
    """A second one would only be refused, too, or come twice."""
    environment = Environment()
    environment.add(days=1)
    opened = environment.opened()
    [found] = opened.subscriptions()
    environment.refusals = [answer]
    with pytest.raises(error):
        opened.renew(found)
    assert len(environment.asked) == 1


def test_all_pages_of_subscriptions_are_looked_at() -> None:
    """An environment has up to two hundred."""
    environment = Environment()
    environment.page_rows = 2
    for number in range(5):
        environment.add(f"{LUSITANIA}/other{'x' * number}")
    environment.add()
    assert due(environment) == {f"{IBERIA}/salesInvoices": False}


@pytest.mark.parametrize("secret", ["", "short", "x" * 51, "with a blank in it here", "ümlaut-in-the-secret"])
def test_a_secret_that_could_not_be_recognised_subscribes_to_nothing(secret: str) -> None:
    """Every notification would be refused; and it is not told to anybody."""
    environment = Environment()
    with pytest.raises(AccessDeniedError) as raised:
        environment.opened(secret)
    assert not secret or secret not in str(raised.value)
    assert not environment.asked


def test_when_one_ends_must_be_said() -> None:
    """Else nobody would know when to renew it."""
    environment = Environment()
    environment.add(expirationDateTime=None)
    with pytest.raises(UnreadableRecordError):
        environment.opened().subscriptions()
    environment.rows.clear()
    opened = environment.opened()
    [found] = opened.subscriptions()
    environment.refusals = [httpx.Response(201, json={})]
    with pytest.raises(UnreadableRecordError):
        opened.renew(found)


def test_the_moment_is_read_in_utc() -> None:
    """However it is written."""
    environment = Environment()
    environment.add(expirationDateTime="2026-03-05T10:00:00+01:00")
    [found] = environment.opened().subscriptions()
    assert found.ends_at == datetime.fromisoformat("2026-03-05T09:00:00Z")
