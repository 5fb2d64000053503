"""Calls AWS over one kept connection per service, without an SDK: for the functions that answer a waiting sender.

An SDK client costs a cold start five times the instructions of all the work before it. What an SDK would do and is needed
here is done here: signing, keep-alive, time limits, bounded retries with jitter, and correction of a wrong clock.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tieout.aws.signature import Signer
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnavailableError,
)

if TYPE_CHECKING:  # protocols, which a cold receive function has no use for
    from tieout.ports import Clock, Entropy

_ROOTS = f"{__file__.rpartition('/')[0]}/amazon_roots.pem"  # pathlib would cost a cold start 15 M instructions for this
_STALE = (http.client.BadStatusLine, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_THROTTLES = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "BandwidthLimitExceeded")
_DENIALS = (
    "AccessDenied",
    "NotAuthorized",
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "ExpiredToken",
    "InvalidAccessKeyId",
)
_CLOCK_FAULTS = {"RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException", "SignatureDoesNotMatch"}
_CLOCK_TOLERANCE = timedelta(minutes=4)  # AWS bears 5; a smaller difference is not why a signature failed
_FIRST_PAUSE_SECONDS = 0.05


class AwsRefusedError(PermanentError):
    """AWS understood the call and will not do it.

    Attributes:
        code: AWS's own name of the reason.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AwsAnswer:
    """What AWS answered; header names in lower case.

    (No dataclass: each costs a cold start 4 M instructions, and this one is never compared or printed.)
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def code(self) -> str:
        """AWS's own name of the error, empty where it gave none."""
        named = self.headers.get("x-amzn-errortype", "")
        if not named and self.body[:1] == b"{":
            try:
                named = str(json.loads(self.body).get("__type", ""))
            except ValueError:
                named = ""
        elif not named:
            found = re.search(rb"<Code>([A-Za-z0-9.]{1,80})</Code>", self.body)
            named = found[1].decode() if found else ""
        return named.rsplit("#", 1)[-1].split(":", 1)[0]


class AwsEndpoint:
    """One service's endpoint with its connection; not for use by several threads at once.

    Args:
        service: the signing name (`events`, `s3`, `secretsmanager`).
        url: `https://host`, or `http://host:port` for an emulator.
        environ: where region and credentials are read for every call, since Lambda may renew them.
        clock: the time signed, and the pauses between tries.
        entropy: the jitter of those pauses.
        timeout_seconds: for each connect and each wait for bytes.
        attempts: how often one call is tried in all.
    """

    def __init__(
        self,
        service: str,
        url: str,
        environ: Mapping[str, str],
        clock: Clock,
        entropy: Entropy,
        *,
        timeout_seconds: float = 2.0,
        attempts: int = 2,
    ) -> None:
        parts = urlsplit(url)
        self._signer = Signer(service, environ)
        self._environ, self._clock, self._entropy = environ, clock, entropy
        self._secure, self._host, self._base = parts.scheme != "http", parts.netloc, parts.path.rstrip("/")
        self._timeout_seconds, self._attempts = timeout_seconds, attempts
        self._connection: http.client.HTTPConnection | None = None
        self._clock_offset = timedelta(0)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> AwsAnswer:
        """The answer of a call that AWS carried out (2xx).

        Raises:
            ThrottledError, UnavailableError: AWS did not do it, and still would not after the last try.
            LostAnswerError: it may have been done.
            AccessDeniedError: the role lacks the grant, or the credentials are not valid.
            AwsRefusedError: anything else AWS says no to.
        """
        attempt = 1
        corrected = False
        while True:
            try:
                answer = self._exchange(method, path, headers, body)
                if not corrected and self._correct_clock(answer):
                    corrected = True
                    continue
                return _checked(answer)
            except TransientError:
                if attempt >= self._attempts:
                    raise
            self._clock.sleep(_FIRST_PAUSE_SECONDS * 2**attempt * (0.5 + self._entropy.fraction() / 2))
            attempt += 1

    def close(self) -> None:
        """Close the kept connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> AwsAnswer:
        moment = self._clock.now() + self._clock_offset
        signed = self._signer.sign(method, self._base + path, {**headers, "host": self._host}, body, moment)
        kept = self._connection
        if kept is not None:
            try:
                return self._over(kept, method, path, signed, body)
            except _STALE:  # the other end closed it while this function was frozen
                self.close()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                raise LostAnswerError("no answer") from error
        return self._over_new(method, path, signed, body)

    def _over_new(self, method: str, path: str, signed: Mapping[str, str], body: bytes) -> AwsAnswer:
        try:
            connection = self._connect()
        except OSError as error:
            raise UnavailableError("no connection") from error
        try:
            return self._over(connection, method, path, signed, body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise LostAnswerError("no answer") from error

    def _over(
        self, connection: http.client.HTTPConnection, method: str, path: str, signed: Mapping[str, str], body: bytes
    ) -> AwsAnswer:
        connection.request(method, self._base + path, body, dict(signed))
        response = connection.getresponse()
        content = response.read()
        if response.will_close:
            self.close()
        return AwsAnswer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def _connect(self) -> http.client.HTTPConnection:
        try:
            self._connection = self._open(slim=True)
        except (
            ssl.SSLCertVerificationError
        ):  # AWS changed its roots: the machine's own list is longer, and dear to load
            self._connection = self._open(slim=False)
        return self._connection

    def _open(self, *, slim: bool) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection
        if self._secure:
            context = trusted(self._environ.get("AWS_CA_BUNDLE") or (_ROOTS if slim else None))
            connection = http.client.HTTPSConnection(self._host, timeout=self._timeout_seconds, context=context)
        else:
            connection = http.client.HTTPConnection(self._host, timeout=self._timeout_seconds)
        connection.connect()
        return connection

    def _correct_clock(self, answer: AwsAnswer) -> bool:
        """Take over AWS's time where ours is why it refused; whether there is reason to try again."""
        if answer.status < http.client.BAD_REQUEST or answer.code not in _CLOCK_FAULTS:
            return False
        try:
            offset = parsedate_to_datetime(answer.headers["date"]) - self._clock.now()
        except (KeyError, ValueError, TypeError):
            return False
        wrong = abs(offset - self._clock_offset) > _CLOCK_TOLERANCE
        if wrong:
            self._clock_offset = offset
        return wrong


@cache
def trusted(roots: str | None) -> ssl.SSLContext:
    """A context that verifies the other side by these roots, or by the machine's own."""
    return ssl.create_default_context(cafile=roots)


def endpoint_url(service_id: str, host: str, environ: Mapping[str, str]) -> str:
    """Where a service answers: the address the environment sets for it (`AWS_ENDPOINT_URL_<SERVICE>`) or for all, else AWS."""
    set_for_it = environ.get(f"AWS_ENDPOINT_URL_{service_id}") or environ.get("AWS_ENDPOINT_URL")
    return set_for_it or f"https://{host}"


def regional_host(prefix: str, region: str) -> str:
    """`prefix.region.amazonaws.com` in the partition of the region."""
    return f"{prefix}.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def _checked(answer: AwsAnswer) -> AwsAnswer:
    if http.client.OK <= answer.status < http.client.MULTIPLE_CHOICES:
        return answer
    code = answer.code
    if answer.status == http.client.TOO_MANY_REQUESTS or any(name in code for name in _THROTTLES):
        raise ThrottledError(code or "throttled")
    if answer.status >= http.client.INTERNAL_SERVER_ERROR:
        raise UnavailableError(code or str(answer.status))
    if any(name in code for name in _DENIALS):
        raise AccessDeniedError(code)
    raise AwsRefusedError(code or str(answer.status))
