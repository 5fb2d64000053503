"""Where the command line works: the sandbox of this folder, or a stage in an AWS account; the same code for both."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from ops.archive import Archive
from ops.bus import StageBus
from ops.identity import owners_session, refuse_to_act_as, session_in
from ops.log_objects import S3LogObjects
from ops.operator_log import OperatorLog
from ops.signing import Signer
from ops.stacks import PlaceNotFoundError, outputs_of
from ops.stage_outputs import StageOutputs
from ops.told import maintained
from tieout.aws.dynamo import DynamoTable
from tieout.aws.failures import asked
from tieout.aws.queues import FifoFlushQueue
from tieout.aws.secrets import JsonSecrets
from tieout.errors import AccessDeniedError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.landscape import Target
from tieout.ledger.log_head import LogHead
from tieout.ledger.table import Table
from tieout.people import name_of
from tieout.system_clock import SystemClock, SystemEntropy

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

SANDBOX = "sandbox"
ENDPOINTS_FILE = Path(".sandbox/endpoints.json")
_BUCKET_SECONDS = 1  # a person's request for a flush must not be counted as one of the line's own
_TELLING = ("Line", "Door", "Control")  # the stacks whose outputs name everything; those of the ledger are for these


_found: ContextVar[Place | None] = ContextVar("found", default=None)


class Place(StageOutputs):
    """One deployed stage: its table and its queues, found in the outputs of its stacks."""

    def __init__(self, stage: str, session: boto3.Session, endpoint_url: str | None) -> None:
        self.stage = stage
        self._session = session
        self._endpoint_url = endpoint_url

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the stacks `Tieout-<stage>-Line`, `-Door`, `-Control`; raises `PlaceNotFoundError` where none tells."""
        return {key: value for stack in _TELLING for key, value in self._told_by(f"Tieout-{self.stage}-{stack}")}

    def _told_by(self, name: str) -> list[tuple[str, str]]:
        hint = f": the sandbox of {ENDPOINTS_FILE} has ended, start one with `make sandbox`" * (self.stage == SANDBOX)
        return outputs_of(self._client("cloudformation"), name, f"{self._endpoint_url or 'AWS'} does not answer{hint}")

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
    def operator_log(self) -> OperatorLog:
        """Who had what done."""
        objects = S3LogObjects(self._client("s3"), self.outputs["OperatorLogBucketName"])
        return OperatorLog(objects, LogHead(self.table))

    @cached_property
    def bus(self) -> StageBus:
        """The event bus."""
        return StageBus(self._client("events"), self.outputs["BusName"])

    @cached_property
    def signer(self) -> Signer:
        """What certificates are signed with."""
        return Signer(self._client("kms"), self.outputs["CertificateKeyArn"])

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

    def ask_for_a_flush(self, target: str) -> None:
        """Ask for a flush of a target."""
        urls = {each.name: each.flush_queue_url for each in self.targets}
        FifoFlushQueue(self.sqs, urls, SystemClock(), _BUCKET_SECONDS).ask(target)

    def target(self, name: str) -> tuple[Target, str]:
        """The target of that name as the landscape declares it, and the secret with its credentials.

        Raises:
            UnknownNameError: there is none.
        """
        told = maintained(self.named("Target", name))
        names = ("name", "system", "api_base_url", "options", "maintenance")
        return Target(**{each: told[each] for each in names}), str(told["secret_arn"])

    def _client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes its clients at run time
        return self._session.client(service, endpoint_url=self._endpoint_url)  # type: ignore[call-overload]


def find_place(stage: str | None) -> Place:
    """The stage asked for, by default the one `TIEOUT_STAGE` names, else the sandbox running in this folder.

    A stage is seen as whoever the credentials are of, the sandbox as the person who is to act (`ops.identity`).

    Raises:
        PlaceNotFoundError: if the sandbox is asked for and none is running here.
        UnknownPersonError: somebody is to act whom the place does not know.
    """
    if place := _found.get():
        return place
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
    return Place(SANDBOX, session_in(endpoints), endpoints["aws_endpoint_url"])


@contextmanager
def found_before(place: Place) -> Iterator[None]:
    """Within it, `find_place` is this place: a command is asked about, logged and run at one."""
    before = _found.set(place)
    try:
        yield
    finally:
        _found.reset(before)


def sandbox_place(endpoints: Mapping[str, Any]) -> Place:
    """The sandbox that `endpoints.json` describes, seen as its owner."""
    return Place(SANDBOX, owners_session(endpoints), endpoints["aws_endpoint_url"])
