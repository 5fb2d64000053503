"""Objects that are added to: what the fake and S3 (emulated, spoken to without an SDK) promise alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.aws_over_http import CREDENTIALS, REGION, aws_over_http
from tests.support.memory_changing import MemoryChangingObjects
from tieout.aws.changing_objects import S3ChangingObjects
from tieout.errors import PermanentError
from tieout.ports import ChangingObjects
from tieout.system_clock import SystemClock, SystemEntropy

KEY = "journal/date=2026-11-25/120000.jsonl.gz"


@pytest.fixture(params=["memory", "s3"])
def objects(request: pytest.FixtureRequest) -> Iterator[ChangingObjects]:
    """An empty archive of either kind."""
    if request.param == "memory":
        yield MemoryChangingObjects()
        return
    with aws_over_http() as aws:
        aws.s3.create_bucket(Bucket="archive", CreateBucketConfiguration={"LocationConstraint": REGION})
        environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url}
        over_http = S3ChangingObjects("archive", environ, SystemClock(), SystemEntropy())
        yield over_http
        over_http.close()  # else the server waits for the kept connection


def test_an_object_is_made_once(objects: ChangingObjects) -> None:
    """Whoever comes second is told, and changes nothing."""
    assert objects.create(KEY, b"first\x00\xff")
    assert not objects.create(KEY, b"second")
    assert objects.read(KEY)[0] == b"first\x00\xff"


def test_an_object_is_replaced_only_by_who_has_read_it_as_it_is(objects: ChangingObjects) -> None:
    """Of two who read the same, the second to write is told, reads again and then may."""
    objects.create(KEY, b"first")
    _, version = objects.read(KEY)
    assert objects.replace(KEY, b"second", version)
    assert not objects.replace(KEY, b"third", version)
    body, version = objects.read(KEY)
    assert body == b"second"
    assert objects.replace(KEY, b"third", version)
    assert objects.read(KEY)[0] == b"third"


def test_what_is_not_there_cannot_be_read(objects: ChangingObjects) -> None:
    """A missing object is no empty one."""
    with pytest.raises(PermanentError):
        objects.read(KEY)
