"""Signs one request to AWS (Signature Version 4), without an SDK: for the functions that answer a waiting sender.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    """Signs for one service with the region and the access key an environment holds, as Lambda hands them to a function.

    They are read for every request, since Lambda may renew them. (Under SnapStart they would not be there.)

    Args:
        service: the signing name (`events`, `s3`, `secretsmanager`).
        environ: `KeyError` where it lacks `AWS_REGION`, `AWS_ACCESS_KEY_ID` or `AWS_SECRET_ACCESS_KEY`.
    """

    def __init__(self, service: str, environ: Mapping[str, str]) -> None:
        self._service, self._environ = service, environ

    def sign(self, method: str, path: str, headers: Mapping[str, str], body: bytes, moment: datetime) -> dict[str, str]:
        """The headers to send: the given ones (`host` among them, names in lower case) and what the signature adds.

        `path` is encoded as it is sent, and has no query string: none of our requests has one.
        """
        stamp = f"{moment:%Y%m%dT%H%M%SZ}"
        digest = hashlib.sha256(body).hexdigest()
        signed = {**headers, "x-amz-date": stamp}
        if self._service == "s3":
            signed["x-amz-content-sha256"] = digest
        if self._environ.get("AWS_SESSION_TOKEN"):
            signed["x-amz-security-token"] = self._environ["AWS_SESSION_TOKEN"]
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{' '.join(signed[name].split())}\n" for name in sorted(signed))
        canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}".encode()
        scope = f"{stamp[:8]}/{self._environ['AWS_REGION']}/{self._service}/aws4_request"
        to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}".encode()
        signature = hmac.digest(self._key(scope), to_sign, "sha256").hex()
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={self._environ['AWS_ACCESS_KEY_ID']}/{scope},"
            f" SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def _key(self, scope: str) -> bytes:
        key = f"AWS4{self._environ['AWS_SECRET_ACCESS_KEY']}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return key
