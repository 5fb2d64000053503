"""The simulated organisation against others' libraries: what they understand, Salesforce would have said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceError,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from sandbox.systems.salesforce.certificates import make_key
from sandbox.systems.serving import serve
from tests.support.one_server import OneServer
from tests.support.salesforce_organization import Scene, app_key

LOGIN_URL = "https://login.salesforce.com"  # the client's own idea of where it logs in
USERNAME, CLIENT_ID = "tieout@sandbox.example", "sandbox-client"


class Here(HTTPAdapter):
    """Sends what is meant for Salesforce to the simulator: the client knows no plain HTTP."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._netloc = urlsplit(base_url).netloc

    def send(self, request: requests.PreparedRequest, *args: object, **options: object) -> requests.Response:
        """The simulator's answer."""
        _, _, *rest = urlsplit(request.url or "")
        request.url = urlunsplit(("http", self._netloc, *rest))
        return super().send(request, *args, **options)  # type: ignore[arg-type]  # passed on as they came


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[OneServer, str]]:
    """The server for all tests of this module."""
    house = OneServer()
    with serve(house) as url:
        yield house, url


@pytest.fixture
def scene(server: tuple[OneServer, str]) -> Scene:
    """A new organisation in this machine's time, since the client signs in by it."""
    scene = Scene(start=datetime.now(UTC), login_url=LOGIN_URL, batch_size=200)
    server[0].app = scene.app
    return scene


@pytest.fixture
def client(server: tuple[OneServer, str], scene: Scene) -> Salesforce:
    """The client, signed in with the key of the connected app."""
    del scene
    return sign_in(server[1])


def errors_of(refusal: SalesforceError) -> list[dict[str, str]]:
    """The errors that the client read of an answer."""
    errors: Any = refusal.content
    return list(errors)


