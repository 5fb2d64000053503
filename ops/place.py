"""Where the command line works: the sandbox of this folder, or a stage in an AWS account; the same code for both."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from ops.archive import Archive
from ops.bus import StageBus
from ops.identity import credentials_of_person, refuse_to_act_as
from ops.stacks import PlaceNotFoundError, outputs_of
from ops.told import Entrance, FlowQueues, RelayQueues, TargetQueues, filled, maintained
from tieout.aws.dynamo import DynamoTable
from tieout.aws.failures import asked
from tieout.aws.queues import FifoFlushQueue
from tieout.aws.secrets import JsonSecrets
from tieout.errors import AccessDeniedError, PermanentError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.landscape import Target
from tieout.ledger.table import Table
from tieout.ownership import Owner, Ownership, owner_of_plain
from tieout.people import name_of
from tieout.system_clock import SystemClock, SystemEntropy

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

SANDBOX = "sandbox"
ENDPOINTS_FILE = Path(".sandbox/endpoints.json")
_BUCKET_SECONDS = 1  # a person's request for a flush must not be counted as one of the line's own
_TELLING = ("Line", "Door", "Control")  # the stacks whose outputs name everything; those of the ledger are for these


class UnknownNameError(PermanentError):
    """The stage has no connection or target of that name; the message names those it has."""


class Place:
    """One deployed stage: its table and its queues, found in the outputs of its stacks."""

    def __init__(self, stage: str, session: boto3.Session, endpoint_url: str | None) -> None:
        self.stage = stage
        self._session = session
        self._endpoint_url = endpoint_url

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the stacks `Tieout-<stage>-Line`, `-Door` and `-Control`.

        Raises:
            PlaceNotFoundError: if there is no such stack, or nobody to ask.
        """
        return {key: value for stack in _TELLING for key, value in self._told_by(f"Tieout-{self.stage}-{stack}")}

    def _told_by(self, name: str) -> list[tuple[str, str]]:
        silent = _silent(self.stage, str(self._endpoint_url or "AWS"))
        return outputs_of(self._client("cloudformation"), name, silent)

    @cached_property
    def who(self) -> str:
        """Who runs the command: the IAM principal of the credentials, asked for once."""
        return name_of(asked(lambda: self._client("sts").get_caller_identity())["Arn"])

    @cached_property
    def table(self) -> Table:
        """The ledger's table."""
        return DynamoTable(self._client("dynamodb"), self.outputs["LedgerTableName"], SystemClock(), SystemEntropy())

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS, for looking at queues and moving messages."""
        client: SQSClient = self._client("sqs")
        return client

    @cached_property
    def undelivered_runs(self) -> Mapping[str, str]:
        """Of what runs by the clock the queue for runs that could not be started."""
        told = {
            name.lower(): self.outputs[name]
            for name in ("Sweeper", "Census", "Readback", "Renewal", "Reconcile")
            if name in self.outputs
        }
        return {name: str(json.loads(each)["undelivered_queue_url"]) for name, each in told.items()}

    @cached_property
    def census_function(self) -> str:
        """The name of the function that lists what the sources have."""
        return str(json.loads(self.outputs["Census"])["function_name"])

    @cached_property
    def closing(self) -> Mapping[str, list[str]]:
        """The plan versions that are closed where none is named, and the companies the landscape knows."""
        return dict(json.loads(self.outputs["Closing"]))

    @cached_property
    def undelivered_files(self) -> str | None:
        """The queue for files of which the state machine could not be told; None where no connection drops any."""
        return str(json.loads(self.outputs["Intake"])["undelivered_queue_url"]) if "Intake" in self.outputs else None

    @cached_property
    def file_machine(self) -> str:
        """The ARN of the state machine that takes a file through the line.

        Raises:
            UnknownNameError: no connection of the stage drops files.
        """
        if "Intake" not in self.outputs:
            raise UnknownNameError("no connection of this stage drops files")
        return str(json.loads(self.outputs["Intake"])["state_machine_arn"])

    def start(self, machine: str, event: Mapping[str, Any]) -> None:
        """Let a state machine begin with an input."""
        client = self._client("stepfunctions")
        asked(lambda: client.start_execution(stateMachineArn=machine, input=json.dumps(event)))

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 what a function answers is any JSON
        """What a function answers to an event.

        Raises:
            UnavailableError: it failed.
        """
        answer = self._client("lambda").invoke(FunctionName=f"{function}:live", Payload=json.dumps(event).encode())
        if "FunctionError" in answer:
            raise UnavailableError(f"{function} failed: its log says why")
        return json.loads(answer["Payload"].read())

    @cached_property
    def archive(self) -> Archive:
        """The archive bucket."""
        return Archive(self._client("s3"), self.outputs["ArchiveBucketName"])

    @cached_property
    def bus(self) -> StageBus:
        """The event bus."""
        return StageBus(self._client("events"), self.outputs["BusName"])

    def secret(self, arn: str) -> str | None:
        """The text of a secret, None where it was never filled.

        Raises:
            AccessDeniedError: it may not be read with these credentials.
        """
        client = self._client("secretsmanager")
        refusals: dict[str, TieoutError] = {
            "ResourceNotFoundException": UnreadableRecordError("it has no value"),
            "AccessDeniedException": AccessDeniedError("these credentials may not read the webhook secret"),
        }
        try:
            return str(asked(lambda: client.get_secret_value(SecretId=arn), refusals)["SecretString"])
        except UnreadableRecordError:
            return None

    @cached_property
    def secrets(self) -> JsonSecrets:
        """The credentials of planning systems."""
        return JsonSecrets(self._client("secretsmanager"), SystemClock())

    @cached_property
    def connections(self) -> tuple[str, ...]:
        """The names of the stage's connections."""
        return tuple(each["name"] for each in self.declared("Connection"))

    def connection(self, name: str) -> Entrance:
        """The connection of that name.

        Raises:
            UnknownNameError: there is none.
        """
        declared = self._named("Connection", name)
        return Entrance(
            name=name,
            system=declared["system"],
            arrivals=tuple(declared["arrivals"]),
            completion=declared["completion"],
            public_url=declared.get("url", ""),
            webhook_secret_arn=declared.get("webhook_secret_arn", ""),
            flows=declared["flows"],
            options=declared["options"],
            listed=tuple(declared.get("listed", ())),
            pages_per_minute=declared.get("pages_per_minute", 0),
            pages_per_day=declared.get("pages_per_day", 0),
        )

    @cached_property
    def legal_entities(self) -> Mapping[str, str]:
        """Connection to the company whose records it has where they do not say."""
        return {each["name"]: each["legal_entity"] for each in self.declared("Connection")}

    @cached_property
    def owners(self) -> tuple[Owner, ...]:
        """Whoever is believed about some facts or fields."""
        return tuple(owner_of_plain(each) for each in self.declared("Owner"))

    @cached_property
    def ownership(self) -> Ownership:
        """Who owns which facts and fields."""
        return Ownership(self.owners)

    @cached_property
    def flows(self) -> tuple[FlowQueues, ...]:
        """The queues of every flow, the one for notices no flow wants included."""
        return tuple(filled(FlowQueues, each) for each in self.declared("Flow"))

    @cached_property
    def relays(self) -> tuple[RelayQueues, ...]:
        """The queues of every connection whose events come over a bus."""
        return tuple(filled(RelayQueues, each) for each in self.declared("Relay"))

    @cached_property
    def targets(self) -> tuple[TargetQueues, ...]:
        """The queues of every target."""
        return tuple(filled(TargetQueues, maintained(each)) for each in self.declared("Target"))

    def ask_for_a_flush(self, target: str) -> None:
        """Ask for a flush of a target."""
        urls = {each.name: each.flush_queue_url for each in self.targets}
        FifoFlushQueue(self.sqs, urls, SystemClock(), _BUCKET_SECONDS).ask(target)

    def target(self, name: str) -> tuple[Target, str]:
        """The target of that name as the landscape declares it, and the secret with its credentials.

        Raises:
            UnknownNameError: there is none.
        """
        told = maintained(self._named("Target", name))
        names = ("name", "system", "api_base_url", "options", "maintenance")
        return Target(**{each: told[each] for each in names}), str(told["secret_arn"])

    def deliver_function(self, target: str) -> str:
        """The name of the function that writes to a target, and checks it.

        Raises:
            UnknownNameError: there is no such target.
        """
        return str(self._named("Target", target)["function_name"])

    def _named(self, prefix: str, name: str) -> dict[str, Any]:
        declared = {str(each["name"]): each for each in self.declared(prefix)}
        if name not in declared:
            raise UnknownNameError(f"there is no {prefix.lower()} {name}; the stage has {', '.join(declared)}")
        return declared[name]

    def declared(self, prefix: str) -> list[dict[str, Any]]:
        """The JSON outputs whose key is `prefix` and a name, in order of that name."""
        found = [json.loads(value) for key, value in sorted(self.outputs.items()) if _is_declared(key, prefix)]
        return [each for each in found if isinstance(each, dict)]

    def _client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes its clients at run time
        return self._session.client(service, endpoint_url=self._endpoint_url)  # type: ignore[call-overload]


