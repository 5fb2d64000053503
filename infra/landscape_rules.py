"""What no single field can say: which landscapes hang together, and which systems there are code for."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import ValidationError

from infra.arrival_rules import arrival_problems, range_problems
from infra.calendar_rules import (
    calendar_problems,
    entity_problems,
    misspelt_entity_problems,
    shared_label_problems,
)
from infra.closing_rules import closing_problems
from infra.door_options import MAX_DOOR_OPTIONS_BYTES, door_options, size_of
from infra.duty_rules import duty_problems
from infra.feed_rules import feed_problems, given_problems, unplanned_problems
from infra.freshness_rules import freshness_problems
from infra.governance_rules import governance_problems
from infra.landscape_files import Problem
from infra.option_types import options_adapter
from infra.owner_rules import owner_problems
from infra.reconciliation_rules import reconciliation_problems
from tieout.landscape import Connection, Flow, Landscape, Target
from tieout.maintenance import Maintenance
from tieout.money import is_currency
from tieout.retention import Retention
from tieout.systems import capability

# The name is a path segment of the webhook URL, part of every construct id, and part of the ledger's keys.
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME_LIMIT = 40
_FLOW_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LOCAL_HOSTS = {"127.0.0.1", "localhost"}
UNROUTED = "unrouted"
_RETENTION_DAYS = (35, 3650)  # no shorter than the ledger can be restored to any second, no longer than books are kept
_READBACK_LIMITS = (
    ("every_hours", 0, 24 * 31),
    ("within_hours", 1, 24 * 31),
    ("sample_percent", 0, 100),
    ("cells_per_minute", 10, 10_000),
)
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_MAINTENANCE_LIMITS = (("minutes", 5, 12 * 60),)  # one that takes longer is a target that is down
_CONCURRENCY = (2, 1000)  # what an SQS event source mapping accepts as MaximumConcurrency


@dataclass(frozen=True, slots=True)
class Asked:
    """What the landscape asks of a system: the role, for people, and the modules of its folder that play it."""

    role: str
    capabilities: tuple[str, ...]


_ARRIVES_BY = {
    "webhook": Asked("a source that posts webhooks", ("options", "door", "signature", "payloads")),
    "bus": Asked("a source whose events come over a bus", ("options", "door", "payloads")),
    "poll": Asked("a source that is asked what has changed", ("options", "listing", "reader")),
    "objects": Asked("a source that drops files", ("options", "files")),
}
_IS_COMPLETED_BY = {
    "read": Asked("a source whose records are read", ("reader",)),
    "payload": Asked("a source whose payloads state whole records", ("contents",)),
    "both": Asked("a source whose records are read, and whose payloads tell what they were", ("reader", "contents")),
}
_IS_WRITTEN = Asked("a target that cells are written to", ("options", "cells"))
_HAS_MEMBERS_KEPT = Asked("a target whose members are kept", ("members",))


def problems_of(landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of a landscape whose fields have the right types, with the place it stands at."""
    if not is_currency(landscape.reporting_currency):
        yield ("reporting_currency",), f"{landscape.reporting_currency!r} is no ISO 4217 currency code"
    yield from _rate_problems(landscape)
    for position, connection in enumerate(landscape.connections):
        yield from _below("connections", position, _connection_problems(connection))
    for position, target in enumerate(landscape.targets):
        yield from _below("targets", position, _target_problems(target, landscape))
    for position, flow in enumerate(landscape.flows):
        yield from _below("flows", position, _flow_problems(flow, landscape))
    for position, feed in enumerate(landscape.feeds):
        yield from _below("feeds", position, feed_problems(feed, landscape))
    yield from unplanned_problems(landscape)
    yield from _time_problems(landscape)
    yield from _retention_problems(landscape.retention)
    yield from duty_problems(landscape.people.log_lock)
    yield from closing_problems(landscape)
    yield from owner_problems(landscape)
    yield from governance_problems(landscape)
    yield from reconciliation_problems(landscape)
    yield from freshness_problems(landscape)
    for kind in ("connections", "targets", "flows", "feeds"):
        if not getattr(landscape, kind):
            yield (kind,), "none is declared"


def _rate_problems(landscape: Landscape) -> Iterator[Problem]:
    """Flaws of the currency that two rates may meet in."""
    through = landscape.rates.through
    if through and not is_currency(through):
        yield ("rates", "through"), f"{through!r} is no ISO 4217 currency code"
    if through == landscape.reporting_currency:
        yield ("rates", "through"), f"{through!r} is the reporting currency: no rate into it goes by way of itself"


def _time_problems(landscape: Landscape) -> Iterator[Problem]:
    """Flaws of how the companies divide time into periods."""
    for position, calendar in enumerate(landscape.calendars):
        yield from _below("calendars", position, _name_problems(calendar.name))
        yield from _below("calendars", position, calendar_problems(calendar))
    yield from shared_label_problems(landscape)
    for position, entity in enumerate(landscape.legal_entities):
        yield from _below("legal_entities", position, entity_problems(entity, landscape))
    for position, connection in enumerate(landscape.connections):
        yield from _below("connections", position, misspelt_entity_problems(connection.legal_entity, landscape))


def _below(kind: str, position: int, problems: Iterator[Problem]) -> Iterator[Problem]:
    for place, problem in problems:
        yield (kind, position, *place), problem


