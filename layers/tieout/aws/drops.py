"""Objects that sources drop into a bucket of S3: implements `functions.intake.check.Incoming`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tieout.aws.failures import asked
from tieout.errors import TieoutError
from tieout.file_runs import ChangedObjectError, Drop

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = ("NoSuchKey", "404")
_CHANGED = (*_MISSING, "PreconditionFailed", "412")
_PIECE_BYTES = 1024 * 1024


class S3Drops:
    """The buckets a role may read. Its client may retry: every call can be made twice."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def there(self, bucket: str, key: str) -> Drop | None:
        """The object as it is there now; None where there is none. Whoever asks must have leave to list, or S3 says 403."""
        try:
            found = asked(
                lambda: self._client.head_object(Bucket=bucket, Key=key), dict.fromkeys(_MISSING, _MissingError())
            )
        except _MissingError:
            return None
        return Drop(bucket, key, found["ETag"].strip('"'), found["ContentLength"])

    def content(self, drop: Drop) -> Iterator[bytes]:
        """Its bytes, in order, in pieces of about a megabyte.

        Raises:
            ChangedObjectError: before the first, where it is not there, or not that object any more.
            TransientError: it cannot be read now, or broke off.
        """
        changed = ChangedObjectError(f"no such object any more: {drop.key}")
        body = asked(
            lambda: self._client.get_object(Bucket=drop.bucket, Key=drop.key, IfMatch=drop.etag)["Body"],
            dict.fromkeys(_CHANGED, changed),
        )
        while piece := asked(lambda: body.read(_PIECE_BYTES)):
            yield piece


class _MissingError(TieoutError):
    """There is no such object."""
