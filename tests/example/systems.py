"""The systems of the example group, simulated on one clock: each answers its API and tells the line's door what happens in it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from sandbox.systems.anaplan.app import create_app as anaplan
from sandbox.systems.anaplan.certificates import IssuedCertificate, issue_certificate
from sandbox.systems.anaplan.definition import Member, ModelDefinition, sandbox_definition
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.chargebee.app import create_app as chargebee
from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.generic.app import create_app as tool
from sandbox.systems.generic.settings import ToolSettings
from sandbox.systems.hubspot.app import create_app as hubspot
from sandbox.systems.hubspot.settings import Settings as PortalSettings
from sandbox.systems.netsuite.app import create_app as netsuite
from sandbox.systems.netsuite.certificates import IntegrationKey, make_key
from sandbox.systems.netsuite.settings import AccountSettings
from sandbox.systems.serving import serve
from tests.support.clock import ManualClock
from tests.support.in_process import InProcess
from tests.support.one_server import OneServer
from tieout.landscape import Connection, Landscape, Target

if TYPE_CHECKING:
    from starlette.types import ASGIApp

SECRET = "example-not-a-secret-0123456789"
_LOGIN, _TOKEN, _API_KEY = f"example:{SECRET}", "example-not-a-token", "test_example-not-a-secret"
_TOOL_SECRET = f"whsec_{base64.b64encode(SECRET.encode()).decode()}"
_PERIODS = tuple(f"FY2026-P{number:02d}" for number in range(1, 13))
DOOR = "door"
START = datetime(2025, 12, 28, 9, tzinfo=UTC)  # when the quarter begins, for the company that counts weeks


@dataclass
class Addresses:
    """Where each system of the group answers, and the door of the line: they outlive a quarter, and then serve another.

    Attributes:
        houses: by connection, by target, and `DOOR`.
        door: the base URL of the door, which systems post to.
        http: reaches all systems, each at a host of its name.
    """

    houses: Mapping[str, OneServer]
    door: str
    http: httpx.Client

    def webhook(self, connection: str) -> str:
        """What a connection's system posts to, and signs."""
        return f"{self.door}/webhooks/{connection}"


@contextmanager
def addresses(landscape: Landscape) -> Iterator[Addresses]:
    """Places for all systems of a landscape, which answer until the block ends."""
    sources, targets = ([each.name for each in some] for some in (landscape.connections, landscape.targets))
    houses = {name: OneServer() for name in (*sources, *targets, DOOR)}
    with serve(houses[DOOR]) as door, httpx.Client(transport=InProcess(houses)) as http:
        yield Addresses(houses, door, http)


@dataclass
class Systems:
    """The systems of one quarter.

    Attributes:
        landscape: as declared, with the addresses at which they answer.
        secrets: by connection what proves its deliveries.
        credentials: by connection and target what its API is called with.
    """

    declared: Landscape
    addresses: Addresses
    clock: ManualClock
    landscape: Landscape = field(init=False)
    secrets: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open an account in each."""
        for connection in self.declared.connections:
            app, self.secrets[connection.name], self.credentials[connection.name] = _OPENED[connection.system](
                connection, self.addresses.webhook(connection.name), self.clock
            )
            self.addresses.houses[connection.name].app = app
        [target] = self.declared.targets
        self.addresses.houses[target.name].app = _planning(target, self.clock)
        self.credentials[target.name] = _certificate().credentials()
        self.landscape = replace(
            self.declared,
            connections=tuple(replace(each, api_base_url=self._url(each.name)) for each in self.declared.connections),
            targets=(self._reached(target),),
        )

    def control(self, system: str, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """What a control route of a system answers."""
        answer = self.addresses.http.request(method, f"{self._url(system)}/_control/{route}", json=body)
        assert answer.is_success, f"{system} {route}: {answer.text}"
        return answer.json()

    def inside(self, system: str) -> Any:  # noqa: ANN401 a simulator's own
        """What a system shows on no route."""
        app: Any = self.addresses.houses[system].app
        return app.state

    @staticmethod
    def _url(name: str) -> str:
        return f"http://{name}"

    def _reached(self, target: Target) -> Target:
        url = self._url(target.name)
        return replace(target, api_base_url=url, options={**target.options, "auth_base_url": url})


_Opened = tuple["ASGIApp", str, Mapping[str, str]]


def _portal(_connection: Connection, webhook: str, clock: ManualClock) -> _Opened:
    settings = PortalSettings(client_secret=SECRET, access_token=_TOKEN, target_url=webhook)
    return hubspot(settings, now=clock.now), SECRET, {"access_token": _TOKEN}


def _site(connection: Connection, webhook: str, clock: ManualClock) -> _Opened:
    settings = SiteSettings(
        api_key=_API_KEY,
        webhook_url=webhook,
        webhook_login=_LOGIN,
        base_currency=connection.default_currency,
        credit_note_prefix=f"CN-{connection.default_currency}-",
    )
    return chargebee(settings, now=clock.now), _LOGIN, {"api_key": _API_KEY}


def _orders(connection: Connection, webhook: str, clock: ManualClock) -> _Opened:
    settings = ToolSettings(name=connection.name, target_url=webhook, proof="v1", secret=_TOOL_SECRET)
    return tool(settings, now=clock.now), _TOOL_SECRET, {}


def _account(connection: Connection, webhook: str, clock: ManualClock) -> _Opened:
    settings = AccountSettings(
        account_id=str(connection.options["account_id"]),
        time_zone=connection.time_zone,
        certificate_public_key=_key().public_key,
        webhook_url=webhook,
        webhook_secret=SECRET,
    )
    return netsuite(settings, now=clock.now), SECRET, _key().credentials()


_OPENED: Mapping[str, Callable[[Connection, str, ManualClock], _Opened]] = {
    "hubspot": _portal,
    "chargebee": _site,
    "generic": _orders,
    "netsuite": _account,
}


def _planning(target: Target, clock: ManualClock) -> ASGIApp:
    settings = TenantSettings(
        model_id=str(target.options["model_id"]), authority_pem=_certificate().authority_pem, requests_per_minute=0
    )
    return anaplan(settings, definition=_model(), now=clock.now)


def _model() -> ModelDefinition:
    """The sandbox's model, whose time has the periods of weeks beside the months."""
    found = sandbox_definition()
    weeks = tuple(Member(f"54383300{number:04d}", name) for number, name in enumerate(_PERIODS))
    return replace(
        found,
        dimensions=tuple(
            replace(each, members=(*each.members, *weeks)) if each.name == "Time" else each for each in found.dimensions
        ),
    )


@cache
def _key() -> IntegrationKey:
    return make_key()


@cache
def _certificate() -> IssuedCertificate:
    return issue_certificate(START)
