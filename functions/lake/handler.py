"""Lambda entry point of the lake: wires the queue that tells of the journal's objects to the archive, the ledger and the lake."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import Any

from functions.lake.pipeline import LakeStep, Message, derive_told
from functions.lake.settings import LakeSettings
from tieout.arriving.log import note_failure
from tieout.aws.changing_objects import S3ChangingObjects
from tieout.aws.clients import open_client
from tieout.aws.dynamo import DynamoTable
from tieout.lake.places import Places
from tieout.system_clock import SystemClock, SystemEntropy


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Work a batch of queue messages; the answer names those to be delivered again."""
    again = derive_told([Message(each["messageId"], each["body"]) for each in event["Records"]], _step())
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}


@functools.cache
def _step() -> LakeStep:
    settings = LakeSettings.of_environment(os.environ)
    clock, entropy = SystemClock(), SystemEntropy()
    return LakeStep(
        journal=S3ChangingObjects(settings.archive_bucket, os.environ, clock, entropy),
        rows=S3ChangingObjects(settings.lake_bucket, os.environ, clock, entropy),
        places=Places(DynamoTable(open_client("dynamodb"), settings.ledger_table, clock, entropy), settings.dimensions),
        note=_note,
        note_failure=lambda error: note_failure(error, "lake"),
    )


def _note(journal_object: str, written: int) -> None:
    line = {"level": "INFO", "step": "lake", "journal_object": journal_object, "written": written}
    print(json.dumps(line, separators=(",", ":")))  # noqa: T201 Lambda keeps what a function prints
