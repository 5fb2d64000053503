"""Turns rows into entities as OData V2 writes them in JSON: `__metadata`, deferred links, links expanded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from sandbox.systems.sap_s4hana.filters import ODataError
from sandbox.systems.sap_s4hana.selecting import Selecting, property_of
from sandbox.systems.sap_s4hana.services import EntitySet
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.values import etag_of, shown, with_zeros

Shown = dict[str, Any]


class Showing:
    """Writes entities for one answer.

    Args:
        settings: the tenant's.
        selecting: finds what links lead to.
        base_url: where all services are, without a slash at the end.
        options: `$select` and `$expand` of the query.
    """

    def __init__(
        self, settings: TenantSettings, selecting: Selecting, base_url: str, options: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._selecting = selecting
        self._base_url = base_url
        self._expand = _names(options.get("$expand", ""))
        self._select = _names(options.get("$select", ""))

    def check(self, entity_set: EntitySet) -> None:
        """Whether everything selected and expanded is there, even where there is no row.

        Raises:
            ODataError: if it is not.
        """
        for name in self._expand:
            if name not in entity_set.links:
                raise ODataError(f"Navigation property '{name}' is invalid", "/IWBEP/CM_MGW_RT/021")
        for name in self._select:
            first = name.split("/")[0]
            if first != "*" and first not in entity_set.links:
                property_of(entity_set, first)

    def entities(self, entity_set: EntitySet, rows: Iterable[Row]) -> list[Shown]:
        """The entities that rows are."""
        return [self.entity(entity_set, row) for row in rows]

    def entity(self, entity_set: EntitySet, row: Row) -> Shown:
        """The entity that a row is, with what is selected and expanded."""
        body = self._head(entity_set, row)
        wanted = {each.split("/")[0] for each in self._select} - {"*"}
        everything = not wanted or "*" in self._select
        for described in entity_set.properties.values():
            if everything or described.name in wanted:
                body[described.name] = self._value(entity_set, described.name, row)
        for link in entity_set.links:
            if everything or link in wanted:
                body[link] = self._expanded(entity_set, row, link) if link in self._expand else _deferred(body, link)
        return body

    def etag(self, entity_set: EntitySet, row: Row) -> str:
        """The entity's ETag; empty where the entity set has none."""
        name = entity_set.etag
        return etag_of(entity_set.properties[name], row[name]) if name else ""

    def _value(self, entity_set: EntitySet, name: str, row: Row) -> str | bool | None:
        return shown(entity_set.properties[name], row[name], leading_zeros=self._settings.leading_zeros)

    def _head(self, entity_set: EntitySet, row: Row) -> Shown:
        address = f"{self._base_url}/{entity_set.service}/{entity_set.name}({self._key(entity_set, row)})"
        head = {"id": address, "uri": address, "type": entity_set.type_name}
        etag = self.etag(entity_set, row)
        return {"__metadata": head | ({"etag": etag} if etag else {})}

    def _key(self, entity_set: EntitySet, row: Row) -> str:
        texts = {name: quote(str(self._value(entity_set, name, row)), safe="") for name in entity_set.key}
        if len(texts) == 1:
            return f"'{next(iter(texts.values()))}'"
        return ",".join(f"{name}='{text}'" for name, text in texts.items())

    def _expanded(self, entity_set: EntitySet, row: Row, link: str) -> Any:  # noqa: ANN401 JSON
        target, within, many = self._selecting.linked(entity_set, row, link)
        nested = [each.removeprefix(f"{link}/") for each in self._select if each.startswith(f"{link}/")]
        inner = Showing(self._settings, self._selecting, self._base_url, {"$select": ",".join(nested)})
        inner.check(target)
        if many:
            return {"results": inner.entities(target, self._selecting.all_within(target, within))}
        found = self._selecting.one(target, within)
        return inner.entity(target, found) if found else None


def event_number(settings: TenantSettings, number: str) -> str:
    """A document's number as events carry it: as OData shows it."""
    return with_zeros(number) if settings.leading_zeros else number


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _deferred(body: Shown, link: str) -> Shown:
    return {"__deferred": {"uri": f"{body['__metadata']['uri']}/{link}"}}
