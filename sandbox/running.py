"""The whole system on this machine, from nothing to ready and back to nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.landscape import read_landscape
from sandbox.aws import EmulatedAws, emulated_aws
from sandbox.buses import open_buses, putting_on
from sandbox.deploy import Outputs, deploy
from sandbox.drops import dropping_into
from sandbox.function_logs import save_function_logs
from sandbox.people import Credentials, settle_people
from sandbox.places import FOLDER, ROOT, Places, SandboxError, Tell, ports
from sandbox.simulated import SimulatedSystems, Simulators, simulators
from tieout.landscape import Connection

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


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
        connections: those whose sources call or are called: one that only drops files has no address and no secret.
        simulators: what starts the simulated systems of connections that are added.
        systems: base URL by system (`hubspot`, `netsuite`, `anaplan`), by connection where a system has several.
        outputs: what the stacks tell about themselves.
        people: who can run commands, with their credentials.
    """

    places: Places
    aws: EmulatedAws
    simulators: Simulators
    connections: Mapping[str, ConnectionEnd]
    systems: Mapping[str, str]
    outputs: Outputs
    people: Credentials

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
            "people": {name: dict(credentials) for name, credentials in self.people.items()},
            "connections": {
                name: {"system": end.system, "webhook_url": end.webhook_url, "secret_file": str(end.secret_file)}
                for name, end in self.connections.items()
            },
            "systems": dict(self.systems),
            "outputs": dict(self.outputs.plain),
            "logs": str(self.places.logs),
            "process_id": os.getpid(),
        }

    def with_file(self, file: Path, *, tell: Tell = lambda _: None) -> Sandbox:
        """This sandbox after one more file of configuration: deployed again, what is new filled, and published.

        Raises:
            SandboxError: if the deploy fails; the message ends with what the CDK said.
        """
        shutil.copy(file, self.places.overlay)
        return _deployed(self.places, self.aws, self.simulators, self, tell)


@contextmanager
def running_sandbox(folder: Path = FOLDER, *, tell: Tell = lambda _: None) -> Iterator[Sandbox]:
    """The sandbox, ready for deliveries, until the block ends; `folder` must belong to no other running sandbox.

    Raises:
        SandboxError: if a part does not start; the message says what to do or where to look.
    """
    places, free = Places(folder), ports()
    with (
        places.reserved(),
        emulated_aws(places, next(free), tell) as aws,
        simulators(aws.api_url, free, partial(putting_on, aws)) as joined,
    ):
        tell("starting the simulated systems, and deploying the stacks (cdk deploy)")
        ready = _deployed(places, aws, joined, None, tell)
        try:
            yield ready
        finally:
            save_function_logs(aws, places.logs)


def _deployed(
    places: Places,
    aws: EmulatedAws,
    joined: Simulators,
    before: Sandbox | None,
    tell: Tell,
) -> Sandbox:
    """The sandbox as its landscape now is: deployed, the secrets of whatever is new filled, and published."""
    landscape = read_landscape(ROOT, "sandbox", places.overlay)
    open_buses(aws, landscape)
    systems = joined.standing_for(landscape)
    places.addresses.write_text(systems.overlay(), encoding="utf-8")
    outputs = deploy(aws, places, tell)
    vault = aws.client("secretsmanager")
    _fill_targets(vault, systems, outputs)
    _open_drops(aws, systems, outputs)
    calling = [each for each in systems.landscape.connections if each.arrivals != ("objects",)]
    known = before.connections if before else {}
    new = [each for each in calling if each.name not in known]
    ends = {each.name: _fill_connection(vault, places, systems, outputs, each) for each in new}
    ready = Sandbox(
        places=places,
        aws=aws,
        simulators=joined,
        connections={**known, **ends},
        systems=systems.by_system(),
        outputs=outputs,
        people=before.people if before else settle_people(aws, outputs),
    )
    _publish(ready)
    if new and "Renewal" in outputs.plain:
        _subscribe(aws, str(json.loads(outputs["Renewal"])["function_name"]), tell)
    return ready


def _subscribe(aws: EmulatedAws, renewal: str, tell: Tell) -> None:
    """Have the sources that tell only who subscribes subscribed to now: by its schedule it would be an hour before they tell.

    Raises:
        SandboxError: it failed; its log says why.
    """
    answer = aws.client("lambda").invoke(FunctionName=f"{renewal}:live", Payload=b"{}")
    if "FunctionError" in answer:
        raise SandboxError(f"{renewal} could not subscribe: see its log")
    tell("subscribed to the sources that tell only who does")


def _fill_connection(
    vault: SecretsManagerClient, places: Places, systems: SimulatedSystems, outputs: Outputs, connection: Connection
) -> ConnectionEnd:
    """Put a source's fake secrets where the functions read them, and its webhook secret also into a file."""
    joined, told = systems.connections[connection.name], outputs.parts("Connection")[connection.name]
    if "webhook_secret_arn" in told:
        current = {"current": joined.verifying_secret or joined.webhook_secret}
        vault.put_secret_value(SecretId=told["webhook_secret_arn"], SecretString=json.dumps(current))
    if "api_secret_arn" in told:
        addresses = dict.fromkeys(joined.address_credentials, systems.base_urls[connection.name])
        credentials = {**joined.credentials, **addresses}
        vault.put_secret_value(SecretId=told["api_secret_arn"], SecretString=json.dumps(credentials))
    file = places.secrets / f"{connection.name}.webhook"
    file.write_text(joined.webhook_secret, encoding="utf-8")
    file.chmod(0o600)
    url = systems.webhook_urls[connection.name]
    return ConnectionEnd(name=connection.name, system=connection.system, webhook_url=url, secret_file=file)


def _fill_targets(vault: SecretsManagerClient, systems: SimulatedSystems, outputs: Outputs) -> None:
    for name, target in outputs.parts("Target").items():
        credentials = dict(systems.targets[name].credentials)
        vault.put_secret_value(SecretId=target["secret_arn"], SecretString=json.dumps(credentials))


def _open_drops(aws: EmulatedAws, systems: SimulatedSystems, outputs: Outputs) -> None:
    """Tell the sources that drop files where: the bucket is made by the deploy."""
    for name, joined in systems.connections.items():
        if joined.open_drop is not None:
            joined.open_drop(dropping_into(aws, json.loads(outputs["Intake"])["bucket_name"], name))


def _publish(ready: Sandbox) -> None:
    """Write `endpoints.json` in one step, so that whoever waits for it reads it whole."""
    draft = ready.places.endpoints.with_suffix(".draft")
    draft.write_text(json.dumps(ready.endpoints(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(ready.places.endpoints)