def find_place(stage: str | None) -> Place:
    """The stage asked for, by default the one `TIEOUT_STAGE` names, else the sandbox running in this folder.

    A stage is seen as whoever the credentials are of, the sandbox as the person who is to act (`ops.identity`).

    Raises:
        PlaceNotFoundError: if the sandbox is asked for and none is running here.
        UnknownPersonError: somebody is to act whom the place does not know.
    """
    name = stage or os.environ.get("TIEOUT_STAGE") or SANDBOX
    if name != SANDBOX:
        refuse_to_act_as(name)
        return Place(name, boto3.Session(), None)
    try:
        endpoints = json.loads(ENDPOINTS_FILE.read_text())
    except FileNotFoundError as error:
        raise PlaceNotFoundError(
            f"no sandbox is running here ({ENDPOINTS_FILE} is missing): start one with `make sandbox`, or name a --stage"
        ) from error
    return _sandbox_of(endpoints, credentials_of_person(endpoints))


def sandbox_place(endpoints: Mapping[str, Any]) -> Place:
    """The sandbox that `endpoints.json` describes, seen as its owner."""
    return _sandbox_of(endpoints, endpoints["aws_environment"])


def _sandbox_of(endpoints: Mapping[str, Any], credentials: Mapping[str, str]) -> Place:
    session = boto3.Session(
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        region_name=endpoints["region"],
    )
    return Place(SANDBOX, session, endpoints["aws_endpoint_url"])


def _silent(stage: str, url: str) -> str:
    if stage != SANDBOX:
        return f"{url} does not answer"
    return f"the sandbox of {ENDPOINTS_FILE} does not answer: start one with `make sandbox`"


def _is_declared(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and key[len(prefix) : len(prefix) + 1].isupper()
