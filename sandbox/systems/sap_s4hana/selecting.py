"""Makes SQL over the tenant's tables of the options of an OData query, and refuses what an entity set has not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.systems.sap_s4hana.filters import Comparison, Condition, ODataError, Token, parse_filter
from sandbox.systems.sap_s4hana.services import NUMBERS, EntitySet, Property, all_sets
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.store import Row, Store
from sandbox.systems.sap_s4hana.values import Stored, stored

_SIGNS = {"eq": "IS", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_PREFIXES = {"date": "datetime", "moment": "datetimeoffset", "time": "time"}
_OPTIONS = ("$filter", "$select", "$orderby", "$top", "$skip", "$skiptoken", "$expand", "$inlinecount", "$format")

Part = tuple[str, list[Stored]]  # a piece of SQL and the values of its parameters, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what a query finds.

    Attributes:
        total: how many there are without `$top`, `$skip` and pages.
        following: the place from which the next page goes on; None where there is none.
    """

    rows: list[Row]
    total: int
    following: int | None


class Selecting:
    """Answers a caller who gets what the settings let him have."""

    def __init__(self, settings: TenantSettings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def select(self, entity_set: EntitySet, options: Mapping[str, str], within: Mapping[str, Stored]) -> Found:
        """The page that the options ask for, of the rows with the values of `within`.

        Pages count places in what there is when they are read: what changes meanwhile moves rows from one to another.

        Raises:
            ODataError: for an option that is unknown or does not fit the entity set.
        """
        unknown = [name for name in options if name.startswith("$") and name not in _OPTIONS]
        if unknown:
            raise ODataError(f"System query option '{unknown[0]}' is not defined", "/IWFND/CM_MGW/509")
        where, values = self._where(entity_set, options.get("$filter", ""), within)
        order = ", ".join(_ordering(entity_set, options.get("$orderby", "")))
        statement = f'SELECT * FROM "{entity_set.name}" WHERE {where} ORDER BY {order}'  # noqa: S608 names of the services
        rows = self._store.select(statement, tuple(values))
        wanted = rows[_count(options, "$skip", 0) :][: _count(options, "$top", len(rows))]
        place = _count(options, "$skiptoken", 0)
        end = place + self._settings.page_size
        following = end if end < len(wanted) else None
        return Found(rows=wanted[place:end], total=len(rows), following=following)

    def one(self, entity_set: EntitySet, key: Mapping[str, Stored]) -> Row | None:
        """The first row with a key that the caller gets; None where there is none."""
        where, values = self._where(entity_set, "", key)
        statement = f'SELECT * FROM "{entity_set.name}" WHERE {where}'  # noqa: S608 names of the services
        return next(iter(self._store.select(statement, tuple(values))), None)

    def all_within(self, entity_set: EntitySet, within: Mapping[str, Stored]) -> list[Row]:
        """All rows with these values that the caller gets, in the order of their keys, in one page."""
        where, values = self._where(entity_set, "", within)
        order = ", ".join(_ordering(entity_set, ""))
        statement = f'SELECT * FROM "{entity_set.name}" WHERE {where} ORDER BY {order}'  # noqa: S608 names of the services
        return self._store.select(statement, tuple(values))

    def linked(self, entity_set: EntitySet, row: Row, link_name: str) -> tuple[EntitySet, dict[str, Stored], bool]:
        """Where a link of an entity leads, the values that are the same there, and whether to many.

        Raises:
            ODataError: if it has no such link.
        """
        link = entity_set.links.get(link_name)
        if link is None:
            raise ODataError(f"Resource not found for the segment '{link_name}'", "/IWBEP/CM_MGW_RT/021")
        return all_sets()[link.target], {name: row[name] for name in link.on}, link.many

    def _where(self, entity_set: EntitySet, text: str, within: Mapping[str, Stored]) -> Part:
        parts: list[Part] = [(f'"{name}" IS ?', [value]) for name, value in within.items()]
        if text:
            parts.append(_condition(entity_set, parse_filter(text)))
        if "CompanyCode" in entity_set.properties:
            parts += [('"CompanyCode" IS NOT ?', [each]) for each in self._settings.hidden_company_codes]
        if entity_set.name in self._settings.hidden_sets:
            parts.append(("0", []))
        return _joined(" AND ", parts or [("1", [])])


def property_of(entity_set: EntitySet, name: str) -> Property:
    """A property of an entity set.

    Raises:
        ODataError: if there is none of this name, which is case-sensitive.
    """
    found = entity_set.properties.get(name)
    if found is None:
        raise ODataError(f"Property {name} not found in type {entity_set.type_name}", "/IWBEP/CM_MGW_RT/021")
    return found


def literal_value(described: Property, literal: Token) -> Stored:
    """A literal as the property's values are stored.

    Raises:
        ODataError: if it is of another type.
    """
    flaw = ODataError(f"Invalid literal {literal.text} for {described.name}", "005056A509B11EE1B9A8FEC11C23378E")
    text = _literal_text(described, literal)
    if text is None:
        raise flaw
    try:
        return stored(described, text == "true" if described.kind == "boolean" else text)
    except ValueError as error:
        raise flaw from error


def _literal_text(described: Property, literal: Token) -> str | None:
    """What a literal says; None where it is of another type than the property."""
    if described.kind in _PREFIXES:
        prefix, _, quoted = literal.text.partition("'")
        is_of_kind = literal.kind == "prefixed" and prefix == _PREFIXES[described.kind]
        return (_plain_time(described.kind, quoted.removesuffix("'")) or None) if is_of_kind else None
    if described.kind in NUMBERS:
        return literal.text.rstrip("mMlLdDfF") if literal.kind == "number" else None
    if described.kind == "boolean":
        return literal.text if literal.says("true", "false") else None
    return literal.text[1:-1].replace("''", "'") if literal.kind == "text" else None


def _plain_time(kind: str, text: str) -> str:
    """What stands in the quotes in ISO 8601: a date without its midnight, a moment with its zone, `PT10H00M00S` as `10:00:00`."""
    if kind == "date":
        day, _, midnight = text.partition("T")
        return day if not midnight.strip("0:.") else ""
    if kind == "moment":
        return text if text.endswith("Z") or text[-6:-5] in {"+", "-"} else f"{text}Z"
    return text.removeprefix("PT").removesuffix("S").replace("H", ":").replace("M", ":")


def _condition(entity_set: EntitySet, condition: Condition) -> Part:
    if isinstance(condition, Comparison):
        return _comparison(entity_set, condition)
    parts = [_condition(entity_set, each) for each in condition.parts]
    if condition.word == "not":
        return f"NOT ({parts[0][0]})", parts[0][1]
    return _joined(f" {condition.word.upper()} ", parts)


def _comparison(entity_set: EntitySet, comparison: Comparison) -> Part:
    described = property_of(entity_set, comparison.name)
    sign = _SIGNS[comparison.operator]
    if comparison.literal.says("null"):
        return f'"{described.name}" {sign} NULL', []
    value = literal_value(described, comparison.literal)
    if described.kind in NUMBERS:
        return f'CAST("{described.name}" AS REAL) {sign} CAST(? AS REAL)', [value]
    return f'"{described.name}" {sign} ?', [value]


def _ordering(entity_set: EntitySet, text: str) -> list[str]:
    """What is asked for, and then the key, so that the order is whole."""
    found = []
    for each in filter(None, text.split(",")):
        name, _, direction = each.strip().partition(" ")
        if direction not in {"", "asc", "desc"}:
            raise ODataError(f"Invalid token '{direction}' detected in $orderby")
        described = property_of(entity_set, name)
        column = f'CAST("{name}" AS REAL)' if described.kind in NUMBERS else f'"{name}"'
        found.append(f"{column} {direction or 'asc'}")
    return [*found, *(f'"{name}"' for name in entity_set.row_key)]


def _count(options: Mapping[str, str], name: str, otherwise: int) -> int:
    text = options.get(name, "")
    if text and not (text.isascii() and text.isdecimal()):
        raise ODataError(f"Invalid value '{text}' for {name}")
    return int(text) if text else otherwise


def _joined(word: str, parts: list[Part]) -> Part:
    return f"({word.join(sql for sql, _ in parts)})", [value for _, values in parts for value in values]
