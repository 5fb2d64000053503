"""Proves a sender by a key that it was given and sends along: for systems that sign nothing (step 1, receive).

A key is as good as TLS keeps it, and whoever once saw a delivery has it. It is never kept or logged: rejected deliveries are kept
without their query and their path, and no header that holds one may be a door's.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from tieout.errors import NotAuthenticError

LOGIN_HEADER = "authorization"
LOGIN_CHALLENGE: Mapping[str, str] = MappingProxyType({"www-authenticate": 'Basic realm="tieout", charset="UTF-8"'})
"""By which whoever is refused is told how to log in (RFC 7617); some log in only then."""

_BASIC = "basic"


def check_keys(given: Sequence[bytes], secrets: Sequence[bytes], shortest_bytes: int) -> None:
    """Return if the one key that was given is one of the live secrets.

    Args:
        given: what the delivery holds as its key; nothing, or several, prove nothing.
        secrets: the live ones.
        shortest_bytes: a secret of fewer bytes proves nothing: there is nothing else to guess, and no end to the guessing.

    Raises:
        NotAuthenticError: with `secret_missing` (none is long enough), `key_missing`, `key_ambiguous` (several were given) or
            `key_mismatch`.
    """
    live = [each for each in secrets if len(each) >= shortest_bytes]
    if not live:
        raise NotAuthenticError("secret_missing")
    if not given:
        raise NotAuthenticError("key_missing")
    if len(given) > 1:
        raise NotAuthenticError("key_ambiguous")
    # Every secret is tried, so that the time taken does not tell which one matched.
    if not any([hmac.compare_digest(given[0], secret) for secret in live]):  # noqa: C419
        raise NotAuthenticError("key_mismatch")


def keys_in_query(query: str, name: str) -> list[bytes]:
    """The values of every parameter of a name, percent-decoded; a plus sign stands for itself, as base64 has it."""
    pairs = [each.partition(b"=") for each in key_of(query).split(b"&")]
    return [unquote_to_bytes(value) for each, _, value in pairs if name and unquote_to_bytes(each) == name.encode()]


def key_of(text: str) -> bytes:
    """A text that was sent as a key, as bytes: one can hold lone surrogates, which must not raise."""
    return text.encode("utf-8", "surrogatepass")


def logins_in(headers: Mapping[str, str]) -> list[bytes]:
    """User name, a colon and the password, as Basic authentication (RFC 7617) sends them in a header; none where it is absent.

    Raises:
        NotAuthenticError: with `key_malformed`, for another scheme, or what is not base64.
    """
    stated = headers.get(LOGIN_HEADER)
    if stated is None:
        return []
    scheme, _, login = stated.strip().partition(" ")
    try:
        if scheme.lower() != _BASIC:
            raise NotAuthenticError("key_malformed")
        return [base64.b64decode(key_of(login.strip()), validate=True)]
    except binascii.Error as error:
        raise NotAuthenticError("key_malformed") from error
