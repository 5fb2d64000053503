"""A stage in the emulated AWS that the operator's command line works on: a table, queues, a bus, an archive, secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from typer.testing import CliRunner

from ops.cli import app
from ops.place import Place
from tests.support.good_bodies import SECRET
from tests.support.made_up import made_up_system
from tests.support.moto_aws import REGION, EmulatedAws, emulated_aws
from tests.support.receiving import FLOWS
from tieout.arriving.envelope import Envelope, read_message
from tieout.ledger.closing import BooksLedger
from tieout.ledger.retention import EXPIRES_AT
from tieout.ledger.table import Key
from tieout.ownership import Owner

if TYPE_CHECKING:
    import pytest

CRM, ERP, TARGET = "hubspot-emea", "netsuite-group", "anaplan"
TOOL = "tool-for-bookings"  # completed from its payloads
RETENTION = {"outcomes": 90, "receipts": 45}
LISTS = {"listed": ["opportunity"], "pages_per_minute": 20, "pages_per_day": 5_000}
_ALONE = ("sweeper", "census", "readback", "intake", "reconcile")  # what runs by the clock, or for a file
OWNER = Owner(name="customers", connection=ERP, facts=("Customer",), codes="C_{number}", linked_by=("tax_id",))
WHO = "Operator/ana"
_GATE_SHARDS = 4  # that closing counts up: all 256, one call each, take the emulated table a second
SYSTEMS = {CRM: "hubspot", ERP: "netsuite", TOOL: "made_up"}


@dataclass
class OperatedStage:
    """What the stack would have told, and the queues behind it.

    Attributes:
        said: what the last command said beside its answer.
        who: runs the commands.
    """

    aws: EmulatedAws
    place: Place
    queues: Mapping[str, str]
    secret_arns: Mapping[str, str]
    said: str = field(default="", init=False)
    who: str = field(default=WHO, init=False)

    def tieout(self, *arguments: str) -> Any:  # noqa: ANN401 a command's answer is any JSON
        """The JSON a command prints."""
        result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        self.said = result.stderr
        return json.loads(result.stdout)

    def kept_days(self, key: Key) -> int:
        """For how many days from now the ledger keeps an item."""
        expires = datetime.fromtimestamp(int(str(self.place.table.get([key])[key][EXPIRES_AT])), UTC)
        return round((expires - datetime.now(UTC)) / timedelta(days=1))

    def url(self, connection: str) -> str:
        """The URL a source calls."""
        return f"https://hooks.example.com/webhooks/{connection}"

    def waiting(self, queue: str) -> list[Envelope]:
        """What a flow's queue holds, taken out of it."""
        url, found = self.queues[queue], []
        while messages := self.aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(read_message(message["Body"], self.place.archive.get))
                self.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found


@contextmanager
def operated_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[OperatedStage]:
    """An empty stage; within it, every command of `tieout` works on it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "TIEOUT_STAGE": "tested",
    }.items():
        monkeypatch.setenv(name, value)
    with emulated_aws() as aws:
        flows = sorted({*FLOWS.values(), "unrouted"})
        names = [*flows, *(f"{flow}-{end}" for flow in flows for end in ("dead", "undelivered")), *_ALONE]
        queues = {name: aws.create_queue(name) for name in names}
        queues |= {name: aws.create_queue(f"{name}.fifo") for name in ("flush", "flush-dead")}
        secrets = {
            name: aws.secrets.create_secret(Name=name, SecretString=json.dumps({"current": SECRET.decode()}))["ARN"]
            for name in SYSTEMS
        }
        place = Place("tested", boto3.Session(), None)
        stage = OperatedStage(aws, place, queues, secrets)
        told = _told(stage, flows)
        monkeypatch.setattr(Place, "outputs", told)
        monkeypatch.setattr(Place, "who", property(lambda _: stage.who))
        monkeypatch.setattr("ops.closing.BooksLedger", partial(BooksLedger, shards=_GATE_SHARDS))
        _route(flows, queues)
        with made_up_system():
            yield stage


def _told(stage: OperatedStage, flows: list[str]) -> dict[str, str]:
    told: dict[str, Any] = {
        "Closing": {"versions": ["Actual"], "legal_entities": ["EMEA", "GROUP"]},
        "Rates": {"through": "EUR"},
        "Retention": RETENTION,
        "Sweeper": {"undelivered_queue_url": stage.queues["sweeper"]},
        "Census": {"function_name": "census", "undelivered_queue_url": stage.queues["census"]},
        "Readback": {"function_name": "readback", "undelivered_queue_url": stage.queues["readback"]},
        "OwnerCustomers": asdict(OWNER),
        "Reconcile": {
            "function_name": "reconcile",
            "reporting_currency": "USD",
            "undelivered_queue_url": stage.queues["reconcile"],
        },
        "ReconciliationBillingToBooks": {"name": "billing-to-books", "left": "billing", "right": "books"},
        "Intake": {"state_machine_arn": _file_machine(), "undelivered_queue_url": stage.queues["intake"]},
    }
    for name, system in SYSTEMS.items():
        told[f"Connection{name.title()}"] = {
            "name": name,
            "system": system,
            "arrivals": ["webhook"],
            "completion": "payload" if name == TOOL else "read",
            "legal_entity": "GROUP" if name == ERP else "EMEA",
            "url": stage.url(name),
            "webhook_secret_arn": stage.secret_arns[name],
            "flows": FLOWS,
            "options": {},
            **(LISTS if name == CRM else {}),
        }
    for flow in flows:
        told[f"Flow{flow.title()}"] = {
            "name": flow,
            "queue_url": stage.queues[flow],
            "dead_letter_queue_url": stage.queues[f"{flow}-dead"],
            "undelivered_queue_url": stage.queues[f"{flow}-undelivered"],
        }
    told["TargetAnaplan"] = {
        "name": TARGET,
        "maintenance": None,
        "flush_queue_url": stage.queues["flush"],
        "dead_letter_queue_url": stage.queues["flush-dead"],
    }
    plain = {
        "LedgerTableName": stage.aws.create_ledger(),
        "ArchiveBucketName": stage.aws.create_archive(),
        "BusName": "line",
        "OperatorLogBucketName": stage.aws.create_operator_log(),
    }
    return {key: json.dumps(value) for key, value in told.items()} | plain


def _file_machine() -> str:
    """A state machine that begins and does nothing."""
    machines = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": "Over", "States": {"Over": {"Type": "Succeed"}}})
    role = "arn:aws:iam::123456789012:role/machine"
    arn: str = machines.create_state_machine(name="files", definition=definition, roleArn=role)["stateMachineArn"]
    machines.close()
    return arn


def _route(flows: list[str], queues: Mapping[str, str]) -> None:
    """A bus with a rule for each flow, as the stack has them."""
    events = boto3.client("events")
    events.create_event_bus(Name="line")
    for flow in flows:
        events.put_rule(Name=flow, EventBusName="line", EventPattern=json.dumps({"detail-type": [flow]}))
        arn = f"arn:aws:sqs:{REGION}:123456789012:{queues[flow].rsplit('/', 1)[1]}"
        events.put_targets(Rule=flow, EventBusName="line", Targets=[{"Id": "queue", "Arn": arn}])
    events.close()
