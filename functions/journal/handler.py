"""Lambda entry point of the journal: wires the ledger's stream to the archive."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import Any

from functions.journal.pipeline import keep
from functions.journal.settings import JournalSettings
from tieout.aws.changing_objects import S3ChangingObjects
from tieout.system_clock import SystemClock, SystemEntropy


def lambda_handler(event: Mapping[str, Any], _context: object) -> None:
    """Keep a batch of changes; any error makes Lambda halve the batch and give it again."""
    records = event["Records"]
    kept = keep(records, _objects())
    line = {
        "level": "INFO",
        "step": "journal",
        "records": len(records),
        "objects": kept.objects,
        "written": kept.written,
    }
    print(json.dumps(line, separators=(",", ":")))  # noqa: T201 Lambda keeps what a function prints


@functools.cache
def _objects() -> S3ChangingObjects:
    settings = JournalSettings.of_environment(os.environ)
    return S3ChangingObjects(settings.archive_bucket, os.environ, SystemClock(), SystemEntropy())