def _connection_problems(connection: Connection) -> Iterator[Problem]:
    yield from _name_problems(connection.name)
    if connection.api_base_url or connection.is_read:
        yield from _url_problems("api_base_url", connection.api_base_url)
    if connection.public_url:
        yield from _url_problems("public_url", connection.public_url)
    if connection.time_zone not in _time_zones():
        yield ("time_zone",), f"{connection.time_zone!r} is no IANA time zone"
    if not is_currency(connection.default_currency):
        yield ("default_currency",), f"{connection.default_currency!r} is no ISO 4217 currency code"
    yield from arrival_problems(connection)
    roles = (*(_ARRIVES_BY[each] for each in connection.arrivals), _IS_COMPLETED_BY[connection.completion])
    problems = list(_system_problems(roles, connection.system, connection.options))
    yield from problems or _door_problems(connection)


def _target_problems(target: Target, landscape: Landscape) -> Iterator[Problem]:
    yield from _name_problems(target.name)
    yield from _url_problems("api_base_url", target.api_base_url)
    yield from range_problems("readback", target.readback, _READBACK_LIMITS)
    if target.maintenance is not None:
        yield from _maintenance_problems(target.maintenance)
    yield from given_problems(target, landscape)
    roles = (_IS_WRITTEN, _HAS_MEMBERS_KEPT) if target.members else (_IS_WRITTEN,)
    problems = list(_system_problems(roles, target.system, target.options))
    yield from problems
    if not problems and _exists(f"tieout.systems.{target.system}.rules"):
        given = [feed for feed in landscape.feeds if target.is_given(feed.name)]
        yield from capability(target.system, "rules").target_problems(target, given)


def _maintenance_problems(declared: Maintenance) -> Iterator[Problem]:
    if not _TIME_OF_DAY.fullmatch(declared.begins):
        yield ("maintenance", "begins"), f"{declared.begins!r} is no time of day (HH:MM)"
    if declared.time_zone not in _time_zones():
        yield ("maintenance", "time_zone"), f"{declared.time_zone!r} is no IANA time zone"
    yield from range_problems("maintenance", declared, _MAINTENANCE_LIMITS)


def _flow_problems(flow: Flow, landscape: Landscape) -> Iterator[Problem]:
    if not _FLOW_NAME.fullmatch(flow.name) or len(flow.name) > _NAME_LIMIT:
        yield ("name",), f"{flow.name!r} is not lower-case words joined by underscores, at most {_NAME_LIMIT} long"
    if flow.name == UNROUTED:
        yield ("name",), f"{UNROUTED!r} is the name of the catch-all flow"
    if not flow.owner.strip():
        yield ("owner",), "nobody is named: who is told when the flow is late?"
    if flow.freshness_minutes < 1:
        yield ("freshness_minutes",), f"{flow.freshness_minutes} is less than 1"
    low, high = _CONCURRENCY
    if not low <= flow.max_concurrency <= high:
        yield ("max_concurrency",), f"{flow.max_concurrency} is not between {low} and {high}"
    yield from _entity_problems(flow, landscape)


def _retention_problems(retention: Retention) -> Iterator[Problem]:
    shortest, longest = _RETENTION_DAYS
    for name, days in dataclasses.asdict(retention).items():
        if not shortest <= days <= longest:
            yield ("retention", name), f"{days} is not between {shortest} and {longest} days"


def _entity_problems(flow: Flow, landscape: Landscape) -> Iterator[Problem]:
    if not flow.entities:
        yield ("entities",), "a flow without entities carries nothing"
    for other in landscape.flows:
        shared = sorted(set(flow.entities) & set(other.entities))
        if other.name < flow.name and shared:
            yield ("entities",), f"{', '.join(map(repr, shared))} is also carried by flow {other.name!r}"


def _name_problems(name: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name) or len(name) > _NAME_LIMIT:
        yield ("name",), f"{name!r} is not lower-case words joined by hyphens, at most {_NAME_LIMIT} characters long"


def _url_problems(field: str, url: str) -> Iterator[Problem]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield (field,), f"{url!r} is no http or https URL"
    elif parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
        yield (field,), f"{url!r} is not encrypted; http is for this machine's own addresses alone"
    if field == "api_base_url" and url.endswith("/"):
        yield (field,), f"{url!r} ends with a slash"


def _system_problems(roles: Sequence[Asked], system: str, options: Mapping[str, Any]) -> Iterator[Problem]:
    if not system.isidentifier() or not _exists(f"tieout.systems.{system}"):
        yield ("system",), f"{system!r} is no folder under layers/tieout/systems"
        return
    for asked in roles:
        for name in asked.capabilities:
            if not _exists(f"tieout.systems.{system}.{name}"):
                yield ("system",), f"{system!r} cannot be {asked.role}: layers/tieout/systems/{system} has no {name}.py"
                return
    checked = options_adapter(capability(system, "options").Options)
    try:
        checked.validate_json(json.dumps(dict(options)), strict=True, extra="forbid")
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            yield ("options", *detail["loc"]), _said(detail["msg"])


def _door_problems(connection: Connection) -> Iterator[Problem]:
    """What sound options lack or have too much of; a system with rules of its own is asked for its flaws."""
    size = size_of(door_options(connection))
    if size > MAX_DOOR_OPTIONS_BYTES:
        too_long = f"take {size} bytes at the door, more than the {MAX_DOOR_OPTIONS_BYTES} its environment has room for"
        yield ("options",), too_long
    if _exists(f"tieout.systems.{connection.system}.rules"):
        yield from capability(connection.system, "rules").connection_problems(connection)


@functools.cache
def _time_zones() -> frozenset[str]:
    """The names of all IANA time zones, for which hundreds of files are opened."""
    return frozenset(available_timezones())


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _said(message: str) -> str:
    """Pydantic's sentence in the style of ours."""
    return message[:1].lower() + message[1:]
