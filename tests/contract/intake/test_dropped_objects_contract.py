"""The bucket files are dropped into: what the fake and S3 (emulated) promise alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from functions.intake.check import Incoming
from tests.support.intake_desk import BUCKET, MemoryIncoming
from tests.support.moto_aws import REGION, emulated_aws
from tieout.aws.drops import S3Drops
from tieout.file_runs import ChangedObjectError, Drop

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "incoming/ledger-latam/GL 2026+ü.csv"


@dataclass
class Bucket:
    """A bucket and what reads it."""

    incoming: Incoming
    s3: S3Client | None

    def put(self, content: bytes) -> Drop:
        """The drop of an object that is put there."""
        if self.s3 is None:
            assert isinstance(self.incoming, MemoryIncoming)
            return self.incoming.put(KEY, content)
        etag = self.s3.put_object(Bucket=BUCKET, Key=KEY, Body=content)["ETag"].strip('"')
        return Drop(BUCKET, KEY, etag, len(content))


@pytest.fixture(params=["memory", "s3"])
def bucket(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    """An empty bucket of either kind."""
    if request.param == "memory":
        yield Bucket(MemoryIncoming(), None)
        return
    with emulated_aws() as aws:
        where: Any = {"LocationConstraint": REGION}
        aws.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield Bucket(S3Drops(aws.s3), aws.s3)


@pytest.mark.parametrize("size", [0, 1, 2_500_000])
def test_a_drop_is_read_in_pieces(bucket: Bucket, size: int) -> None:
    """Its bytes come in order and never all at once, and it is there as it was told of."""
    content = bytes(number % 251 for number in range(size))
    drop = bucket.put(content)
    pieces = list(bucket.incoming.content(drop))
    assert b"".join(pieces) == content
    assert max(map(len, pieces), default=0) <= 1024 * 1024
    assert bucket.incoming.there(BUCKET, KEY) == drop


def test_what_is_not_there_any_more_is_said_before_a_byte_is_read(bucket: Bucket) -> None:
    """An object that was overwritten, and one that was removed, is not the drop."""
    old = bucket.put(b"old")
    new = bucket.put(b"new")
    with pytest.raises(ChangedObjectError):
        next(bucket.incoming.content(old))
    with pytest.raises(ChangedObjectError, match=r"ledger-latam/other\.csv"):
        next(bucket.incoming.content(new._replace(key="incoming/ledger-latam/other.csv")))
    assert bucket.incoming.there(BUCKET, "incoming/ledger-latam/other.csv") is None
