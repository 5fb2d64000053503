"""The whole system on this machine, from nothing to ready and back to nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.landscape import read_landscape
from sandbox.aws import EmulatedAws, emulated_aws
from sandbox.deploy import Outputs, deploy
from sandbox.function_logs import save_function_logs
from sandbox.places import FOLDER, ROOT, Places, Tell, ports
from sandbox.simulated import SimulatedSystems, declared, simulated_systems


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEnd:
    """One connection as its source sees it.

    Attributes:
        webhook_url: what the source calls and signs.
        secret_file: holds the sandbox's fake webhook secret and nothing else.
    """

    name: str
    system: str
    webhook_url: str
    secret_file: Path

    @property
    def webhook_secret(self) -> bytes:
        """What signs deliveries of this connection."""
        return self.secret_file.read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A sandbox that is ready.

    Attributes:
        systems: base URL by system (`hubspot`, `netsuite`, `anaplan`).
        outputs: what the stacks tell about themselves.
    """

    places: Places
    aws: EmulatedAws
    connections: Mapping[str, ConnectionEnd]
    systems: Mapping[str, str]
    outputs: Outputs

    @property
    def api_url(self) -> str:
        """The base URL of the deployed HTTP API."""
        return self.aws.api_url

    def endpoints(self) -> dict[str, Any]:
        """What outside tools need to drive it, as written to `endpoints.json`."""
        return {
            "api_url": self.api_url,
            "aws_endpoint_url": self.aws.endpoint_url,
            "region": self.aws.region,
            "aws_environment": self.aws.environment(),
            "connections": {
                name: {"system": end.system, "webhook_url": end.webhook_url, "secret_file": str(end.secret_file)}
                for name, end in self.connections.items()
            },
            "systems": dict(self.systems),
            "outputs": dict(self.outputs.plain),
            "logs": str(self.places.logs),
            "process_id": os.getpid(),
        }


@contextmanager
def running_sandbox(folder: Path = FOLDER, *, tell: Tell = lambda _: None) -> Iterator[Sandbox]:
    """The sandbox, ready for deliveries, until the block ends; `folder` must belong to no other running sandbox.

    Raises:
        SandboxError: if a part does not start; the message says what to do or where to look.
    """
    places, free = Places(folder), ports()
    landscape = read_landscape(ROOT, "sandbox", None)
    with places.reserved(), emulated_aws(places, next(free), tell) as aws:
        tell("starting the simulated systems: " + ", ".join(each.system for each in declared(landscape)))
        with simulated_systems(landscape, aws.api_url, free) as systems:
            places.overlay.write_text(systems.overlay(), encoding="utf-8")
            tell("deploying the stacks into it (cdk deploy)")
            outputs = deploy(aws, places, tell)
            ends = _fill_secrets(aws, places, systems, outputs)
            ready = Sandbox(places=places, aws=aws, connections=ends, systems=systems.by_system(), outputs=outputs)
            _publish(ready)
            try:
                yield ready
            finally:
                save_function_logs(aws, places.logs)


def _fill_secrets(
    aws: EmulatedAws, places: Places, systems: SimulatedSystems, outputs: Outputs
) -> dict[str, ConnectionEnd]:
    """Put the simulators' fake secrets where the functions read them, and the webhook secrets also into files."""
    vault, ends = aws.client("secretsmanager"), {}
    told = outputs.parts("Connection")
    for each in systems.landscape.connections:
        joined = systems.connections[each.name]
        current = {"current": joined.verifying_secret or joined.webhook_secret}
        vault.put_secret_value(SecretId=told[each.name]["webhook_secret_arn"], SecretString=json.dumps(current))
        if "api_secret_arn" in told[each.name]:
            vault.put_secret_value(
                SecretId=told[each.name]["api_secret_arn"], SecretString=json.dumps(dict(joined.credentials))
            )
        file = places.secrets / f"{each.name}.webhook"
        file.write_text(joined.webhook_secret, encoding="utf-8")
        file.chmod(0o600)
        ends[each.name] = ConnectionEnd(
            name=each.name, system=each.system, webhook_url=systems.webhook_urls[each.name], secret_file=file
        )
    for name, target in outputs.parts("Target").items():
        vault.put_secret_value(
            SecretId=target["secret_arn"], SecretString=json.dumps(dict(systems.targets[name].credentials))
        )
    return ends


def _publish(ready: Sandbox) -> None:
    """Write `endpoints.json` in one step, so that whoever waits for it reads it whole."""
    draft = ready.places.endpoints.with_suffix(".draft")
    draft.write_text(json.dumps(ready.endpoints(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(ready.places.endpoints)
