"""Objects in S3 that several writers add to, each only to what it has read: conditional writes, without an SDK.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tieout.aws.endpoint import AwsRefusedError
from tieout.aws.without_sdk import BucketEndpoint
from tieout.errors import LostAnswerError

if TYPE_CHECKING:
    from tieout.ports import Clock, Entropy

_CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_TIMEOUT_SECONDS = 5.0
_ATTEMPTS = 3


class S3ChangingObjects:
    """One bucket. A call is made again after a lost answer: then it finds its own work, and says that something is there."""

    def __init__(self, bucket: str, environ: Mapping[str, str], clock: Clock, entropy: Entropy) -> None:
        self._bucket = BucketEndpoint(
            bucket, environ, clock, entropy, timeout_seconds=_TIMEOUT_SECONDS, attempts=_ATTEMPTS
        )

    def create(self, key: str, body: bytes) -> bool:
        """Keep a new object; False, and nothing done, where there is one already.

        Raises:
            TieoutError: see `AwsEndpoint.call`.
        """
        return self._written(key, body, {"if-none-match": "*"})

    def read(self, key: str) -> tuple[bytes, str]:
        """The object, and the name of the version that was read.

        Raises:
            TieoutError: see `AwsEndpoint.call`; a missing object is refused.
        """
        answer = self._bucket.call("GET", key, {}, b"")
        version = answer.headers.get("etag")
        if version is None:
            raise LostAnswerError("an object came without the name of its version")
        return answer.body, version

    def replace(self, key: str, body: bytes, version: str) -> bool:
        """Keep this in place of that version; False, and nothing done, where it is no longer the one.

        Raises:
            TieoutError: see `AwsEndpoint.call`.
        """
        return self._written(key, body, {"if-match": version})

    def close(self) -> None:
        """Close the kept connection."""
        self._bucket.close()

    def _written(self, key: str, body: bytes, condition: Mapping[str, str]) -> bool:
        try:
            self._bucket.call("PUT", key, {"content-type": "application/gzip", **condition}, body)
        except AwsRefusedError as error:
            if error.code in _CHANGED:
                return False
            raise
        return True
