"""What a connection of the generic system says in the landscape: who proves what how, and what its records are.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from tieout.arriving.consent import check_consent
from tieout.arriving.freshness import check_max_skew
from tieout.arriving.modes import Mode
from tieout.declared import Declared

Proof = Literal["v1", "v1a", "bearer", "key_header", "bus"]
Formula = str | Mapping[str, str]  # a JMESPath expression, or one for each part of an amount of money

SIGNED: frozenset[Proof] = frozenset(("v1", "v1a"))
OTHER_ENTITY = "other"  # of events that no record of the connection names; no flow carries it

_HEADER = re.compile("x-[a-z0-9-]{1,60}")  # never `authorization`, a signature's header, or one that a gateway sets
_GATEWAYS_OWN = ("x-amz", "x-forwarded-")
_ENTITY = re.compile("[a-z][a-z0-9_]{0,39}")
_STEP = r'(?:[A-Za-z_][A-Za-z0-9_]*|"[^"\\]+")'
_PATH = re.compile(rf"{_STEP}(?:\.{_STEP})*")
_TYPE = re.compile(r"[!-)+-~]{1,200}\*?")  # printable, a star at the end alone
_NO_FIELDS: Mapping[str, Formula] = MappingProxyType({})
_HOLDS_ANYTHING: Mapping[str, str] = MappingProxyType({})
_JSON_TYPE = "(?:string|number|boolean|object|array)"
_HELD = re.compile(rf"{_JSON_TYPE}(?:\|{_JSON_TYPE})*\??(?:: [^,]+(?:, [^,]+)*)?")
# What of a record only the record step needs.
_NOT_AT_THE_DOOR = ("fact", "version", "version_is", "deleted", "posted", "fields", "lines")


class Lines(Declared):
    """How the lines of a record become the lines of its fact.

    Attributes:
        each: the expression that gives the array of lines.
        fields: field of the line to its expression; the line stands in `line` there, beside everything of the event.
    """

    each: str
    fields: Mapping[str, Formula]


class Record(Declared):
    """One kind of record that a connection tells of, and how it becomes a fact.

    Attributes:
        name: the ledger's entity, by which a flow carries it.
        key: path (or paths, joined by `/`) to the record's id, in an event's JSON: names joined by dots, which is the part
            of JMESPath that needs no library. It must be the same in every event about the record.
        types: the types of event that tell of it, each exact or with `*` at its end; none: every event does.
        fact: the canonical fact it becomes.
        version: expression of the record's own version, which must grow with every change of it.
        version_is: what that is: a `moment` (ISO 8601 with a zone) or a whole `number`.
        deleted: expression that is true in an event after which the record is gone; empty: none is.
        posted: expression that is true while the record counts; empty: it always does.
        fields: field of the fact to its expression.
        lines: the lines of the fact, for a family that has them.
    """

    name: str
    key: str | Sequence[str]
    types: Sequence[str] = ()
    fact: str = ""
    version: str = ""
    version_is: Literal["moment", "number"] = "moment"
    deleted: str = ""
    posted: str = ""
    fields: Mapping[str, Formula] = _NO_FIELDS
    lines: Lines | None = None

    def __post_init__(self) -> None:
        """Read lines that came as JSON, and refuse what no event could ever match.

        Raises:
            ValueError: naming the option.
        """
        if isinstance(self.lines, Mapping):
            object.__setattr__(self, "lines", Lines(**self.lines))
        if _ENTITY.fullmatch(self.name) is None or self.name == OTHER_ENTITY:
            raise ValueError(
                f"the record {self.name!r} is not lower-case words joined by underscores, or is {OTHER_ENTITY!r}"
            )
        if not self.key_paths():
            raise ValueError(f"the key of {self.name} has no path")
        for path in self.key_paths():
            check_path(path, f"the key of {self.name}")
        for text in self.types:
            if _TYPE.fullmatch(text) is None:
                raise ValueError(f"the type {text!r} of {self.name} is no printable text with `*` at its end at most")

    def key_paths(self) -> tuple[str, ...]:
        """The paths whose values make the record's id."""
        return (self.key,) if isinstance(self.key, str) else tuple(self.key)

    def is_told_by(self, event_type: str) -> bool:
        """Whether an event of that type tells of this kind of record."""
        return not self.types or any(
            event_type.startswith(each[:-1]) if each.endswith("*") else event_type == each for each in self.types
        )


