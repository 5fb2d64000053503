"""What lies in the archive bucket, listed with when it was put there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.aws.failures import asked
from tieout.aws.store import S3ObjectStore
from tieout.errors import ConflictError, TieoutError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the archive."""

    key: str
    size_bytes: int
    stored_at: datetime


class Archive(S3ObjectStore):
    """The archive bucket as an operator sees it."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        super().__init__(client, bucket)
        self._s3, self._name = client, bucket

    def stored(self, prefix: str) -> Iterator[Stored]:
        """Every object whose key starts with `prefix`, in the order of keys."""
        more: dict[str, str] = {}
        while True:
            page = self._page(prefix, more)
            for entry in page.get("Contents", ()):
                yield Stored(entry["Key"], entry["Size"], entry["LastModified"])
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def create(self, key: str, body: bytes) -> bool:
        """Keep a new object; False, and nothing done, where there is one already."""
        there = ConflictError("it is there")
        refusals: dict[str, TieoutError] = {"PreconditionFailed": there, "ConditionalRequestConflict": there}
        try:
            asked(lambda: self._s3.put_object(Bucket=self._name, Key=key, Body=body, IfNoneMatch="*"), refusals)
        except ConflictError:
            return False
        return True

    def _page(self, prefix: str, more: dict[str, str]) -> ListObjectsV2OutputTypeDef:
        return asked(lambda: self._s3.list_objects_v2(Bucket=self._name, Prefix=prefix, **more))  # type: ignore[arg-type]  # plain
