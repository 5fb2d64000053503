"""Everything around the functions that are measured: an emulated AWS, the simulated systems, and the folders as deployed."""

from __future__ import annotations

import csv
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import certifi
from botocore.session import Session
from moto import mock_aws

from functions.deliver.settings import DeliverSettings
from functions.journal.settings import JournalSettings
from functions.receive.settings import ReceiveSettings
from functions.record.settings import RecordSettings
from functions.sweep.settings import SweepSettings
from infra.bundling import dependencies_layer, function_asset, this_platform, tieout_layer
from infra.landscape import compile_landscape, read_landscape
from tests.bench.gateway import REGION, AwsGateway, serving_aws
from tests.bench.measured import Function
from tests.bench.systems import Systems, serving_systems
from tests.support.moto_aws import ARCHIVE, LEDGER, EmulatedAws
from tests.support.own_certificate import own_certificate
from tieout.aws.dynamo import DynamoTable
from tieout.landscape import Landscape
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.table import Table
from tieout.planning.mapping import MappingKey
from tieout.system_clock import SystemClock, SystemEntropy

ROOT = Path(__file__).resolve().parents[2]
TARGET = "anaplan"
BUS = "line"
CREDENTIALS = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_SESSION_TOKEN": "example",
    "AWS_EC2_METADATA_DISABLED": "true",
    "LAMBDA_TASK_ROOT": "/var/task",
    "AWS_LAMBDA_FUNCTION_NAME": "measured",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    "_X_AMZN_TRACE_ID": "Root=1-69230000-000000000000000000000001;Parent=0000000000000001;Sampled=0",
    "TZ": ":UTC",
    "LANG": "en_US.UTF-8",
}


@dataclass(frozen=True, kw_only=True)
class Assets:
    """The folders as they are uploaded."""

    dependencies: Path
    package: Path
    functions: Mapping[str, Path]


@dataclass(frozen=True, kw_only=True)
class World:
    """What surrounds the functions.

    Attributes:
        table: the ledger, seen from outside the functions.
        queues: flow or target to the URL of its queue.
        trust: for clients of the simulated systems in this process.
    """

    aws: AwsGateway
    emulated: EmulatedAws
    systems: Systems
    landscape: Landscape
    assets: Assets
    table: Table
    queues: Mapping[str, str]
    folder: Path
    trust: ssl.SSLContext

    def receive(self, connection: str) -> Function:
        """The receive function of a connection."""
        declared = self.landscape.connection(connection)
        settings = ReceiveSettings(
            connection=connection,
            system=declared.system,
            public_url=self.systems.simulated.webhook_urls[connection],
            secret_arn=f"webhook/{connection}",
            bus_name=BUS,
            archive_bucket=ARCHIVE,
            flows=self.landscape.flows_by_entity(),
            options=declared.options,
        )
        folders = [self.assets.functions["receive"], self.assets.package / "python"]
        return Function(
            handler="functions.receive.handler.lambda_handler",
            folders=folders,
            environment=settings.environment() | self.surroundings() | {"AWS_CA_BUNDLE": str(self.folder / "slim.pem")},
        )

    def record(self, flow: str) -> Function:
        """The record function of a flow."""
        settings = RecordSettings(
            flow=flow,
            ledger_table=LEDGER,
            queue_url=self.queues[flow],
            dead_letter_queue_url=self.queues["dead"],
            flush_queue_urls={TARGET: self.queues[TARGET]},
            archive_bucket=ARCHIVE,
            directory_arn="directory",
        )
        return self._with_dependencies("record", settings.environment())

    def deliver(self) -> Function:
        """The deliver function of the target."""
        settings = DeliverSettings(
            target=TARGET,
            ledger_table=LEDGER,
            secret_arn=f"target/{TARGET}",
        )
        return self._with_dependencies("deliver", settings.environment())

    def sweep(self) -> Function:
        """The sweep function."""
        settings = SweepSettings(
            ledger_table=LEDGER,
            archive_bucket=ARCHIVE,
            bus_name=BUS,
            flush_queue_urls={TARGET: self.queues[TARGET]},
            maintenance={},
        )
        return self._with_dependencies("sweep", settings.environment())

    def journal(self) -> Function:
        """The journal function."""
        return Function(
            handler="functions.journal.handler.lambda_handler",
            folders=[self.assets.functions["journal"], self.assets.package / "python"],
            environment=JournalSettings(archive_bucket=ARCHIVE).environment() | self.surroundings(),
        )

    def surroundings(self) -> dict[str, str]:
        """What Lambda puts into the environment of every function, and where our emulations stand."""
        return CREDENTIALS | {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_CA_BUNDLE": str(self.folder / "slim.pem"),
            "SSL_CERT_FILE": str(self.folder / "all.pem"),
        }

    def _with_dependencies(self, step: str, environment: Mapping[str, str]) -> Function:
        folders = [self.assets.functions[step], self.assets.package / "python", self.assets.dependencies / "python"]
        return Function(
            handler=f"functions.{step}.handler.lambda_handler",
            folders=folders,
            environment=dict(environment) | self.surroundings(),
        )


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """All of it, until the block ends."""
    certificate, context = own_certificate(folder)
    _write_roots(folder, certificate)
    trust = ssl.create_default_context(cafile=str(certificate))
    landscape = anaplan_alone(read_landscape(ROOT, "sandbox"))
    with mock_aws(), serving_aws(context) as aws, serving_systems(landscape, certificate, trust) as systems:
        overlay = folder / "overlay.toml"
        overlay.write_text(systems.simulated.overlay(), encoding="utf-8")
        placed = anaplan_alone(read_landscape(ROOT, "sandbox", overlay))
        emulated = EmulatedAws()
        table = _ledger(emulated)
        emulated.create_archive()
        _event_bus()
        _fill_secrets(emulated, systems)
        yield World(
            aws=aws,
            emulated=emulated,
            systems=systems,
            landscape=placed,
            assets=build_assets(placed),
            table=table,
            queues=_queues(emulated, placed, aws.url),
            folder=folder,
            trust=trust,
        )


