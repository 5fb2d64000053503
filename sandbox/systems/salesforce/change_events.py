"""Makes the change events of a transaction as Event Relay puts them on a bus: one for each change that records share.

https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sandbox.systems.faults import FaultPlan
from sandbox.systems.salesforce.changes import DELETE, UPDATE, Change, Transaction
from sandbox.systems.salesforce.schema import Field, Schema
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.salesforce.values import avro_value, event_value
from tieout.arriving.spool import BusEntry

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNTOLD = frozenset({"Id", "IsDeleted", "SystemModstamp"})  # which change events have no fields for
_SCHEMA_ID = "I8b-sandbox-schema-0001"
_FAULTS = frozenset({"gap_event", "overflow_event", "wildcard_event", "lose_event"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one event says beside what belongs to its transaction."""

    object: str
    change_type: str
    record_ids: Sequence[str]
    values: Mapping[str, Any]
    changed: Sequence[str] = ()
    nulled: Sequence[str] = ()


class ChangeEvents:
    """Makes events in the order of their transactions.

    Of the faults of `sandbox/systems/faults.py` it knows four, each for one event of the object that is its `path`:
    `gap_event` tells of the change as `GAP_...`, `overflow_event` as `GAP_OVERFLOW` without ids, `wildcard_event` with `006*`
    for an id, and `lose_event` not at all.
    """

    def __init__(self, settings: OrganizationSettings, schema: Schema, plan: FaultPlan, seed: int) -> None:
        self._settings = settings
        self._schema = schema
        self._plan = plan
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret

    def of(self, transaction: Transaction) -> list[BusEntry]:
        """The entries of a transaction; changes that read the same are one, with several `recordIds`."""
        alike: dict[str, list[Change]] = {}
        for change in transaction.changes:
            if change.object in self._settings.told_objects:
                key = json.dumps([change.object, change.operation, self._values(change)], default=str)
                alike.setdefault(key, []).append(change)
        told = [each for group in alike.values() if (each := self._told(group)) is not None]
        return self._entries(told, transaction)

    def stated(self, name: str, change_type: str, record_ids: Sequence[str], transaction: Transaction) -> BusEntry:
        """An event of any type that names some ids and no field, such as a gap."""
        told = _Told(object=name, change_type=change_type, record_ids=record_ids, values={})
        return self._entries([told], transaction)[0]

    def _told(self, group: Sequence[Change]) -> _Told | None:
        """The event of changes that read the same, or what is planted in its place."""
        first, ids = group[0], [each.record_id for each in group]
        change_type = first.operation.upper()
        fault = self._plan.take(_FAULTS, "EVENT", first.object)
        kind = fault.kind if fault else ""
        if kind == "lose_event":
            return None
        if kind == "gap_event":
            return _Told(object=first.object, change_type=f"GAP_{change_type}", record_ids=ids, values={})
        if kind == "overflow_event":
            return _Told(object=first.object, change_type="GAP_OVERFLOW", record_ids=(), values={})
        if kind == "wildcard_event":
            ids = [f"{first.record_id[:3]}*"]
        changed = [each for each in first.changed if each in self._fields(first.object)]
        nulled = [each for each in changed if first.after[each] is None]
        return _Told(
            object=first.object,
            change_type=change_type,
            record_ids=ids,
            values=self._values(first),
            changed=changed,
            nulled=nulled,
        )

    def _values(self, change: Change) -> dict[str, Any]:
        """The fields an event carries: what changed, or everything of a record that is new or back."""
        if change.operation == DELETE:
            return {}
        fields, avro = self._fields(change.object), self._settings.avro_form
        enriched = [name for name in fields if f"{change.object}.{name}" in self._settings.enriched_fields]
        shown = {*change.changed, *enriched} if change.operation == UPDATE else set(fields)
        write = avro_value if avro else event_value
        values = {name: write(field, change.after[name]) for name, field in fields.items() if name in shown}
        if avro:
            return dict.fromkeys(fields) | values
        return (
            values if change.operation == UPDATE else {name: each for name, each in values.items() if each is not None}
        )

    def _fields(self, name: str) -> dict[str, Field]:
        fields = self._schema.existing(name).fields
        return {each: fields[each] for each in fields if each not in _UNTOLD}

    def _entries(self, told: Sequence[_Told], transaction: Transaction) -> list[BusEntry]:
        milliseconds = (transaction.moment - _EPOCH) // timedelta(milliseconds=1)
        rest = {
            "commitNumber": milliseconds * 1_000_000 + 100_000 + transaction.number,  # 19 digits
            "commitUser": transaction.user_id,
            "changeOrigin": f"com/salesforce/api/soap/62.0;client={transaction.client or 'SfdcInternalAPI/'}",
            "transactionKey": str(UUID(int=self._chance.getrandbits(112))),
            "commitTimestamp": milliseconds,
        }
        return [self._entry(each, {**rest, "sequenceNumber": place}) for place, each in enumerate(told, 1)]

    def _entry(self, told: _Told, rest: Mapping[str, Any]) -> BusEntry:
        header: dict[str, Any] = {
            "entityName": told.object,
            "recordIds": list(told.record_ids),
            "changeType": told.change_type,
            **rest,
            "changedFields": list(told.changed),
        }
        if self._settings.avro_form:
            names = list(self._fields(told.object))
            header |= {"changedFields": _bitmap(told.changed, names), "nulledFields": _bitmap(told.nulled, names)}
            header["diffFields"] = []
        detail = {
            "schemaId": _SCHEMA_ID,
            "payload": {"ChangeEventHeader": header, **told.values},
            "id": str(UUID(int=self._chance.getrandbits(128))),
        }
        settings = self._settings
        return BusEntry(
            source=f"aws.partner/salesforce.com/{settings.organization_id}/{settings.channel_id}",
            detail_type=f"{told.object}ChangeEvent",
            detail=json.dumps(detail, separators=(",", ":")),
        )


def _bitmap(changed: Sequence[str], names: Sequence[str]) -> list[str]:
    """Fields as the Pub/Sub API names them: a bit for each, by its place among all."""
    bits = sum(1 << names.index(each) for each in changed)
    return [f"0x{bits:08X}"] if bits else []
