"""Starts a simulated system for every connection and target that the stage `sandbox` declares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sandbox.systems.joining import JoinedConnection, JoinedTarget, join_connection, join_target
from sandbox.systems.serving import serve
from tieout.landscape import Connection, Landscape, Target


@dataclass(frozen=True, slots=True)
class SimulatedSystems:
    """The simulated systems that are running.

    Attributes:
        connections: by connection.
        targets: by target.
        base_urls: by connection and by target, where each answers.
        webhook_urls: by connection, what it posts to and signs.
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
        for name in self.connections:
            lines += _entry("connections", name, api_base_url=self.base_urls[name], public_url=self.webhook_urls[name])
        for name, target in self.targets.items():
            lines += _entry("targets", name, api_base_url=self.base_urls[name])
            addresses = ", ".join(f"{option} = {json.dumps(self.base_urls[name])}" for option in target.address_options)
            lines += [f"options = {{ {addresses} }}"] if addresses else []
        return "\n".join(lines) + "\n"


@contextmanager
def simulated_systems(landscape: Landscape, api_url: str, ports: Iterator[int]) -> Iterator[SimulatedSystems]:
    """One simulated system per connection and target, each on the next port, until the block ends."""
    webhook_urls = {each.name: f"{api_url}/webhooks/{each.name}" for each in landscape.connections}
    connections = {each.name: join_connection(each, webhook_urls[each.name]) for each in landscape.connections}
    targets = {each.name: join_target(each) for each in landscape.targets}
    with ExitStack() as serving:
        apps = {name: joined.app for name, joined in connections.items()}
        apps |= {name: joined.app for name, joined in targets.items()}
        base_urls = {name: serving.enter_context(serve(app, port=next(ports))) for name, app in apps.items()}
        yield SimulatedSystems(landscape, connections, targets, base_urls, webhook_urls)


def declared(landscape: Landscape) -> list[Connection | Target]:
    """Everything of a landscape that a simulated system stands for."""
    return [*landscape.connections, *landscape.targets]


def _entry(kind: str, name: str, **fields: str) -> list[str]:
    return [f"[[{kind}]]", f"name = {json.dumps(name)}", *(f"{key} = {json.dumps(fields[key])}" for key in fields)]
