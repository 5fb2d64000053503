"""Starts a simulated system for every connection and target that the stage `sandbox` declares, or comes to declare."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.buses import PutEvents
from sandbox.systems.joining import JoinedConnection, JoinedTarget, join_connection, join_target
from sandbox.systems.serving import serve
from tieout.landscape import Connection, Landscape, Target

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class SimulatedSystems:
    """The simulated systems that are running.

    Attributes:
        connections: by connection.
        targets: by target.
        base_urls: by connection and by target, where each answers.
        webhook_urls: by connection, what it posts to and signs, whether it does or tells over a bus alone.
    """

    landscape: Landscape
    connections: Mapping[str, JoinedConnection]
    targets: Mapping[str, JoinedTarget]
    base_urls: Mapping[str, str]
    webhook_urls: Mapping[str, str]

    def by_system(self) -> dict[str, str]:
        """Base URLs by system; where there are several of a system, each is named after its connection."""
        systems = [each.system for each in declared(self.landscape)]
        return {
            each.name if systems.count(each.system) > 1 else each.system: self.base_urls[each.name]
            for each in declared(self.landscape)
        }

    def overlay(self) -> str:
        """What the landscape of the stage lacks, as TOML: where the systems answer and what they sign."""
        lines: list[str] = []
        for name, joined in self.connections.items():
            posts = "webhook" in self.landscape.connection(name).arrivals
            called = {"public_url": self.webhook_urls[name]} if posts else {}
            lines += _entry("connections", name, api_base_url=self.base_urls[name], **called)
            lines += _address_options(joined.address_options, self.base_urls[name])
        for name, target in self.targets.items():
            lines += _entry("targets", name, api_base_url=self.base_urls[name])
            lines += _address_options(target.address_options, self.base_urls[name])
        return "\n".join(lines) + "\n"


class Simulators:
    """Starts simulated systems, each on the next port, and remembers them while its landscape grows."""

    def __init__(
        self, api_url: str, ports: Iterator[int], serving: ExitStack, putting_on: Callable[[str], PutEvents] | None
    ) -> None:
        self._api_url = api_url
        self._putting_on = putting_on
        self._ports = ports
        self._serving = serving
        self._connections: dict[str, JoinedConnection] = {}
        self._targets: dict[str, JoinedTarget] = {}
        self._base_urls: dict[str, str] = {}

    def standing_for(self, landscape: Landscape) -> SimulatedSystems:
        """One simulated system per connection and target; those that run already go on as they are."""
        webhook_urls = {each.name: f"{self._api_url}/webhooks/{each.name}" for each in landscape.connections}
        for connection in landscape.connections:
            if connection.name not in self._connections:
                joined = join_connection(connection, webhook_urls[connection.name])
                if joined.open_relay is not None and connection.bus is not None and self._putting_on is not None:
                    joined.open_relay(self._putting_on(connection.bus.name))
                self._connections[connection.name] = joined
                self._base_urls[connection.name] = self._serve(joined.app)
        for target in landscape.targets:
            if target.name not in self._targets:
                self._targets[target.name] = join_target(target)
                self._base_urls[target.name] = self._serve(self._targets[target.name].app)
        return SimulatedSystems(
            landscape, dict(self._connections), dict(self._targets), dict(self._base_urls), webhook_urls
        )

    def _serve(self, app: ASGIApp) -> str:
        return self._serving.enter_context(serve(app, port=next(self._ports)))


@contextmanager
def simulators(
    api_url: str, ports: Iterator[int], putting_on: Callable[[str], PutEvents] | None = None
) -> Iterator[Simulators]:
    """What starts simulated systems that post to this API; all of them end with the block.

    `putting_on` makes what puts events on a bus by its name; without it nobody tells anything over a bus.
    """
    with ExitStack() as serving:
        yield Simulators(api_url, ports, serving, putting_on)


def declared(landscape: Landscape) -> list[Connection | Target]:
    """Everything of a landscape that a simulated system stands for."""
    return [*landscape.connections, *landscape.targets]


def _entry(kind: str, name: str, **fields: str) -> list[str]:
    return [f"[[{kind}]]", f"name = {json.dumps(name)}", *(f"{key} = {json.dumps(fields[key])}" for key in fields)]


def _address_options(options: Sequence[str], address: str) -> list[str]:
    addresses = ", ".join(f"{option} = {json.dumps(address)}" for option in options)
    return [f"options = {{ {addresses} }}"] if addresses else []