def anaplan_alone(landscape: Landscape) -> Landscape:
    """The landscape with one target, so that what is measured of a notice is the same however many the sandbox has."""
    return replace(landscape, targets=(landscape.target(TARGET),))


def build_assets(landscape: Landscape) -> Assets:
    """The layers and functions, built as a deploy builds them."""
    files = {"landscape.json": compile_landscape(landscape)}
    return Assets(
        dependencies=dependencies_layer(this_platform()),
        package=tieout_layer(),
        functions={
            "receive": function_asset("receive", {}),
            "record": function_asset("record", files),
            "deliver": function_asset("deliver", files),
            "sweep": function_asset("sweep", {}),
            "journal": function_asset("journal", {}),
        },
    )


def store_mappings(table: Table) -> None:
    """The mapping entries the sandbox ships with."""
    mappings, now = MappingLedger(table), SystemClock().now()
    with (ROOT / "landscape" / "mappings" / "sandbox.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mappings.put(MappingKey(row["connection"], row["table"], row["key"]), row["member"], "bench", now)


def _write_roots(folder: Path, certificate: Path) -> None:
    """The lists of roots that the functions load, each with our own certificate added: as long as the real ones."""
    own = certificate.read_bytes()
    amazon = (ROOT / "layers" / "tieout" / "aws" / "amazon_roots.pem").read_bytes()
    (folder / "slim.pem").write_bytes(amazon + own)
    (folder / "all.pem").write_bytes(Path(certifi.where()).read_bytes() + own)


def _ledger(emulated: EmulatedAws) -> Table:
    emulated.create_ledger()
    table = DynamoTable(emulated.dynamodb, LEDGER, SystemClock(), SystemEntropy())
    store_mappings(table)
    return table


def _event_bus() -> None:
    session = Session()
    session.set_credentials("testing", "testing", "testing")
    events: Any = session.create_client("events", region_name=REGION)
    events.create_event_bus(Name=BUS)


def _queues(emulated: EmulatedAws, landscape: Landscape, url: str) -> dict[str, str]:
    """Every queue, at the URL where the functions reach it."""
    names = {flow.name: flow.name for flow in landscape.flows} | {"dead": "dead", TARGET: f"{TARGET}.fifo"}
    made = {name: emulated.create_queue(queue) for name, queue in names.items()}
    return {name: f"{url}/{'/'.join(each.split('/')[3:])}" for name, each in made.items()}


def _fill_secrets(emulated: EmulatedAws, systems: Systems) -> None:
    simulated = systems.simulated
    texts = {f"webhook/{name}": {"current": joined.webhook_secret} for name, joined in simulated.connections.items()}
    texts |= {f"api/{name}": dict(joined.credentials) for name, joined in simulated.connections.items()}
    texts["directory"] = {name: f"api/{name}" for name in simulated.connections}
    texts |= {f"target/{name}": dict(joined.credentials) for name, joined in simulated.targets.items()}
    for name, fields in texts.items():
        emulated.secrets.create_secret(Name=name, SecretString=json.dumps(fields))
