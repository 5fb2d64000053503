"""Secrets of Secrets Manager: JSON objects of texts, kept for five minutes so that a rotated one is soon used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tieout.aws.failures import asked
from tieout.errors import AccessDeniedError, MalformedError
from tieout.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_KEPT_FOR = timedelta(minutes=5)
_UNUSABLE = ("AccessDeniedException", "ResourceNotFoundException", "DecryptionFailure")


class JsonSecrets:
    """Reads secrets by ARN or name."""

    def __init__(self, client: SecretsManagerClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[datetime, Mapping[str, str]]] = {}

    def get(self, secret_id: str) -> Mapping[str, str]:
        """The secret's fields, as they were at most five minutes ago.

        Raises:
            AccessDeniedError: there is no such secret, it has no value yet, or we may not read it: a person must act.
            MalformedError: it is no JSON object of texts.
            TransientError: it cannot be read now.
        """
        kept = self._kept.get(secret_id)
        now = self._clock.now()
        if kept is not None and now - kept[0] < _KEPT_FOR:
            return kept[1]
        fields = _fields(self._read(secret_id))
        self._kept[secret_id] = (now, fields)
        return fields

    def forget(self, secret_id: str) -> None:
        """Read the secret anew when it is next asked for: its holder was refused with what we keep."""
        self._kept.pop(secret_id, None)

    def _read(self, secret_id: str) -> str:
        unusable = AccessDeniedError(f"the secret {secret_id} has no value that we may read")
        answer = asked(lambda: self._client.get_secret_value(SecretId=secret_id), dict.fromkeys(_UNUSABLE, unusable))
        return answer.get("SecretString", "")


def _fields(text: str) -> dict[str, str]:
    try:
        fields = json.loads(text)
    except ValueError:
        raise MalformedError("secret_not_json") from None  # the cause would quote the secret
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise MalformedError("secret_not_an_object_of_texts")
    return fields
