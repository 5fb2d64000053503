"""A CRM in memory, whose deals change by chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.simulation.crm_values import AMOUNTS, CLOSE_DATES, COMPANIES, CURRENCIES, PROBABILITIES, STAGES
from tests.simulation.offers import Event, Offers
from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tieout.moments import moment_text


@dataclass(slots=True)
class Deal:
    """A deal as HubSpot keeps it; `merged_into` names the deal a merge made of it."""

    deal_id: str
    properties: dict[str, str | None]
    companies: dict[str, frozenset[int]] = field(default_factory=dict)
    is_archived: bool = False
    archived_at: str = ""
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
        self._random, self._schedule, self.weather, self.tell_again = random, schedule, weather, tell_again
        self.deals: dict[str, Deal] = {}
        self.companies: dict[str, Mapping[str, str | None]] = {}  # id to properties; where nobody reads them, none
        self.offers = Offers(random, weather, self.event, tell_again)
        self.before: dict[str, Mapping[str, Any]] = {}  # what a lagging replica still shows
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
            (self._edit, self._move, self._archive, self._purge, self._merge, self._spoil, self._offer),
            (40, 20, 7, 2, 8, 5, 30),
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
        self.offers.items.clear()
        return deal

    def mend_all(self, *, newborn: bool) -> list[Event]:
        """Make spoilt deals readable, as somebody does sooner or later; perhaps not those that never were."""
        return [
            event
            for deal in self.deals.values()
            if deal.is_spoilt and (deal.was_readable or newborn)
            for event in self._mend(deal)
        ]

    def stamp(self, event: Event) -> None:
        """Give the deal an event tells of, or its line item belongs to, a stamp of now."""
        ids = [event.get(name) for name in ("objectId", "fromObjectId", "newObjectId", "primaryObjectId")]
        for each in (str(found) for found in ids if found is not None):
            item = self.offers.items.get(each)
            deal = self.deals.get(each) or (self.deals.get(item.deal_id) if item is not None else None)
            if deal is not None and not (deal.is_purged or deal.merged_into):
                self._touch(deal)

    def event(self, kind: str, record_id: str, of_what: str = "deal", /, **more: object) -> Event:
        """An event in one of HubSpot's two dialects."""
        self._next_event += 1
        generic = kind != "associationChange" and self._random.random() < 0.3
        head: Event = {
            "eventId": self._next_event,
            "subscriptionId": 571,
            "portalId": 1160452,
            "appId": 7,
            "occurredAt": int(self._schedule.now().timestamp() * 1000),
            "subscriptionType": f"{'object' if generic else of_what}.{kind}",
            "attemptNumber": 0,
            "changeSource": "CRM_UI",
        }
        if kind != "associationChange":
            head["objectId"] = int(record_id)
        if generic:
            head["objectTypeId"] = {"deal": "0-3", "company": "0-2", "line_item": "0-8"}[of_what]
        return head | more

    def _create(self, deal_id: str | None = None) -> list[Event]:
        if deal_id is None:
            self._next_id += 1
            deal_id = str(self._next_id)
        stage = self._random.choice(STAGES)
        deal = Deal(
            deal_id,
            {
                "amount": self._random.choice(AMOUNTS),
                "closedate": self._random.choice(CLOSE_DATES),
                "deal_currency_code": self._random.choice(CURRENCIES),
                "dealname": f"Deal {deal_id}",
                "pipeline": stage.split("/")[0],
                "dealstage": stage.split("/")[1],
                "hs_deal_stage_probability": self._random.choice(PROBABILITIES),
                "hs_merged_object_ids": None,
                "hubspot_owner_id": "9",
            },
        )
        self.deals[deal_id] = deal
        self._associate(deal)
        if self._random.random() < 0.5 and not self.is_crowded:
            self.offers.fill(deal_id)
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
            "amount": AMOUNTS,
            "closedate": CLOSE_DATES,
            "deal_currency_code": CURRENCIES,
            "hs_deal_stage_probability": PROBABILITIES,
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

    def _offer(self, deal: Deal) -> list[Event]:
        """Another offer: HubSpot need not touch the deal's own stamp."""
        if self._random.random() < 0.3:
            self._remember(deal)
            self._touch(deal)
        return self.offers.change(deal.deal_id)

    def _archive(self, deal: Deal) -> list[Event]:
        self._remember(deal)
        deal.is_archived, deal.archived_at = True, moment_text(self._schedule.now())
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
        self.offers.move(old_ids, new.deal_id)
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
            self.before[deal.deal_id] = shown(deal)


def shown(deal: Deal) -> Mapping[str, Any]:
    """A deal as HubSpot answers it, with every property there is."""
    return {"id": deal.deal_id, "archived": deal.is_archived, "properties": dict(deal.properties)}
