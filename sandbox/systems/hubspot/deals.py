"""The deals of a simulated account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.systems.hubspot.line_items import iso
from sandbox.systems.hubspot.pipelines import calculated

PRIMARY = 5  # the vendor's own association type of a deal and its primary company


@dataclass(kw_only=True)
class Deal:
    """One deal as the account stores it."""

    deal_id: str
    properties: dict[str, str | None]
    created_at: datetime
    modified_at: datetime
    archived_at: datetime | None = None
    merged_into: str | None = None
    merged_ids: tuple[str, ...] = ()
    companies: dict[str, set[int]] = field(default_factory=dict)  # company id to association types
    line_items: tuple[str, ...] = ()

    @property
    def record_id(self) -> str:
        """Its id, as every record has one."""
        return self.deal_id

    def all_properties(self) -> dict[str, str | None]:
        """What is stored and what HubSpot works out."""
        return {
            **self.properties,
            **calculated(self.properties),
            "createdate": iso(self.created_at),
            "hs_lastmodifieddate": iso(self.modified_at),
            "hs_object_id": self.deal_id,
            "hs_merged_object_ids": ";".join(self.merged_ids) or None,
        }
