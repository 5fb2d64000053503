"""Reads cells back by the export API, to check that planning holds what the ledger says.

https://help.sap.com/doc/14cac91febef464dbb1efce20e3f1613/release/en-US/f7feb7c0792948e89cf89bcdb60db5d2.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tieout.delivering import CellValue
from tieout.errors import MalformedError
from tieout.money import decimal_of
from tieout.systems.sap_analytics.client import AnalyticsClient
from tieout.systems.sap_analytics.options import Options
from tieout.systems.sap_analytics.rows import Place, place_of

_LONGEST_FILTER = (
    1500  # characters as they are sent; proxies end at a few thousand, and a wider answer only costs pages
)


def read_model(
    client: AnalyticsClient, model_id: str, cells: Sequence[CellValue], options: Options
) -> dict[str, Decimal | None]:
    """Cell id to the value that the model of one cube holds; None where the landscape does not say in which place.

    A place without a fact reads as 0, as it does in the model.

    Raises:
        MalformedError: if the export shows one place twice, as where the model has a dimension that the landscape does not
            know, or a value that is no number.
    """
    values: dict[str, Decimal | None] = {cell.cell_id: None for cell in cells}
    by_columns: defaultdict[tuple[str, ...], dict[str, Place]] = defaultdict(dict)
    for cell in cells:
        place = _place(cell, options)
        if place is not None:
            by_columns[place.columns][cell.cell_id] = place
    for columns, places in by_columns.items():
        facts = _facts(client, model_id, columns, places.values(), options.page_size)
        values |= {cell_id: facts.get((place.key, place.measure), Decimal()) for cell_id, place in places.items()}
    return values


def filter_of(keys: Collection[tuple[tuple[str, str], ...]]) -> str:
    """The `$filter` of an export that shows all of these intersections, and few others.

    It names every member of a dimension, or none, beginning with dimensions of few members and ending where it would be too
    long: what it does not keep out is passed over when it comes.
    """
    members: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        for column, member in key:
            members[column].add(member)
    text = ""
    for column, wanted in sorted(members.items(), key=lambda each: (len(each[1]), each[0])):
        condition = " or ".join(f"{column} eq '{member.replace("'", "''")}'" for member in sorted(wanted))
        longer = f"{text} and ({condition})" if text else f"({condition})"
        if len(quote(longer)) > _LONGEST_FILTER:
            break
        text = longer
    return text


def _place(cell: CellValue, options: Options) -> Place | None:
    try:
        return place_of(cell, options)
    except MalformedError:
        return None


def _facts(
    client: AnalyticsClient, model_id: str, columns: Sequence[str], places: Collection[Place], page_size: int
) -> dict[tuple[tuple[tuple[str, str], ...], str], Decimal]:
    """(intersection, measure) to the value, for those of the places that the model has a fact for."""
    wanted = {place.key for place in places}
    measures = sorted({place.measure for place in places})
    parameters = {"$select": ",".join((*columns, *measures)), "pagesize": str(page_size)}
    condition = filter_of(wanted)
    parameters |= {"$filter": condition} if condition else {}
    facts: dict[tuple[tuple[tuple[str, str], ...], str], Decimal] = {}
    seen: set[tuple[tuple[str, str], ...]] = set()
    for row in _exported_rows(client, model_id, parameters):
        key = tuple((column, str(row.get(column))) for column in columns)
        if key not in wanted:
            continue
        if key in seen:
            raise MalformedError("sac_export_shows_a_place_twice")
        seen.add(key)
        facts |= {(key, measure): _number(row.get(measure)) for measure in measures}
    return facts


def _exported_rows(
    client: AnalyticsClient, model_id: str, parameters: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    for page in client.exported(f"/dataexport/providers/sac/{quote(model_id, safe='')}/FactData", parameters):
        rows = page.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise MalformedError("sac_export_unreadable")
        yield from rows


def _number(value: object) -> Decimal:
    """A fact's value: a number, or one as text, as OData writes decimals where it is asked to; null: nothing is booked."""
    if value is None:
        return Decimal()
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise MalformedError("sac_export_value_not_a_number")
    return decimal_of(value) if isinstance(value, str) else Decimal(value)