def sign_in(base_url: str, *, username: str = USERNAME, client_id: str = CLIENT_ID, key: str = "") -> Salesforce:
    """The client after its own login."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", Here(base_url))
    return Salesforce(
        username=username,
        consumer_key=client_id,
        privatekey=key or app_key().private_key,
        session=session,
        version="62.0",
    )


def test_the_client_signs_in_and_reads_records(scene: Scene, client: Salesforce) -> None:
    """By an assertion it signs itself; its types are those of the fields."""
    account = scene.account("Acme")
    record_id = scene.opportunity(AccountId=account)
    answer = client.query(f"SELECT Id, Amount, IsWon, Account.Name FROM Opportunity WHERE Id IN ('{record_id}')")  # noqa: S608 SOQL
    assert (answer["totalSize"], answer["done"]) == (1, True)
    (record,) = answer["records"]
    assert record["attributes"] == {
        "type": "Opportunity",
        "url": f"/services/data/v62.0/sobjects/Opportunity/{record_id}",
    }
    assert (record["Amount"], record["IsWon"], record["Account"]["Name"]) == (120000.5, False, "Acme")
    assert client.query("SELECT COUNT() FROM Account")["totalSize"] == 1


def test_the_client_reads_page_after_page(scene: Scene, client: Salesforce) -> None:
    """Every record once, whatever happens meanwhile; deleted ones where it asks for them."""
    ids = scene.organization.create("Account", [{"Name": str(each)} for each in range(450)])
    scene.organization.delete("Account", ids[:10])
    asked = "SELECT Id FROM Account ORDER BY Id"
    pages = client.query_all_iter(asked, include_deleted=True)
    read = [next(pages)["Id"]]
    scene.organization.purge("Account", ids[200:300])
    read += [each["Id"] for each in pages]
    assert read == ids
    assert len(client.query_all(asked)["records"]) == 340
    first = client.query(asked)
    assert (first["totalSize"], len(first["records"]), first["done"]) == (340, 200, False)
    assert len(client.query_more(first["nextRecordsUrl"], identifier_is_url=True)["records"]) == 140
    scene.fault("expire_cursors")
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_QUERY_LOCATOR"):
        client.query_more(first["nextRecordsUrl"], identifier_is_url=True)


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Foo FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Foo", "INVALID_TYPE"),
        ("SELECT Id Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
    ],
)
def test_the_client_reads_refusals(client: Salesforce, soql: str, code: str) -> None:
    """As a list of errors with a code and a message that says where."""
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.query(soql)
    (error,) = errors_of(caught.value)
    assert error["errorCode"] == code
    assert "ERROR at Row:1:Column:" in error["message"]


def test_the_client_is_told_what_is_left_of_the_allowance(scene: Scene, client: Salesforce) -> None:
    """With every answer, until there is none left; others' calls count, and after a day none does."""
    scene.settings.change({"api_calls_max": 20, "other_calls": 17})
    with pytest.raises(SalesforceMalformedRequest):
        client.query("SELECT Foo FROM Account")
    client.query("SELECT Id FROM Account")
    assert client.api_usage["api-usage"] == (19, 20)
    client.query("SELECT Id FROM Account")
    for _ in range(2):
        with pytest.raises(SalesforceRefusedRequest) as caught:
            client.query("SELECT Id FROM Account")
        assert errors_of(caught.value)[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    scene.clock.advance(24 * 3600)
    client.query("SELECT Id FROM Account")
    assert client.api_usage["api-usage"] == (18, 20)


def test_the_client_signs_in_again_where_its_session_is_ended(scene: Scene, client: Salesforce) -> None:
    """Nobody told it for how long it would hold; a refusal does."""
    opened = client.session_id
    scene.fault("expire_sessions")
    client.query("SELECT Id FROM Account")
    assert client.session_id not in {None, opened}


def test_the_client_is_told_of_outages(scene: Scene, client: Salesforce) -> None:
    """By an error of the API, by a page for people, and by one of whatever stands before it."""
    scene.fault("server_unavailable")
    with pytest.raises(SalesforceGeneralError, match="SERVER_UNAVAILABLE"):
        client.query("SELECT Id FROM Account")
    scene.fault("maintenance")
    with pytest.raises(SalesforceGeneralError, match="<html>"):
        client.query("SELECT Id FROM Account")
    with pytest.raises(SalesforceGeneralError, match="414"):
        client.query(f"SELECT Id FROM Account WHERE Name = '{'x' * 16_384}'")  # noqa: S608 SOQL
    client.query(f"SELECT Id FROM Account WHERE Name = '{'x' * 16_000}'")  # noqa: S608 SOQL
    with pytest.raises(SalesforceResourceNotFound):
        client.query_more("/services/data/v9.0/query/x-1", identifier_is_url=True)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"username": "somebody@example.com"}, "invalid_grant"),
        ({"client_id": "other-client"}, "invalid_client_id"),
        ({"key": make_key().private_key}, "invalid_grant"),
    ],
)
@pytest.mark.usefixtures("scene")
@pytest.mark.filterwarnings("ignore::UserWarning")  # the client explains what it read
def test_the_client_is_let_in_by_its_own_key_alone(
    server: tuple[OneServer, str], wrong: dict[str, str], code: str
) -> None:
    """Not as another user, not by another app, not with another key."""
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        sign_in(server[1], **wrong)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("later_seconds", "login_url"),
    [(181, LOGIN_URL), (-122, LOGIN_URL), (0, "https://test.salesforce.com"), (0, "")],
)
def test_an_assertion_holds_for_its_time_and_for_one_audience(
    server: tuple[OneServer, str], later_seconds: int, login_url: str
) -> None:
    """The client's is to hold for three minutes: not after those, nor where they end more than five ahead, nor elsewhere."""
    start = datetime.now(UTC) + timedelta(seconds=later_seconds)
    server[0].app = Scene(start=start, login_url=login_url).app
    with pytest.raises(SalesforceAuthenticationFailed):
        sign_in(server[1])
    server[0].app = Scene(start=start - timedelta(seconds=later_seconds / 2), login_url=LOGIN_URL).app
    sign_in(server[1])


def test_callouts_are_signed_as_standard_webhooks_says(scene: Scene) -> None:
    """The reference library takes them with the secret, and nothing else."""
    scene.opportunity()
    scene.deliver(ways=("callout",))
    (posted,) = scene.target.posted
    webhook = Webhook(scene.settings.webhook_secret)
    assert webhook.verify(posted.body, dict(posted.headers))["organizationId"] == scene.settings.organization_id
    with pytest.raises(WebhookVerificationError):
        webhook.verify(posted.body + b" ", dict(posted.headers))
