"""Slips in what a tool that posts its records whole is taken for."""

from __future__ import annotations

from functions.record import payloads as completing
from tests.simulation.bugs.bug import Bug
from tests.unit.generic import test_generic_values as values_tests
from tieout.arriving import standard_webhooks
from tieout.facts import commitment
from tieout.systems.generic import contents, door, filling, payloads, values

BUGS = (
    Bug(
        "a signature of a tool is not compared",
        standard_webhooks.verify_v1,
        "if not any([",
        "if not list([",
    ),
    Bug(
        "a delivery of a tool may be of any time",
        standard_webhooks._checked_timestamp,
        "check_fresh",
        "(lambda *_: None)",
    ),
    Bug("what a tool deletes stays planned", contents._absence, "if record.deleted and", "if False and"),
    Bug("what a tool withdraws stays planned", contents._absence, "if record.posted and not", "if False and not"),
    Bug(
        "a line without its own cost centre has its neighbour's",
        filling.Filling._lines,
        '"line": line',
        '"line": found[0]',
    ),
    Bug(
        "an amount finer than its currency is cut",
        values.money_of,
        "if money.decimal() != number:",
        "if False:",
    ),
    Bug(
        "an event that names no record stops the delivery",
        payloads._notice,
        "if key is None:",
        "if False:",
    ),
    Bug(
        "what was deleted never comes again",
        completing.versioned,
        "{reading.source_version} {standing} {digest}",
        "{standing} {reading.source_version} {digest}",
    ),
    Bug(
        "what cannot be read is taken for a withdrawal",
        contents._reading,
        "return error",
        "return Statement(key=key, source_version=version, fact=None, absence=Absence.NOT_POSTED)",
    ),
    Bug(
        "every event of a tool is taken for one that names no record",
        payloads._notice,
        "key = key_of(event, options, connection)",
        "key = None",
    ),
    Bug(
        "the attributes of an event that stand in headers are not kept",
        door.open_door,
        "content_headers=(CONTENT_TYPE_HEADER, ATTRIBUTE_PREFIX),",
        "content_headers=(),",
    ),
    Bug(
        "all that a tool orders is its connection's company's",
        commitment._lines,
        "lookup.legal_entity(line.legal_entity)",
        "lookup.legal_entity(None)",
    ),
    Bug(
        "moments of a tool count as versions by their day",
        values.version_of,
        'isoformat(timespec="microseconds").replace("+00:00", "Z")',
        "isoformat()[:10]",
    ),
    Bug(
        "versions of a tool are compared as texts",
        values.version_of,
        'f"{number:0{_VERSION_DIGITS}d}"',
        "str(number)",
        proof=values_tests.test_versions_compare_as_the_source_counts,
    ),
)
