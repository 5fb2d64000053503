"""Says how HubSpot's API has the records of each entity: under which name, and with which properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.translate import DEAL_PROPERTIES

DEAL, ACCOUNT, PRODUCT = "opportunity", "account", "product"
PLURALS: Mapping[str, str] = {DEAL: "deals", ACCOUNT: "companies", PRODUCT: "products"}
STAMPS = ("hs_lastmodifieddate", "hs_merged_object_ids")


class RecordKind(NamedTuple):
    """How the records of one entity are asked for.

    Attributes:
        plural: what addresses of the API call them.
        properties: what is read of one.
        name: the property with its name. A person may type anything into it, and a character that no queue carries must not
            cost a record all the others.
    """

    plural: str
    properties: tuple[str, ...]
    name: str

    @property
    def properties_without_name(self) -> tuple[str, ...]:
        """What is read of one whose name spoils the answer."""
        return tuple(each for each in self.properties if each != self.name)


def kinds_of(options: Options) -> Mapping[str, RecordKind]:
    """The kinds of records that are read, by entity."""
    companies = (*STAMPS, "country", "hs_parent_company_id", "name", *options.company_ids.values())
    products = (*STAMPS, "name", *options.product_ids.values())
    kinds = {
        DEAL: RecordKind(PLURALS[DEAL], DEAL_PROPERTIES, "dealname"),
        ACCOUNT: RecordKind(PLURALS[ACCOUNT], tuple(dict.fromkeys(companies)), "name"),
        PRODUCT: RecordKind(PLURALS[PRODUCT], tuple(dict.fromkeys(products)), "name"),
    }
    return {entity: kind for entity, kind in kinds.items() if entity in {DEAL, *options.master_data}}