class Options(Declared):
    """The options of one generic connection.

    Attributes:
        proof: how a sender proves itself. `v1` and `v1a`: the signatures of Standard Webhooks. `bearer`: the secret after
            `Authorization: Bearer`. `key_header`: the secret in the header of that name. The last two prove nothing of the
            body, and whoever sees one delivery can make others: for senders that cannot sign. `bus`: nobody posts, and what
            is on the connection's bus needs no proof.
        format: `json`, one event or an array of them, or `cloudevents` 1.0.
        key_header: the header that holds the secret, in lower case, where that is the proof.
        max_skew_seconds: how far a signature's time may lie before or after our clock; an hour at most, since whoever sees a
            delivery can repeat it for as long.
        modes: the modes of CloudEvents that are taken; `batched` only where it was agreed with the sender.
        allowed_origins: who may be told that CloudEvents are welcome here, by what it sends as `WebHook-Request-Origin`.
        requests_per_minute: the rate it is then allowed; 0: what the route lets through.
        event_type: path to an event's type in plain JSON; an event without one has the type of no record.
        occurred_at: path to the moment of an event in plain JSON; empty: it says none.
        records: what the events tell of; the first that an event's type fits is it.
        holds: what stands at which path of an event (of lists in each item), to be told where it drifts: types of JSON joined by
            `|`, with `?` where it may be null or left out, and behind a colon the only words there are; `*` as a name: others, too.
            An object of which it names something has nothing else. None: nothing is compared.
    """

    proof: Proof
    format: Literal["json", "cloudevents"] = "json"
    key_header: str = ""
    max_skew_seconds: int = 300
    modes: Sequence[Mode] = ("binary", "structured")
    allowed_origins: Sequence[str] = ()
    requests_per_minute: int = 0
    event_type: str = "type"
    occurred_at: str = ""
    records: Sequence[Record] = ()
    holds: Mapping[str, str] = _HOLDS_ANYTHING

    def __post_init__(self) -> None:
        """Read records that came as JSON, and refuse what would let anybody in or nobody: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        records = tuple(Record(**each) if isinstance(each, Mapping) else each for each in self.records)
        object.__setattr__(self, "records", records)
        check_max_skew(self.max_skew_seconds)
        check_path(self.event_type, "event_type")
        if self.occurred_at:
            check_path(self.occurred_at, "occurred_at")
        for path, held in self.holds.items():
            check_path(path.removesuffix(".*"), f"the path {path} of holds")
            if _HELD.fullmatch(held) is None:
                raise ValueError(f"{held!r}, which holds has at {path}, names no types")
        self._check_proof()
        self._check_events()
        names = [each.name for each in records]
        if not names or len(names) != len(set(names)):
            raise ValueError("records names none, or one twice")

    def _check_proof(self) -> None:
        usable = _HEADER.fullmatch(self.key_header) and not self.key_header.startswith(_GATEWAYS_OWN)
        if self.proof == "key_header" and not usable:
            raise ValueError("key_header is no lower-case header that starts with `x-` and is the sender's own")
        if self.proof != "key_header" and self.key_header:
            raise ValueError("key_header is named, but another proof is asked for")

    def _check_events(self) -> None:
        if not self.modes or len(set(self.modes)) != len(self.modes):
            raise ValueError("modes names none, or one twice")
        # A signature of Standard Webhooks covers the body alone: whoever sees such a delivery could send it again as a deletion.
        if self.format == "cloudevents" and self.proof in SIGNED and "binary" in self.modes:
            raise ValueError(f"modes allows binary, whose event stands in headers that {self.proof} does not sign")
        if self.format != "cloudevents" and (self.allowed_origins or self.requests_per_minute):
            raise ValueError("allowed_origins and requests_per_minute belong to the handshake of cloudevents")
        check_consent(self.allowed_origins, self.requests_per_minute)

    def record_of(self, event_type: str) -> Record | None:
        """The kind of record that events of a type tell of; None where no record of the connection is told by them."""
        return next((each for each in self.records if each.is_told_by(event_type)), None)


def options_of(declared: Mapping[str, Any]) -> Options:
    """The options a landscape declares, which were checked at synth."""
    return Options(**declared)


def at_the_door(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a connection without what its door never asks: a mapping would fill the environment of a function."""
    records = [
        {name: value for name, value in record.items() if name not in _NOT_AT_THE_DOOR}
        for record in options.get("records", ())
    ]
    holds = options.get("holds", {})
    # The door asks whether anything is declared, and which fields have words.
    asked = {path: held for path, held in holds.items() if ":" in held} or dict(list(holds.items())[:1])
    return {**options, "records": records} | ({"holds": asked} if holds else {})


def needs_libraries(options: Mapping[str, Any]) -> bool:
    """Whether the door of such a connection needs the dependencies layer: only Ed25519 is not in the standard library."""
    return options.get("proof") == "v1a"


def check_path(path: str, name: str) -> None:
    """Refuse what is no path.

    Raises:
        ValueError: naming the option.
    """
    if _PATH.fullmatch(path) is None:
        raise ValueError(f"{name}: {path!r} is no path of names joined by dots")


def steps_of(path: str) -> list[str]:
    """The names a path goes through."""
    return [step.strip('"') for step in re.findall(_STEP, path)]
