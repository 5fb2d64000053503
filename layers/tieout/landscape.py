"""The landscape: the declared connections, targets, planning model and flows of one stage.

These are plain dataclasses so that a cold function reads them without a validation library. At synth the same classes are
checked with pydantic (`infra/landscape.py`), compiled to JSON, and shipped inside the function that needs them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from tieout.arrivals import BusArrival, Census, Expected, Poll, arrivals_of_plain
from tieout.closing import Closing, closing_of_plain
from tieout.duties import People, people_of_plain
from tieout.fiscal import FiscalCalendar, LegalEntity, calendar_of_plain
from tieout.freshness import Freshness, freshness_of_plain
from tieout.governance import Approval, approval_of_plain
from tieout.maintenance import Maintenance, maintenance_of_plain
from tieout.member_sources import MemberSource
from tieout.ownership import Owner, owner_of_plain
from tieout.rate_types import Rates, RateType
from tieout.reconciliations import Reconciliation, reconciliation_of_plain
from tieout.retention import Retention

Option = str | int | bool | list[str] | list[dict[str, Any]] | dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One configured instance of a source system.

    Attributes:
        system: the folder under `systems/`.
        legal_entity: whose books or deals these are where a record does not say.
        time_zone: IANA name of the account's own zone; its dates are cut there.
        default_currency: ISO 4217, for sources that send none.
        api_base_url: where the source's API answers; may be empty where records are completed from the payload.
        public_url: the URL the source calls, exactly as configured there; empty: this stage's own API URL.
        arrivals: the ways its changes reach us: `webhook`, the source posts them; `bus`, they are events of another EventBridge
            bus; `poll`, it is asked what has changed; `objects`, it drops files below `incoming/<connection>/`.
        bus: that bus, where there is one.
        poll: how often it is asked, where it is.
        census: how what never arrived is found.
        expected: how long it may be silent; None: for ever.
        completion: where a record is taken from: `read`, from the source's API; `payload`, from what was delivered, which is kept
            and must state every record whole and with its version; `both`, from the source, its history from what was delivered.
        options: what only this system knows, checked by `systems/<system>/options.py`.
    """

    name: str
    system: str
    legal_entity: str
    time_zone: str
    default_currency: str
    api_base_url: str = ""
    public_url: str = ""
    arrivals: tuple[Literal["webhook", "bus", "poll", "objects"], ...] = ("webhook",)
    bus: BusArrival | None = None
    poll: Poll | None = None
    census: Census = field(default_factory=Census)
    expected: Expected | None = None
    completion: Literal["read", "payload", "both"] = "read"
    options: Mapping[str, Option] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        """Whether its source is asked for its records."""
        return self.completion != "payload"

    @property
    def keeps_payloads(self) -> bool:
        """Whether what is delivered is kept for its records."""
        return self.completion != "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readback:
    """How what planning holds is compared with the ledger, and how much of the target that may take.

    Attributes:
        every_hours: how often a cycle begins, which reads all cells once; 0: only when somebody asks.
        within_hours: how long a cycle may take before somebody is told.
        sample_percent: how many of a hundred cells just written are read back minutes later, at least one a write; 0: none.
        cells_per_minute: how many cells are read in a minute, on the average of a run.
        repair: what becomes of a cell that differs: it waits for a person, or is written again.
    """

    every_hours: int = 24
    within_hours: int = 12
    sample_percent: int = 1
    cells_per_minute: int = 300
    repair: Literal["by_hand", "automatic"] = "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One planning model that is written to.

    Attributes:
        system: the folder under `systems/`.
        feeds: the names of those it is given; None: every one. One that is down delays no other.
        options: what only this system knows, checked by `systems/<system>/options.py`.
        readback: how it is compared with the ledger.
        members: dimension to which members it shall have there, for those whose members are kept from here.
        maintenance: when it is not called, day after day; None: at no time.
    """

    name: str
    system: str
    api_base_url: str
    feeds: tuple[str, ...] | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    readback: Readback = field(default_factory=Readback)
    members: Mapping[str, MemberSource] = field(default_factory=dict)
    maintenance: Maintenance | None = None

    def is_given(self, feed: str) -> bool:
        """Whether it is given the cells of the feed of that name."""
        return self.feeds is None or feed in self.feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A business workflow with a queue of its own.

    Attributes:
        entities: the ledger's entities it carries (`opportunity`, `invoice`).
        max_concurrency: how many record functions may work for it at once, 2 to 1000; protects the source.
        freshness_minutes: how old the oldest waiting message may become before its owner is alarmed.
    """

    name: str
    entities: tuple[str, ...]
    owner: str
    max_concurrency: int
    freshness_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One amount of a fact, written in the transaction currency and in the reporting currency.

    Attributes:
        amount: which of the amounts that the fact's family declares (`amount` or `weighted` of an opportunity).
        transaction: the planning measure that holds it in the transaction currency.
        reporting: the planning measure that holds it in the reporting currency.
    """

    amount: str
    transaction: str
    reporting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """How one dimension of a cube gets its member from a fact.

    Attributes:
        name: the planning system's name of the dimension.
        attribute: one that the fact's family declares, or every line has (`legal_entity`, `period`, `currency`).
        table: the mapping table that turns the source's value into a member; empty: the value is the member.
        absent: the member for facts without the attribute; empty: such a fact is not planned here.
        constant: the member for every fact (then `attribute` is empty).
    """

    name: str
    attribute: str = ""
    table: str = ""
    absent: str = ""
    constant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Which facts feed which cube.

    Attributes:
        facts: canonical fact names.
        where: attribute to the values it may have; all must hold.
        sign: 1, or -1 to turn the ledger's credits into planning's positive revenue.
        rates: by which rates its amounts get into the reporting currency, where no source has them in it.
    """

    name: str
    facts: tuple[str, ...]
    cube: str
    sign: Literal[1, -1]
    rates: RateType
    where: Mapping[str, tuple[str, ...]]
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """Everything one stage declares.

    Attributes:
        unplanned: feeds that no target of the stage is given, each with the reason: so none is left out by mistake.
        legal_entities: those with a calendar of their own; any other goes by the calendar `default`, or by calendar months.
        closing: what becomes of changes that come after a period was closed.
        freshness: how soon changes are to be in planning.
        owners: whose facts are planned, where several connections know the same.
        reconciliations: which stages of a value have to tie out.
        approvals: which mapping tables change only by what somebody else approves.
        rates: what stands in for a rate that nobody has stored.
        people: who may take which role, and how what they do is kept.
    """

    stage: str
    reporting_currency: str
    connections: tuple[Connection, ...]
    targets: tuple[Target, ...]
    flows: tuple[Flow, ...]
    feeds: tuple[Feed, ...]
    unplanned: Mapping[str, str] = field(default_factory=dict)
    calendars: tuple[FiscalCalendar, ...] = ()
    legal_entities: tuple[LegalEntity, ...] = ()
    retention: Retention = field(default_factory=Retention)
    closing: Closing = field(default_factory=Closing)
    freshness: Freshness = field(default_factory=Freshness)
    owners: tuple[Owner, ...] = ()
    reconciliations: tuple[Reconciliation, ...] = ()
    approvals: tuple[Approval, ...] = ()
    rates: Rates = field(default_factory=Rates)
    people: People = field(default_factory=People)

    def connection(self, name: str) -> Connection:
        """The connection of that name; `KeyError` where there is none."""
        return {each.name: each for each in self.connections}[name]

    def target(self, name: str) -> Target:
        """The target of that name; `KeyError` where there is none."""
        return {each.name: each for each in self.targets}[name]

    def flows_by_entity(self) -> dict[str, str]:
        """Ledger entity to the name of the flow that carries it."""
        return {entity: flow.name for flow in self.flows for entity in flow.entities}

    def reporting_measures(self) -> frozenset[tuple[str, str]]:
        """The cells that are in the reporting currency, each by its cube and measure."""
        return frozenset((feed.cube, measure.reporting) for feed in self.feeds for measure in feed.measures)

    @classmethod
    def of_json(cls, text: bytes) -> Self:
        """The landscape in the file that is compiled into a function's asset."""
        return cls.of_plain(json.loads(text))

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The landscape as `infra/landscape.py` compiled it: already checked, so nothing is checked here."""
        return cls(
            stage=plain["stage"],
            reporting_currency=plain["reporting_currency"],
            connections=tuple(Connection(**{**each, **arrivals_of_plain(each)}) for each in plain["connections"]),
            targets=tuple(_target(each) for each in plain["targets"]),
            flows=tuple(Flow(**{**each, "entities": tuple(each["entities"])}) for each in plain["flows"]),
            feeds=tuple(_feed(each) for each in plain["feeds"]),
            unplanned=plain.get("unplanned", {}),
            calendars=tuple(calendar_of_plain(each) for each in plain.get("calendars", ())),
            legal_entities=tuple(LegalEntity(**each) for each in plain.get("legal_entities", ())),
            retention=Retention(**plain.get("retention", {})),
            closing=closing_of_plain(plain.get("closing", {})),
            freshness=freshness_of_plain(plain.get("freshness", {})),
            owners=tuple(owner_of_plain(each) for each in plain.get("owners", ())),
            reconciliations=tuple(reconciliation_of_plain(each) for each in plain.get("reconciliations", ())),
            approvals=tuple(approval_of_plain(each) for each in plain.get("approvals", ())),
            rates=Rates(**plain.get("rates", {})),
            people=people_of_plain(plain.get("people", {})),
        )


def _target(plain: Mapping[str, Any]) -> Target:
    declared = {
        "feeds": tuple(plain["feeds"]) if plain.get("feeds") is not None else None,
        "readback": Readback(**plain.get("readback", {})),
        "members": {name: MemberSource(**each) for name, each in plain.get("members", {}).items()},
        "maintenance": maintenance_of_plain(plain.get("maintenance")),
    }
    return Target(**{**plain, **declared})


def _feed(plain: Mapping[str, Any]) -> Feed:
    declared = {
        "facts": tuple(plain["facts"]),
        "where": {attribute: tuple(values) for attribute, values in plain["where"].items()},
        "measures": tuple(Measure(**each) for each in plain["measures"]),
        "dimensions": tuple(Dimension(**each) for each in plain["dimensions"]),
    }
    return Feed(**{**plain, **declared})
