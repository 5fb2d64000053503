"""The three calls the receive step makes of AWS: read a secret, put entries on the bus, keep an object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tieout.arriving.spool import BusEntry
from tieout.aws.endpoint import AwsAnswer, AwsEndpoint, AwsRefusedError, endpoint_url, regional_host
from tieout.errors import LostAnswerError

if TYPE_CHECKING:  # protocols, which a cold receive function has no use for
    from tieout.ports import Clock, Entropy

_JSON = "application/x-amz-json-1.1"


class SecretsManager:
    """Reads secrets."""

    def __init__(self, environ: Mapping[str, str], clock: Clock, entropy: Entropy) -> None:
        host = regional_host("secretsmanager", environ["AWS_REGION"])
        url = endpoint_url("SECRETS_MANAGER", host, environ)
        self._endpoint = AwsEndpoint("secretsmanager", url, environ, clock, entropy)

    def value(self, secret_arn: str) -> str | None:
        """The secret's present text; None where nobody has given it a value yet.

        Raises:
            TieoutError: see `AwsEndpoint.call`.
        """
        try:
            answer = _call_json(self._endpoint, "secretsmanager.GetSecretValue", {"SecretId": secret_arn})
        except AwsRefusedError as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise
        return answer.get("SecretString")


class EventBus:
    """Puts entries on one event bus. Makes one try per call: who publishes knows what is still to be sent again."""

    def __init__(self, bus_name: str, environ: Mapping[str, str], clock: Clock, entropy: Entropy) -> None:
        url = endpoint_url("EVENTBRIDGE", regional_host("events", environ["AWS_REGION"]), environ)
        self._endpoint = AwsEndpoint("events", url, environ, clock, entropy, attempts=1)
        self._bus_name, self._environ = bus_name, environ

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """For each entry why the bus refused it, empty where the bus has it.

        Raises:
            TieoutError: the call as a whole failed; see `AwsEndpoint.call`.
        """
        trace = self._environ.get("_X_AMZN_TRACE_ID")  # Lambda sets it anew for each delivery
        extra = {"TraceHeader": trace} if trace else {}
        plain = [{**entry.plain(self._bus_name), **extra} for entry in entries]
        answer = _call_json(self._endpoint, "AWSEvents.PutEvents", {"Entries": plain})
        results = answer.get("Entries", [])
        if len(results) != len(entries):
            raise LostAnswerError("PutEvents did not answer for every entry")
        codes = ["" if each.get("EventId") else str(each.get("ErrorCode") or "unnamed") for each in results]
        if answer.get("FailedEntryCount") != sum(map(bool, codes)):
            raise LostAnswerError("PutEvents contradicts itself")
        return codes


class BucketEndpoint:
    """Calls S3 about the objects of one bucket."""

    def __init__(
        self,
        bucket: str,
        environ: Mapping[str, str],
        clock: Clock,
        entropy: Entropy,
        *,
        timeout_seconds: float = 2.0,
        attempts: int = 2,
    ) -> None:
        own_host = regional_host(f"{bucket}.s3", environ["AWS_REGION"])
        url = endpoint_url("S3", own_host, environ)
        # On AWS the bucket is part of the host, at an emulator part of the path.
        self._base = "" if url.endswith(own_host) else f"/{bucket}"
        self._endpoint = AwsEndpoint(
            "s3", url, environ, clock, entropy, timeout_seconds=timeout_seconds, attempts=attempts
        )

    def call(self, method: str, key: str, headers: Mapping[str, str], body: bytes) -> AwsAnswer:
        """What S3 answers about the object of that key; see `AwsEndpoint.call`."""
        return self._endpoint.call(method, f"{self._base}/{quote(key, safe='/-_.~')}", headers, body)

    def close(self) -> None:
        """Close the kept connection; the next call opens another."""
        self._endpoint.close()


class ObjectKeeper(BucketEndpoint):
    """Keeps objects in one bucket; the receive step may write there and never read."""

    def put(self, key: str, body: bytes) -> None:
        """Return once the object is stored, replacing what was there.

        Raises:
            TieoutError: see `AwsEndpoint.call`.
        """
        self.call("PUT", key, {"content-type": "application/json"}, body)


def _call_json(endpoint: AwsEndpoint, target: str, request: Mapping[str, object]) -> dict[str, Any]:
    body = json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
    answer = endpoint.call("POST", "/", {"content-type": _JSON, "x-amz-target": target}, body)
    try:
        found = json.loads(answer.body)
    except ValueError as error:
        raise LostAnswerError("no JSON came back") from error
    if not isinstance(found, dict):
        raise LostAnswerError("no JSON object came back")
    return found
