"""The bucket of the operators' log does the same in memory as in the emulated AWS."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from ops.log_objects import S3LogObjects, Version
from ops.operator_log import LogObjects
from tests.support.log_objects import LogObjectsInMemory
from tests.support.moto_aws import EmulatedAws, emulated_aws
from tieout.errors import TransientError

KEY = "operator-log/000000000001.json"


@pytest.fixture(params=["in memory", "emulated"])
def objects(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogObjects]:
    """An empty bucket."""
    if request.param == "in memory":
        yield LogObjectsInMemory()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with emulated_aws() as aws:
        yield _bucket(aws)


def _bucket(aws: EmulatedAws) -> S3LogObjects:
    return S3LogObjects(boto3.client("s3", region_name="eu-central-1"), aws.create_operator_log())


def test_an_object_is_created_once(objects: LogObjects) -> None:
    """Whoever comes second finds what is there."""
    assert [objects.create(KEY, body) for body in (b"first", b"second")] == [True, False]
    assert objects.read(KEY) == b"first"
    [only] = objects.versions("operator-log/")
    assert only == Version(KEY, only.version, is_deletion=False)
    assert objects.read(KEY, only.version) == b"first"
    assert list(objects.versions("elsewhere/")) == []


def test_what_is_not_there_cannot_be_read(objects: LogObjects) -> None:
    """It may be there in a moment."""
    with pytest.raises(TransientError):
        objects.read(KEY)
