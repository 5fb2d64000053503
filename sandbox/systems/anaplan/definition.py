"""What the simulated model is made of: lists, periods, versions, modules and line items, read from `model.json`."""

from __future__ import annotations

import json
from calendar import month_abbr
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tieout.periods import Period

LINE_ITEMS_ID = "20000000012"
TIME_ID = "20000000003"
VERSIONS_ID = "20000000020"
_RESERVED = {"Time": TIME_ID, "Version": VERSIONS_ID}


@dataclass(frozen=True, slots=True)
class Member:
    """One item of a dimension; an item that is the parent of another is an aggregate, and so is a version with a formula."""

    item_id: str
    name: str
    code: str = ""
    parent_id: str = ""
    formula: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A list, or Time or Version, whose items have no codes.

    Attributes:
        is_numbered: its items are named by number, and told apart by codes.
        is_production: its items are data of a deployed model, where no others can be changed.
        properties: the names of what its items have beside.
    """

    dimension_id: str
    name: str
    members: tuple[Member, ...]
    is_numbered: bool = False
    is_production: bool = False
    properties: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether it is a list of the model, and not Time or Version."""
        return self.name not in _RESERVED


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line item; `difference` names the two line items a calculated one subtracts."""

    item_id: str
    name: str
    difference: tuple[str, ...] = ()
    data_type: str = "NUMBER"
    decimal_places: int = 2
    is_summary: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A module whose line items all apply to the same dimensions."""

    module_id: str
    name: str
    dimensions: tuple[str, ...]
    line_items: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """A whole model, without any cell."""

    name: str
    dimensions: tuple[Dimension, ...]
    modules: tuple[Module, ...]


def sandbox_definition(members: Mapping[str, Sequence[tuple[str, str]]] | None = None) -> ModelDefinition:
    """The model of `model.json`, which holds the planning model's modules and dimensions.

    Args:
        members: list name to (code, name) pairs that replace the list's members.
    """
    plain = json.loads(Path(__file__).with_name("model.json").read_text("utf-8"))
    lists = [
        Dimension(
            f"{101000000001 + number}", each["name"], tuple(_members(number, each, (members or {}).get(each["name"])))
        )
        for number, each in enumerate(plain["lists"])
    ]
    time = Dimension(
        TIME_ID, "Time", tuple(_periods(Period.parse(plain["months"]["first"]), Period.parse(plain["months"]["last"])))
    )
    versions = Dimension(
        VERSIONS_ID, "Version", tuple(Member(f"{107000000001 + n}", name) for n, name in enumerate(plain["versions"]))
    )
    modules = tuple(_module(number, each) for number, each in enumerate(plain["modules"]))
    return ModelDefinition(plain["name"], (*lists, time, versions), modules)


def _members(number: int, plain: Mapping[str, Any], replaced: Sequence[tuple[str, str]] | None) -> Iterator[Member]:
    ids = count(201000000000 + number * 1_000_000)
    parent = ""
    if "top" in plain:
        code, name = plain["top"]
        parent = str(next(ids))
        yield Member(parent, name, code)
    for code, name in replaced if replaced is not None else plain["members"]:
        yield Member(str(next(ids)), name, code, parent)


def _periods(first: Period, last: Period) -> Iterator[Member]:
    """Months, each in a quarter, each in a year, in the order Anaplan shows them."""
    year = first.year
    while year <= last.year:
        fiscal_year = Member(f"543830{year}", f"FY{year % 100:02d}")
        for quarter in range(1, 5):
            parent = Member(f"543831{year}{quarter}", f"Q{quarter} FY{year % 100:02d}", parent_id=fiscal_year.item_id)
            months = [Period(year, quarter * 3 - 2 + place) for place in range(3)]
            yield from (
                Member(f"543832{year}{month.number:02d}", named_month(month), parent_id=parent.item_id)
                for month in months
                if first <= month <= last
            )
            yield parent
        yield fiscal_year
        year += 1


def named_month(month: Period) -> str:
    """What Time calls a month of this model's years: `Mar 26`."""
    return f"{month_abbr[month.number]} {month.year - 2000}"


def _module(number: int, plain: Mapping[str, Any]) -> Module:
    names = [(name, ()) for name in plain["line_items"]] + list(plain.get("calculated", {}).items())
    items = tuple(
        LineItem(f"{206000000001 + number * 1000 + n}", name, tuple(terms)) for n, (name, terms) in enumerate(names)
    )
    return Module(f"{102000000001 + number}", plain["name"], tuple(plain["dimensions"]), items)
