"""Webhook events as HubSpot words them, in both of its dialects."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.systems.hubspot.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPE_IDS = {"deal": "0-3", "company": "0-2", "product": "0-7", "line_item": "0-8"}
_FLAGS = {"creation": "CREATED", "deletion": "DELETED", "restore": "RESTORED"}
_DATE_PROPERTIES = {"closedate"}


class EventMaker:
    """Makes the events of one change: one for each subscription it touches, in no promised order."""

    def __init__(self, settings: Settings, chance: random.Random) -> None:
        self._settings = settings
        self._chance = chance

    def of_creation(self, deal_id: str, properties: Mapping[str, str | None], moment: datetime) -> list[dict[str, Any]]:
        """A new deal: its creation somewhere among the changes of its properties, all at one moment."""
        events = self.of_changes(
            deal_id, {name: value for name, value in properties.items() if value is not None}, moment
        )
        events += self.of_life("creation", deal_id, moment)
        self._chance.shuffle(events)
        return events

    def of_changes(self, deal_id: str, changed: Mapping[str, str | None], moment: datetime) -> list[dict[str, Any]]:
        """One event for each subscribed property, its value as text."""
        return [
            self._event("propertyChange", "deal", moment, objectId=int(deal_id), propertyName=name)
            | {"propertyValue": _wire_value(name, value), "isSensitive": False}
            for name, value in changed.items()
            if name in self._settings.properties
        ]

    def of_life(self, verb: str, deal_id: str, moment: datetime) -> list[dict[str, Any]]:
        """A creation, deletion or restore."""
        return [self._event(verb, "deal", moment, objectId=int(deal_id), changeFlag=_FLAGS[verb])]

    def of_merge(
        self, new_id: str, primary_id: str, merged_ids: list[str], moment: datetime, *, kind: str = "deal"
    ) -> list[dict[str, Any]]:
        """Two records have become a new one, where such events are wanted."""
        if kind != "deal" and not self._settings.company_events:
            return []
        ids = {
            "primaryObjectId": int(primary_id),
            "mergedObjectIds": [int(each) for each in merged_ids],
            "newObjectId": int(new_id),
        }
        return [self._event("merge", kind, moment, objectId=int(new_id), **ids, numberOfPropertiesMoved=1)]

    def of_association(
        self, deal_id: str, company_id: str, moment: datetime, *, primary: bool, removed: bool
    ) -> list[dict[str, Any]]:
        """A link between deal and company: the primary one also makes or breaks the plain one, and so is told twice."""
        deal, company = int(deal_id), int(company_id)
        events = [
            self._event(
                "associationChange",
                "deal",
                moment,
                associationType="DEAL_TO_COMPANY",
                fromObjectId=deal,
                toObjectId=company,
            )
            | {"associationRemoved": removed, "isPrimaryAssociation": each}
            for each in ([True, False] if primary else [False])
        ]
        if self._settings.company_events:
            events.append(
                self._event(
                    "associationChange",
                    "company",
                    moment,
                    associationType="COMPANY_TO_DEAL",
                    fromObjectId=company,
                    toObjectId=deal,
                )
                | {"associationRemoved": removed, "isPrimaryAssociation": primary}
            )
        return events

    def of_line_item(
        self, verb: str, item_id: str, changed: Mapping[str, str | None], moment: datetime
    ) -> list[dict[str, Any]]:
        """What happens to a line item, which names no deal; nothing where such events are not wanted."""
        if not self._settings.line_item_properties:
            return []
        events = [
            self._event("propertyChange", "line_item", moment, objectId=int(item_id), propertyName=name)
            | {"propertyValue": value or "", "isSensitive": False}
            for name, value in changed.items()
            if name in self._settings.line_item_properties
        ]
        if verb:
            events.append(self._event(verb, "line_item", moment, objectId=int(item_id), changeFlag=_FLAGS[verb]))
        self._chance.shuffle(events)
        return events

    def of_deal_line(self, deal_id: str, item_id: str, moment: datetime, *, removed: bool) -> list[dict[str, Any]]:
        """A link between deal and line item, told from the deal's side."""
        ids = {"fromObjectId": int(deal_id), "toObjectId": int(item_id), "associationRemoved": removed}
        kind = {"associationType": "DEAL_TO_LINE_ITEM", "isPrimaryAssociation": False}
        return [self._event("associationChange", "deal", moment, **ids, **kind)]

    def of_master(self, verb: str, kind: str, record_id: str, moment: datetime) -> list[dict[str, Any]]:
        """A creation, deletion or restore of a company or product, where such events are wanted."""
        if not self._settings.company_events:
            return []
        return [self._event(verb, kind, moment, objectId=int(record_id), changeFlag=_FLAGS[verb])]

    def of_master_changes(
        self, kind: str, record_id: str, changed: Mapping[str, str | None], moment: datetime
    ) -> list[dict[str, Any]]:
        """Changes of a company or product; who stands above a company is told as an association, and by no property."""
        if not self._settings.company_events:
            return []
        events = [
            self._event("propertyChange", kind, moment, objectId=int(record_id), propertyName=name)
            | {"propertyValue": value or "", "isSensitive": False}
            for name, value in changed.items()
            if name != "hs_parent_company_id"
        ]
        parent = changed.get("hs_parent_company_id")
        if parent is not None:
            ids = {"fromObjectId": int(record_id), "toObjectId": int(parent), "associationRemoved": False}
            named = {"associationType": "CHILD_TO_PARENT_COMPANY", "isPrimaryAssociation": False}
            events.append(self._event("associationChange", kind, moment, **ids, **named))
        return events

    def _event(self, verb: str, kind: str, moment: datetime, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
        generic = self._settings.dialect == "object"
        name = f"{'object' if generic else kind}.{verb}"
        return {
            "eventId": self._chance.randrange(1, 2**32),
            "subscriptionId": 500 + sum(map(ord, name + str(fields.get("propertyName", "")))),
            "portalId": self._settings.portal_id,
            "appId": self._settings.app_id,
            "occurredAt": (moment - _EPOCH) // timedelta(milliseconds=1),
            "subscriptionType": name,
            "attemptNumber": 0,
            **({"objectTypeId": _TYPE_IDS[kind]} if generic else {}),
            **fields,
            "changeSource": "CRM_UI",
            "sourceId": "userId:41",
        }


def _wire_value(name: str, value: str | None) -> str:
    """A property's value as an event carries it: dates in milliseconds, and an empty text for a cleared one."""
    if value is None or name not in _DATE_PROPERTIES:
        return value or ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return str((moment - _EPOCH) // timedelta(milliseconds=1))
