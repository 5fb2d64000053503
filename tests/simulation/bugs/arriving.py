"""Slips in receive and on the way to the bus."""

from __future__ import annotations

from functions.receive import keeping, secret
from functions.receive import pipeline as receive
from tests.flow import test_records_from_payloads as kept
from tests.simulation.bugs.bug import Bug
from tests.support.receiving import Door
from tests.unit.arriving import test_kept_payloads as travelling
from tests.unit.receive import test_doors_of_other_kinds as doors
from tests.unit.receive import test_receive_secrets_and_shelf as secrets
from tests.unit.record import test_messages_of_other_releases as releases
from tieout.arriving import accepting, envelope, freshness, notice, payload, publishing
from tieout.systems.hubspot import signature

BUGS = (
    Bug("FailedEntryCount is not looked at", publishing._refused, " if code]", " if False]", "queue"),
    Bug("what the bus refused is not kept", publishing.spool, "entries.items()", "()", "queue"),
    Bug(
        "the signature is checked over the parsed body",
        signature.verify,
        "url, delivery.body, timestamp",
        'url, __import__("json").dumps(__import__("json").loads(delivery.body)).encode(), timestamp',
    ),
    Bug(
        "time stamps must be equal",
        freshness.check_fresh,
        "if age > allowed",
        "if age",
    ),
    Bug("the future is never too far", freshness.check_fresh, "if age < -allowed", "if False"),
    Bug("the past is never too far", freshness.check_fresh, "if age > allowed", "if False"),
    Bug(
        "what an earlier release left in a queue is none of ours",
        envelope._known,
        'detail.get("schema_version", 1)',
        'detail["schema_version"]',
    ),
    Bug(
        "what a later release wrote is read as if it were ours",
        envelope._known,
        "> SCHEMA_VERSION",
        "> 1_000",
        proof=releases.test_what_a_later_release_wrote_is_parked_whole,
    ),
    Bug("a record's key lacks the connection", notice.RecordKey.__str__, "{self.connection}#", "any#"),
    Bug(
        "a secret sent as its own signature is kept",
        keeping.headers_to_keep,
        'if not any(secret in value.encode("utf-8", "surrogatepass") for secret in secrets)',
        "",
    ),
    Bug(
        "a greeting that must be proven is answered before its key is checked",
        receive._judge,
        "door.greet(delivery)",
        "door.greet(delivery) or door.greet_proven(delivery)",
        proof=doors.test_a_greeting_that_must_be_proven_says_nothing_to_others,
    ),
    Bug(
        "a challenge waits for a key",
        receive._judge,
        "greeting is not None",
        "greeting is not None and greeting.status != 401",
        proof=doors.test_a_challenge_is_no_rejection,
    ),
    Bug(
        "whatever is proven is a delivery",
        receive._admit,
        'delivery.method == "POST"',
        "True",
        proof=doors.test_only_a_post_is_a_delivery_however_proven_it_is,
    ),
    Bug(
        "what a newer secret may prove is refused while it cannot be fetched",
        secret.WebhookSecret.renewed,
        'raise UnavailableError("the secret could not be had seconds ago")',
        "return None",
        proof=lambda: secrets.test_a_newer_secret_that_cannot_be_had_is_our_fault_too(Door(system="netsuite")),
    ),
    Bug(
        "a payload is acknowledged before it is kept",
        payload.kept_for,
        "keeper.put(key, encode(delivery._replace(body=body), door.content_of(delivery.headers)))",
        "pass",
    ),
    Bug(
        "a payload that could not be kept is acknowledged",
        payload.kept_for,
        "keeper.put(key, encode(delivery._replace(body=body), door.content_of(delivery.headers)))",
        "try:\n        keeper.put(key, encode(delivery, {}))\n    except Exception:\n        pass",
    ),
    Bug(
        "a notice on its way loses its payload",
        notice.Notice.plain,
        '{"payload": self.payload} if self.payload else {}',
        "{}",
        proof=travelling.test_a_notice_keeps_its_payload_on_every_way_it_travels,
    ),
    Bug(
        "a connection that is read keeps payloads too",
        accepting.accept,
        'intake.completion != "read"',
        "True",
        proof=kept.test_a_connection_that_is_read_keeps_no_payload,
    ),
)
