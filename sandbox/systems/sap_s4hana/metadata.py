"""Writes what a service says of itself: its metadata document, in EDMX, and its list of entity sets.

https://www.odata.org/documentation/odata-version-2-0/overview/ (`$metadata`), with the annotations that SAP Gateway adds.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from sandbox.systems.sap_s4hana.services import ALPHA, EntitySet, Link, Property, all_sets, sets_of

_EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
_METADATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
_EDM = "http://schemas.microsoft.com/ado/2008/09/edm"
_SAP = "http://www.sap.com/Protocols/SAPData"
_FACETS = {
    "amount": {"Precision": "24", "Scale": "3"},
    "value": {"Precision": "16", "Scale": "3"},
    "rate": {"Precision": "9", "Scale": "5"},
    "quantity": {"Precision": "23", "Scale": "3"},
    "date": {"Precision": "0", "sap:display-format": "Date"},
    "moment": {"Precision": "7"},
    "time": {"Precision": "0"},
}


def metadata_of(service: str) -> str:
    """The metadata document of a service that there is."""
    sets = sets_of(service)
    links = [(entity_set, link) for entity_set in sets for link in entity_set.links.values()]
    parts = [
        *(_entity_type(each) for each in sets),
        *(_association(*each) for each in links),
        f'<EntityContainer Name="{service}_Entities" m:IsDefaultEntityContainer="true" sap:supported-formats="atom json xlsx">',
        *(
            f'<EntitySet Name="{each.name}" EntityType="{each.type_name}" sap:creatable="false" sap:deletable="false"/>'
            for each in sets
        ),
        *(_association_set(*each) for each in links),
        "</EntityContainer>",
    ]
    schema = (
        f'<Schema Namespace="{service}" xml:lang="en" sap:schema-version="1" xmlns="{_EDM}">{"".join(parts)}</Schema>'
    )
    services = f'<edmx:DataServices m:DataServiceVersion="2.0">{schema}</edmx:DataServices>'
    spaces = f'xmlns:edmx="{_EDMX}" xmlns:m="{_METADATA}" xmlns:sap="{_SAP}"'
    return f'<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="1.0" {spaces}>{services}</edmx:Edmx>'


def list_of(service: str) -> dict[str, dict[str, list[str]]]:
    """The service document of a service that there is."""
    return {"d": {"EntitySets": [each.name for each in sets_of(service)]}}


def _entity_type(entity_set: EntitySet) -> str:
    key = "".join(f'<PropertyRef Name="{name}"/>' for name in entity_set.key)
    properties = "".join(_property(each, entity_set) for each in entity_set.properties.values())
    ways = "".join(
        f'<NavigationProperty Name="{link.name}" Relationship="{entity_set.service}.{_name(entity_set, link)}"'
        ' FromRole="From" ToRole="To"/>'
        for link in entity_set.links.values()
    )
    return f'<EntityType Name="{entity_set.name}Type" sap:content-version="1"><Key>{key}</Key>{properties}{ways}</EntityType>'


def _property(described: Property, entity_set: EntitySet) -> str:
    facets = dict(_FACETS.get(described.kind, {}))
    if described.kind in ALPHA or described.kind == "text":
        facets["MaxLength"] = str(described.length)
    if described.is_key:
        facets["Nullable"] = "false"
    if described.name == entity_set.etag:
        facets["ConcurrencyMode"] = "Fixed"
    if described.unit:
        facets["sap:unit"] = described.unit
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in facets.items())
    return f'<Property Name="{described.name}" Type="{described.edm_type}"{attributes}/>'


def _association(entity_set: EntitySet, link: Link) -> str:
    target = all_sets()[link.target]
    ends = ((entity_set, "From", "1" if link.many else "*"), (target, "To", "*" if link.many else "1"))
    written = "".join(
        f'<End Type="{each.type_name}" Multiplicity="{many}" Role="{role}"/>' for each, role, many in ends
    )
    return f'<Association Name="{_name(entity_set, link)}">{written}</Association>'


def _association_set(entity_set: EntitySet, link: Link) -> str:
    name = _name(entity_set, link)
    ends = "".join(
        f'<End EntitySet="{each}" Role="{role}"/>' for each, role in ((entity_set.name, "From"), (link.target, "To"))
    )
    return f'<AssociationSet Name="{name}_Set" Association="{entity_set.service}.{name}">{ends}</AssociationSet>'


def _name(entity_set: EntitySet, link: Link) -> str:
    return f"{entity_set.name}_{link.name}"
