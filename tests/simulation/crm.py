"""A CRM in memory: its deals change by chance, and it answers the calls of HubSpot's API from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tieout.errors import ThrottledError
from tieout.periods import moment_text
from tieout.systems.hubspot.client import BatchAnswer, Failure
from tieout.systems.hubspot.translate import CompanyLink

Event = dict[str, Any]

STAGES = ("default/new", "default/talks", "default/won", "default/lost", "renewals/open", "renewals/won")
COMPANIES = ("71", "72", "73", "9001")
CURRENCIES = ("EUR", "USD", "JPY", "KWD")
_AMOUNTS = (
    "2000",
    "1500.00",
    "200000.00000000001110",
    "0.125",
    "10.005",
    "10.01",
    "33.33",
    "-250.5",
    "1.25E4",
    "0",
    "",
    "77.7777",
)
_PROBABILITIES = (
    "0.2",
    "0.200000000000000011102230246251565404236316680908203125",
    "1",
    "0",
    "0.333333",
    "0.5",
    "0.5",
    None,
)
_CLOSE_DATES = (
    *("2026-03-31T23:30:00Z", "2026-04-01T00:00:00Z", "2026-03-15T12:00:00.000Z", "2026-04-30", "1777593600000"),
    *("2026-05-31T21:59:59.999Z", None),
)


@dataclass(slots=True)
class Deal:
    """A deal as HubSpot keeps it; `merged_into` names the deal a merge made of it."""

    deal_id: str
    properties: dict[str, str | None]
    companies: dict[str, frozenset[int]] = field(default_factory=dict)
    is_archived: bool = False
    is_purged: bool = False
    was_readable: bool = True
    merged_into: str | None = None

    @property
    def is_spoilt(self) -> bool:
        """Whether its amount cannot be read."""
        return self.properties["amount"] == "garbage"


class Crm:
    """One account. Every change returns the events HubSpot would send of it.

    Args:
        tell_again: called with a deal's id when a reader was served an older version: HubSpot sends something later anyway.
    """

    def __init__(self, random: Random, schedule: Schedule, weather: Weather, tell_again: Callable[[str], None]) -> None:
        self._random, self._schedule, self._weather, self._tell_again = random, schedule, weather, tell_again
        self.deals: dict[str, Deal] = {}
        self._before: dict[str, Mapping[str, Any]] = {}  # what a lagging replica still shows
        self.is_hot = False  # then one deal's amount changes all the time, and nothing else does
        self.is_crowded = False  # then all deals are born into the same cells
        self._next_id = 100
        self._next_event = 1

    def change_something(self) -> list[Event]:
        """One change by chance, and its events."""
        live = [deal for deal in self.deals.values() if not (deal.is_archived or deal.is_purged or deal.merged_into)]
        archived = [deal for deal in self.deals.values() if deal.is_archived]
        if self.is_hot and live:
            return self._edit(live[-1])
        if len(live) < 2 or self._random.random() < 0.2:
            return self._create()
        deal = self._random.choice(live)
        change = self._random.choices(
            (self._edit, self._move, self._archive, self._purge, self._merge, self._spoil), (50, 20, 7, 2, 8, 5)
        )[0]
        if archived and self._random.random() < 0.3:
            change, deal = self._restore, self._random.choice(archived)
        if deal.is_spoilt:
            change = self._mend
        return change(deal)

    def create(self, company: str, **properties: str) -> Deal:
        """A deal with these properties, and nothing left to chance."""
        self._create()
        deal = self.deals[str(self._next_id)]
        deal.properties |= properties
        deal.companies = {company: frozenset({5})}
        return deal

    def mend_all(self, *, newborn: bool) -> list[Event]:
        """Make spoilt deals readable, as somebody does sooner or later; perhaps not those that never were."""
        return [
            event
            for deal in self.deals.values()
            if deal.is_spoilt and (deal.was_readable or newborn)
            for event in self._mend(deal)
        ]

    def event(self, kind: str, deal_id: str, **more: object) -> Event:
        """An event in one of HubSpot's two dialects."""
        self._next_event += 1
        generic = kind != "associationChange" and self._random.random() < 0.3
        head: Event = {
            "eventId": self._next_event,
            "portalId": 1160452,
            "occurredAt": int(self._schedule.now().timestamp() * 1000),
            "subscriptionType": f"{'object' if generic else 'deal'}.{kind}",
            "attemptNumber": 0,
            "changeSource": "CRM_UI",
        }
        if kind != "associationChange":
            head["objectId"] = int(deal_id)
        if generic:
            head["objectTypeId"] = "0-3"
        return head | more

    def _create(self, deal_id: str | None = None) -> list[Event]:
        if deal_id is None:
            self._next_id += 1
            deal_id = str(self._next_id)
        stage = self._random.choice(STAGES)
        deal = Deal(
            deal_id,
            {
                "amount": self._random.choice(_AMOUNTS),
                "closedate": self._random.choice(_CLOSE_DATES),
                "deal_currency_code": self._random.choice(CURRENCIES),
                "dealname": f"Deal {deal_id}",
                "pipeline": stage.split("/")[0],
                "dealstage": stage.split("/")[1],
                "hs_deal_stage_probability": self._random.choice(_PROBABILITIES),
                "hs_merged_object_ids": None,
                "hubspot_owner_id": "9",
            },
        )
        self.deals[deal_id] = deal
        self._associate(deal)
        if self.is_crowded:
            deal.properties |= {"closedate": "2026-04-30", "deal_currency_code": "EUR", "dealstage": "new"}
            deal.properties["pipeline"] = "default"
            deal.companies = {}
        if self._random.random() < 0.04:
            deal.properties["amount"] = "garbage"
            deal.was_readable = False
        self._touch(deal)
        return [self.event("creation", deal_id, changeFlag="CREATED")]

    def _edit(self, deal: Deal) -> list[Event]:
        self._remember(deal)
        values: dict[str, Sequence[str | None]] = {
            "amount": _AMOUNTS,
            "closedate": _CLOSE_DATES,
            "deal_currency_code": CURRENCIES,
            "hs_deal_stage_probability": _PROBABILITIES,
        }
        name = "amount" if self.is_hot else self._random.choice((*values, "dealstage"))
        if name == "dealstage":
            deal.properties["pipeline"], deal.properties["dealstage"] = self._random.choice(STAGES).split("/")
        else:
            deal.properties[name] = self._random.choice(values[name])
        self._touch(deal)
        return [self.event("propertyChange", deal.deal_id, propertyName=name, propertyValue=deal.properties[name])]

    def _move(self, deal: Deal) -> list[Event]:
        """Another customer: HubSpot need not touch the deal's own stamp."""
        self._remember(deal)
        self._associate(deal)
        if self._random.random() < 0.5:
            self._touch(deal)
        company = next(iter(deal.companies), COMPANIES[0])
        more = {"associationType": "DEAL_TO_COMPANY", "fromObjectId": int(deal.deal_id), "toObjectId": int(company)}
        return [self.event("associationChange", deal.deal_id, associationRemoved=False, **more)]

    def _archive(self, deal: Deal) -> list[Event]:
        self._remember(deal)
        deal.is_archived = True
        return [self.event("deletion", deal.deal_id, changeFlag="DELETED")]

    def _restore(self, deal: Deal) -> list[Event]:
        self._remember(deal)
        deal.is_archived = False
        return [self.event("restore", deal.deal_id)]

    def _purge(self, deal: Deal) -> list[Event]:
        self._remember(deal)
        deal.is_purged = True
        return [self.event("deletion", deal.deal_id, changeFlag="DELETED")]

    def _merge(self, deal: Deal) -> list[Event]:
        """A merge makes a new deal of two; the old ones lead to it."""
        others = [
            each
            for each in self.deals.values()
            if each is not deal and not (each.is_archived or each.is_purged or each.merged_into or each.is_spoilt)
        ]
        if not others:
            return self._edit(deal)
        other = self._random.choice(others)
        self._create()
        new = self.deals[str(self._next_id)]
        new.properties["amount"], new.was_readable = deal.properties["amount"], True
        for old in (deal, other):
            self._remember(old)
            old.merged_into = new.deal_id
        old_ids = [deal.deal_id, other.deal_id]
        new.properties["hs_merged_object_ids"] = ";".join(old_ids)
        more: Event = {"primaryObjectId": int(old_ids[0]), "mergedObjectIds": [int(old_ids[1])]}
        if self._random.random() < 0.6:  # else only the old deals tell of the new one
            more["newObjectId"] = int(new.deal_id)
        return [self.event("merge", deal.deal_id, numberOfPropertiesMoved=3, **more)]

    def _spoil(self, deal: Deal) -> list[Event]:
        self._remember(deal)
        deal.properties["amount"] = "garbage"
        self._touch(deal)
        return [self.event("propertyChange", deal.deal_id, propertyName="amount", propertyValue="garbage")]

    def _mend(self, deal: Deal) -> list[Event]:
        self._remember(deal)
        deal.properties["amount"] = "4711.10"
        deal.was_readable = True
        self._touch(deal)
        return [self.event("propertyChange", deal.deal_id, propertyName="amount", propertyValue="4711.10")]

    def _associate(self, deal: Deal) -> None:
        wanted = self._random.sample(COMPANIES, self._random.choice((0, 1, 1, 2)))
        deal.companies = {each: frozenset({341} | ({5} if place == 0 else set())) for place, each in enumerate(wanted)}

    def _touch(self, deal: Deal) -> None:
        deal.properties["hs_lastmodifieddate"] = moment_text(self._schedule.now())

    def _remember(self, deal: Deal) -> None:
        if not (deal.is_archived or deal.is_purged or deal.merged_into):
            self._before[deal.deal_id] = _shown(deal)

    # The calls of `tieout.systems.hubspot.client.HubSpotClient`.

    def read_deals(self, ids: Sequence[str], *, archived: bool, **_properties: object) -> BatchAnswer:
        """What `batch/read` finds, with every property there is."""
        self._weather.io("before hubspot.read")
        found: list[Mapping[str, Any]] = []
        failures: dict[str, Failure] = {}
        for each in ids:
            deal = self.deals.get(each)
            if deal is None:
                continue
            if not archived and each in self._before and self._weather.chance("stale_replica"):
                found.append(self._before[each])
                self._tell_again(each)
            elif self._weather.chance("record_read_failed"):
                failures[each] = ThrottledError("one of the batch", retry_after_seconds=10)
            elif not (deal.is_purged or deal.merged_into) and deal.is_archived == archived:
                found.append(_shown(deal))
        self._weather.io("after hubspot.read")
        return BatchAnswer(tuple(found), failures, None)

    def read_deal(self, deal_id: str) -> Mapping[str, Any] | None:
        """One live deal, or the one it was merged into."""
        self._weather.io("before hubspot.read")
        deal = self.deals.get(deal_id)
        while deal is not None and deal.merged_into is not None:
            deal = self.deals.get(deal.merged_into)
        self._weather.io("after hubspot.read")
        return None if deal is None or deal.is_archived or deal.is_purged else _shown(deal)

    def read_companies(self, deal_ids: Sequence[str]) -> tuple[dict[str, list[CompanyLink]], Mapping[str, Failure]]:
        """The companies of deals."""
        self._weather.io("before hubspot.read")
        found = {
            each: [CompanyLink(company, types) for company, types in self.deals[each].companies.items()]
            for each in deal_ids
        }
        self._weather.io("after hubspot.read")
        return found, {}


def _shown(deal: Deal) -> Mapping[str, Any]:
    return {"id": deal.deal_id, "properties": dict(deal.properties)}
