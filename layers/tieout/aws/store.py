"""Objects in S3: implements `tieout.ports.ObjectStore`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tieout.aws.failures import asked
from tieout.errors import AccessDeniedError, TieoutError, UnreadableRecordError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = ("NoSuchKey", "404")
_DENIED = ("AccessDenied", "403")  # also what S3 says of a missing key to whom may not list
_PAGE_KEYS = 1000


class S3ObjectStore:
    """One bucket. Its client may retry: every call can be made twice."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        """Keep `body` under `key`, replacing what is there."""
        _asking(key, lambda: self._client.put_object(Bucket=self._bucket, Key=key, Body=body))

    def get(self, key: str) -> bytes:
        """The object's bytes.

        Raises:
            UnreadableRecordError: there is none.
            AccessDeniedError: we may not read it, or it is missing and we may not list.
        """

        def read() -> bytes:  # the body can break off too
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

        return _asking(key, read)

    def keys(self, prefix: str, limit: int, *, after: str = "") -> Sequence[str]:
        """Up to `limit` keys that start with `prefix` and stand behind `after`, in order."""
        found: list[str] = []
        more = {"StartAfter": after} if after else {}
        while len(found) < limit:
            asked = min(_PAGE_KEYS, limit - len(found))
            page = _asking(
                prefix,
                lambda asked=asked, more=more: self._client.list_objects_v2(  # type: ignore[misc]  # bound now
                    Bucket=self._bucket, Prefix=prefix, MaxKeys=asked, **more
                ),
            )
            found += [entry["Key"] for entry in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                break
            more = {"ContinuationToken": page["NextContinuationToken"]}
        return found

    def delete(self, key: str) -> None:
        """Remove the object."""
        _asking(key, lambda: self._client.delete_object(Bucket=self._bucket, Key=key))


def _asking[Answer](key: str, ask: Callable[[], Answer]) -> Answer:
    missing, denied = UnreadableRecordError(f"no object {key}"), AccessDeniedError(f"no access to {key}")
    refusals: dict[str, TieoutError] = {**dict.fromkeys(_MISSING, missing), **dict.fromkeys(_DENIED, denied)}
    return asked(ask, refusals)
