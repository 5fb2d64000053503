"""The journal function as Lambda runs it, from its environment to the emulated archive."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.journal import handler
from functions.journal.settings import JournalSettings
from tests.support.aws_over_http import CREDENTIALS, REGION, AwsOverHttp, aws_over_http
from tests.support.table_stream import change_record

MIDNIGHT = datetime(2026, 11, 26, tzinfo=UTC)


def batch(*numbers: int) -> dict[str, Any]:
    """What Lambda hands over: changes by their numbers, each so many seconds after midnight."""
    moments = {number: MIDNIGHT + timedelta(seconds=number) for number in numbers}
    return {"Records": [change_record(("A", "1"), None, {"n": n}, n, at) for n, at in moments.items()]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsOverHttp]:
    """An emulated AWS with an empty archive, and a cold function that is told of it."""
    with aws_over_http() as aws:
        aws.s3.create_bucket(Bucket="journals", CreateBucketConfiguration={"LocationConstraint": REGION})
        settings = JournalSettings(archive_bucket="journals").environment()
        for name, value in {**settings, **CREDENTIALS, "AWS_ENDPOINT_URL": aws.url}.items():
            monkeypatch.setenv(name, value)
        handler._objects.cache_clear()
        yield aws
        handler._objects().close()
        handler._objects.cache_clear()


def test_changes_stand_in_the_archive_that_the_environment_names(aws: AwsOverHttp) -> None:
    """Each once, under its day and its ten seconds, whichever batches bring it; the function connects once."""
    for numbers in ((1, 2), (2, 3, 11), (12,), (1, 2)):
        handler.lambda_handler(batch(*numbers), None)
    lines = {
        each["Key"]: gzip.decompress(aws.s3.get_object(Bucket="journals", Key=each["Key"])["Body"].read()).splitlines()
        for each in aws.s3.list_objects_v2(Bucket="journals")["Contents"]
    }
    assert {key: [json.loads(line)["new"]["n"] for line in found] for key, found in lines.items()} == {
        "journal/date=2026-11-26/000000.jsonl.gz": [1, 2, 3],
        "journal/date=2026-11-26/000010.jsonl.gz": [11, 12],
    }
    assert len({asked.connection for asked in aws.asked}) == 1
