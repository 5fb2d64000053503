"""The journal of the sandbox's ledger, read from the archive and replayed."""

from __future__ import annotations

import gzip
import json
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from sandbox.running import Sandbox

_PATIENCE_SECONDS = 60

Contents = dict[tuple[str, str], Mapping[str, Any]]


def wait_until_the_journal_holds_the_ledger(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The lines of the journal, once they replay to exactly what the table holds.

    Raises:
        AssertionError: if they do not within a minute; which items differ.
    """
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        held, lines = _held(sandbox), _lines(sandbox)
        replayed = _replayed(lines)
        differing = {key for key in held.keys() | replayed.keys() if held.get(key) != replayed.get(key)}
        if not differing:
            assert len({line["event_id"] for line in lines}) == len(lines), "a change is in the journal twice"
            return lines
        assert time.monotonic() < give_up_at, f"{len(differing)} items differ, {sorted(differing)[:3]} among them"
        time.sleep(1)


def _lines(sandbox: Sandbox) -> list[dict[str, Any]]:
    bucket, s3 = sandbox.outputs["ArchiveBucketName"], sandbox.aws.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="journal/date=")
    bodies = [
        s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        for page in pages
        for entry in page.get("Contents", ())
    ]
    return [json.loads(line) for body in bodies for line in gzip.decompress(body).splitlines()]


def _replayed(lines: list[dict[str, Any]]) -> Contents:
    replayed: Contents = {}
    for line in sorted(lines, key=lambda each: int(each["sequence"])):
        key = (line["keys"]["pk"], line["keys"]["sk"])
        if line["new"] is None:
            replayed.pop(key, None)
        else:
            replayed[key] = line["new"]
    return replayed


def _held(sandbox: Sandbox) -> Contents:
    dynamodb = sandbox.aws.client("dynamodb")
    pages = dynamodb.get_paginator("scan").paginate(TableName=sandbox.outputs["LedgerTableName"], ConsistentRead=True)
    items = [{name: _plain(value) for name, value in item.items()} for page in pages for item in page["Items"]]
    return {(str(item["pk"]), str(item["sk"])): item for item in items}


def _plain(value: Mapping[str, Any]) -> object:
    match value:
        case {"N": number}:
            return int(number)
        case {"B": content}:
            return b64encode(content).decode()
        case _:
            (content,) = value.values()
            return content
