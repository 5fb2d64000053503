"""Records of a simulated account as the CRM API answers them."""

from __future__ import annotations

from typing import Any

from sandbox.systems.hubspot.deals import Deal
from sandbox.systems.hubspot.line_items import LineItem, iso
from sandbox.systems.hubspot.masters import Master

DEFAULT_PROPERTIES = [
    "amount",
    "closedate",
    "createdate",
    "dealname",
    "dealstage",
    "hs_lastmodifieddate",
    "hs_object_id",
    "pipeline",
]
_ALWAYS = ("createdate", "hs_lastmodifieddate", "hs_object_id")


def plain_deal(deal: Deal, wanted: list[str]) -> dict[str, Any]:
    """A deal as the API answers it: every property asked for, null where it has no value."""
    return _plain(deal.deal_id, deal, wanted)


def plain_line_item(item: LineItem, wanted: list[str]) -> dict[str, Any]:
    """A line item as the API answers it."""
    return _plain(item.item_id, item, wanted)


def plain_record(record: Deal | Master, wanted: list[str]) -> dict[str, Any]:
    """A deal, a company or a product as the API answers it."""
    return _plain(record.record_id, record, wanted)


def _plain(record_id: str, record: Deal | LineItem | Master, wanted: list[str]) -> dict[str, Any]:
    values = record.all_properties()
    plain = {
        "id": record_id,
        "properties": {name: values.get(name) for name in dict.fromkeys([*_ALWAYS, *wanted])},
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.modified_at),
        "archived": record.archived_at is not None,
    }
    return plain if record.archived_at is None else plain | {"archivedAt": iso(record.archived_at)}
