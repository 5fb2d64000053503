"""The bucket of the operators' log: objects that are only ever created, and every version that S3 keeps of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tieout.aws.failures import asked
from tieout.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


@dataclass(frozen=True, slots=True)
class Version:
    """What was done to an object once: it was stored, or deleted (then there is nothing to read)."""

    key: str
    version: str
    is_deletion: bool


class S3LogObjects:
    """One versioned bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def create(self, key: str, body: bytes) -> bool:
        """Keep a new object; False, and nothing done, where there is one already, which may be of a call whose answer was lost."""
        taken = ConflictError("there is one already")
        try:
            asked(
                lambda: self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=body, ContentType="application/json", IfNoneMatch="*"
                ),
                dict.fromkeys(_TAKEN, taken),
            )
        except ConflictError:
            return False
        return True

    def read(self, key: str, version: str = "") -> bytes:
        """An object as it is, or as one of its versions was."""
        named = {"VersionId": version} if version else {}

        def whole() -> bytes:  # the body can break off too
            return self._client.get_object(Bucket=self._bucket, Key=key, **named)["Body"].read()  # type: ignore[arg-type]  # plain

        return asked(whole)

    def versions(self, prefix: str) -> Iterator[Version]:
        """Everything that was ever done to the objects of a prefix; what was stored of one, the latest first, as S3 lists it."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in asked(lambda: list(pages)):
            for each in page.get("Versions", ()):
                yield Version(each["Key"], each["VersionId"], is_deletion=False)
            for mark in page.get("DeleteMarkers", ()):
                yield Version(mark["Key"], mark["VersionId"], is_deletion=True)
