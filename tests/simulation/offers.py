"""The line items of a CRM in memory: they change by chance, and HubSpot's API is answered from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.simulation.crm_values import AMOUNTS, FREQUENCIES, PAYMENTS, PRODUCTS, TERMS
from tests.simulation.weather import Weather
from tieout.errors import ThrottledError
from tieout.systems.hubspot.answers import BatchAnswer, Failure
from tieout.systems.hubspot.translate import Link

Event = dict[str, Any]


@dataclass(slots=True)
class Item:
    """A line item as HubSpot keeps it; `is_linked` while an association still shows it, archived or not."""

    item_id: str
    deal_id: str
    properties: dict[str, str | None]
    is_archived: bool = False
    is_linked: bool = True


class Offers:
    """What the deals of one account offer.

    Args:
        event: makes an event of HubSpot's about a record.
        tell_again: called with a deal's id when a reader was served an older line item.
    """

    def __init__(
        self, random: Random, weather: Weather, event: Callable[..., Event], tell_again: Callable[[str], None]
    ) -> None:
        self._random, self._weather, self._event, self._tell_again = random, weather, event, tell_again
        self.items: dict[str, Item] = {}
        self._before: dict[str, Mapping[str, str | None]] = {}

    def of(self, deal_id: str) -> list[Item]:
        """The line items a deal has."""
        return [each for each in self.items.values() if each.deal_id == deal_id and not each.is_archived]

    def fill(self, deal_id: str) -> None:
        """Give a new deal some line items, or none."""
        for _ in range(self._random.choice((0, 0, 1, 2, 4))):
            self._add(deal_id)

    def change(self, deal_id: str) -> list[Event]:
        """Add, edit or remove one; HubSpot tells of it at the deal or at the line item."""
        own = self.of(deal_id)
        if not own or self._random.random() < 0.4:
            return [self._linked(deal_id, self._add(deal_id), removed=False)]
        item = self._random.choice(own)
        if self._random.random() < 0.3:
            item.is_archived, item.is_linked = True, self._random.random() < 0.3
            return [self._linked(deal_id, item, removed=True)]
        self._before[item.item_id] = dict(item.properties)
        item.properties |= self._properties()
        return [self._event("propertyChange", item.item_id, "line_item", propertyName="amount", propertyValue="")]

    def move(self, old_ids: Sequence[str], new_id: str) -> None:
        """A merge takes the line items along."""
        for item in self.items.values():
            if item.deal_id in old_ids:
                item.deal_id = new_id

    def links(self, deal_id: str) -> list[Link]:
        """What HubSpot associates with a deal."""
        own = [each for each in self.items.values() if each.deal_id == deal_id and each.is_linked]
        return [Link(each.item_id, frozenset({19})) for each in self._random.sample(own, len(own))]

    def deal_of(self, item_id: str) -> list[Link]:
        """The deal a line item belongs to."""
        item = self.items.get(item_id)
        return [Link(item.deal_id, frozenset({20}))] if item is not None and not item.is_archived else []

    def read(self, ids: Sequence[str], *, archived: bool) -> BatchAnswer:
        """What `batch/read` finds of line items."""
        found: list[Mapping[str, Any]] = []
        failures: dict[str, Failure] = {}
        for each in ids:
            item = self.items[each]
            if item.is_archived != archived:
                continue
            if self._weather.chance("record_read_failed"):
                failures[each] = ThrottledError("one of the batch", retry_after_seconds=10)
            elif each in self._before and self._weather.chance("stale_replica"):
                found.append({"id": each, "properties": self._before[each]})
                self._tell_again(item.deal_id)
            else:
                found.append({"id": each, "properties": dict(item.properties)})
        return BatchAnswer(tuple(found), failures, None)

    def _add(self, deal_id: str) -> Item:
        item = Item(str(5001 + len(self.items)), deal_id, self._properties())
        self.items[item.item_id] = item
        return item

    def _properties(self) -> dict[str, str | None]:
        return {
            "amount": self._random.choice(PAYMENTS),
            "hs_tcv": self._random.choice((*AMOUNTS, None)),
            "hs_product_id": self._random.choice((*PRODUCTS[:2], None)),
            "hs_sku": self._random.choice((PRODUCTS[2], None)),
            "recurringbillingfrequency": self._random.choice(FREQUENCIES),
            "hs_recurring_billing_period": self._random.choice(TERMS),
            "hs_line_item_currency_code": self._random.choice((None, None, None, None, "EUR")),
        }

    def _linked(self, deal_id: str, item: Item, *, removed: bool) -> Event:
        more = {"associationType": "DEAL_TO_LINE_ITEM", "fromObjectId": int(deal_id), "toObjectId": int(item.item_id)}
        return self._event("associationChange", deal_id, associationRemoved=removed, **more)
