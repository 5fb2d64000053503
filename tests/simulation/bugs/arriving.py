"""Slips in receive and on the way to the bus."""

from __future__ import annotations

from functions.receive import keeping
from tests.simulation.bugs.bug import Bug
from tieout.arriving import notice, publishing
from tieout.systems.hubspot import signature

BUGS = (
    Bug("FailedEntryCount is not looked at", publishing._refused, " if code}", " if False}", "queue"),
    Bug("what the bus refused is not kept", publishing.spool, "entries.items()", "()", "queue"),
    Bug(
        "the signature is checked over the parsed body",
        signature.verify,
        "url, delivery.body, timestamp",
        'url, __import__("json").dumps(__import__("json").loads(delivery.body)).encode(), timestamp',
    ),
    Bug(
        "time stamps must be equal",
        signature._checked_timestamp,
        'age_milliseconds > options.max_skew_seconds * 1000:\n        raise NotAuthenticError("timestamp_stale")',
        'age_milliseconds != 0:\n        raise NotAuthenticError("timestamp_stale")',
    ),
    Bug(
        "the future is never too far",
        signature._checked_timestamp,
        "if -age_milliseconds > options.max_skew_seconds * 1000",
        "if False",
    ),
    Bug(
        "the past is never too far",
        signature._checked_timestamp,
        "if age_milliseconds > options.max_skew_seconds * 1000",
        "if False",
    ),
    Bug("a record's key lacks the connection", notice.RecordKey.__str__, "{self.connection}#", "any#"),
    Bug(
        "a secret sent as its own signature is kept",
        keeping.headers_to_keep,
        'if not any(secret in value.encode("utf-8", "surrogatepass") for secret in secrets)',
        "",
    ),
)
