"""The simulated model's state: members that come and go, and the cells, written and read as Anaplan does.

Values are kept as exact decimals. The real one keeps doubles; a simulator that rounded too would hide an error of ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

from sandbox.systems.anaplan.definition import Dimension, LineItem, Member, ModelDefinition, Module

CALCULATED = ("cellIsCalculated", "the cell is a calculated/aggregate cell and is not writeable")
INVALID = ("cellIsInvalid", "the cell could not be found or resolved")

Refusal = tuple[str, str]
Rejection = Callable[[str], Refusal | None]


@dataclass(frozen=True, slots=True)
class CellKey:
    """Where a cell is: item ids in the order of its module's dimensions."""

    module_id: str
    line_item_id: str
    item_ids: tuple[str, ...]


class PlanningModel:
    """One model, without any HTTP."""

    def __init__(self, definition: ModelDefinition) -> None:
        self.name = definition.name
        self.modules = definition.modules
        self._dimensions = {each.name.casefold(): each for each in definition.dimensions}
        self.cells: dict[CellKey, Decimal] = {}
        self._next_item = 299000000000
        self._totals: dict[str, Mapping[CellKey, Decimal]] = {}  # by module, until something changes

    @property
    def dimensions(self) -> Sequence[Dimension]:
        """Lists first, then Time and Version."""
        return list(self._dimensions.values())

    def dimension(self, wanted: str) -> Dimension | None:
        """The dimension with that name (upper and lower case alike) or id."""
        found = self._dimensions.get(wanted.casefold())
        return found or next((each for each in self._dimensions.values() if each.dimension_id == wanted), None)

    def module(self, module_id: str) -> Module | None:
        """The module with that id."""
        return next((each for each in self.modules if each.module_id == module_id), None)

    def module_of_line_item(self, line_item_id: str) -> Module | None:
        """The module a line item belongs to."""
        return next((each for each in self.modules if any(i.item_id == line_item_id for i in each.line_items)), None)

    def add_member(
        self,
        dimension: Dimension,
        *,
        code: str,
        name: str,
        parent_id: str = "",
        properties: Mapping[str, str] | None = None,
    ) -> Member:
        """Put a new member at the end of a list; without a parent it goes below the list's top item, without a name by number."""
        current = self._dimensions[dimension.name.casefold()]
        parents = {each.parent_id for each in current.members}
        tops = [each.item_id for each in current.members if each.item_id in parents]
        self._next_item += 1
        number = name or f"#{self._next_item - 299000000000}"
        above = parent_id or (tops[0] if tops else "")
        member = Member(str(self._next_item), number, code, above, properties=properties or {})
        self._put(replace(current, members=(*current.members, member)))
        return member

    def change_member(self, dimension: Dimension, changed: Member) -> None:
        """Replace the member that has the same id."""
        current = self._dimensions[dimension.name.casefold()]
        members = tuple(changed if each.item_id == changed.item_id else each for each in current.members)
        self._put(replace(current, members=members))

    def remove_member(self, dimension: Dimension, member: Member) -> None:
        """Delete a member together with its cells, as Anaplan does."""
        current = self._dimensions[dimension.name.casefold()]
        self._put(replace(current, members=tuple(each for each in current.members if each != member)))
        self.cells = {key: value for key, value in self.cells.items() if member.item_id not in key.item_ids}

    def write(
        self, module: Module, request: Mapping[str, Any], rejection: Rejection
    ) -> tuple[CellKey | None, Refusal | None]:
        """Set one cell: its place (where it has one) and the refusal, if it was not set.

        Args:
            module: the module of the request.
            request: one object of a cell write.
            rejection: a planted refusal for the cell with these coordinates (see `coordinates_of`).
        """
        line_item = _line_item(module, request)
        members = self._members(module, request.get("dimensions", []))
        value = _number(request["value"])
        if line_item is None or members is None:
            return None, INVALID
        key = CellKey(module.module_id, line_item.item_id, tuple(member.item_id for member in members))
        if line_item.difference or any(map(self._aggregate, module.dimensions, members)):
            return key, CALCULATED
        if value is None:
            return key, INVALID
        refusal = rejection(coordinates_text(self.coordinates_of(key)))
        if refusal is None:
            self.cells[key] = value
            self._totals.clear()
        return key, refusal

    def coordinates_of(self, key: CellKey) -> dict[str, str]:
        """A cell's module, line item and members, list members as codes and the others as names."""
        module = self.module(key.module_id)
        assert module is not None
        line_item = next(each.name for each in module.line_items if each.item_id == key.line_item_id)
        coordinates = {"module": module.name, "line_item": line_item}
        for name, item_id in zip(module.dimensions, key.item_ids, strict=True):
            member = next(each for each in self._dimensions[name.casefold()].members if each.item_id == item_id)
            coordinates[name] = member.code or member.name
        return coordinates

    def totals(self, module: Module) -> Mapping[CellKey, Decimal]:
        """Every cell of a module that is not 0, aggregates and calculated line items included."""
        if module.module_id not in self._totals:
            self._totals[module.module_id] = self._added_up(module)
        return self._totals[module.module_id]

    def _added_up(self, module: Module) -> Mapping[CellKey, Decimal]:
        totals: defaultdict[CellKey, Decimal] = defaultdict(Decimal)
        for key, value in self.cells.items():
            if key.module_id == module.module_id:
                chains = [
                    self._with_parents(name, item) for name, item in zip(module.dimensions, key.item_ids, strict=True)
                ]
                for item_ids in product(*chains):
                    totals[replace(key, item_ids=item_ids)] += value
        for line_item in module.line_items:
            if line_item.difference:
                _subtract(totals, module, line_item)
        return totals

    def _put(self, dimension: Dimension) -> None:
        self._dimensions[dimension.name.casefold()] = dimension
        self._totals.clear()

    def _aggregate(self, name: str, member: Member) -> bool:
        return is_aggregate(self._dimensions[name.casefold()], member)

    def _with_parents(self, name: str, item_id: str) -> list[str]:
        parents = {each.item_id: each.parent_id for each in self._dimensions[name.casefold()].members}
        chain = [item_id]
        while parents.get(chain[-1]):
            chain.append(parents[chain[-1]])
        return chain

    def _members(self, module: Module, wanted: object) -> list[Member] | None:
        """The member of every dimension of the module, None unless exactly each has one that resolves."""
        found: dict[str, Member] = {}
        for each in wanted if isinstance(wanted, list) else []:
            dimension = self.dimension(str(each.get("dimensionId") or each.get("dimensionName")))
            member = find_member(dimension, each) if dimension else None
            if dimension is None or member is None or dimension.name in found:
                return None
            found[dimension.name] = member
        if set(found) != set(module.dimensions):
            return None
        return [found[name] for name in module.dimensions]


def is_aggregate(dimension: Dimension, member: Member) -> bool:
    """Whether a member has children, so that its cells are sums."""
    return any(each.parent_id == member.item_id for each in dimension.members)


def find_member(dimension: Dimension, wanted: Mapping[str, Any]) -> Member | None:
    """The member by `itemId`, `itemCode` or `itemName`, upper and lower case alike."""
    for key, attribute in (("itemId", "item_id"), ("itemCode", "code"), ("itemName", "name")):
        if key in wanted:
            text = str(wanted[key]).casefold()
            return next((each for each in dimension.members if getattr(each, attribute).casefold() == text != ""), None)
    return None


def coordinates_text(coordinates: Mapping[str, str]) -> str:
    """Coordinates as one text such as `;module=Cash;line_item=Collected;Account=1000;...;`; planted refusals match a part."""
    return ";" + "".join(f"{name}={member};" for name, member in coordinates.items())


def _line_item(module: Module, request: Mapping[str, Any]) -> LineItem | None:
    by_id, name = request.get("lineItemId"), str(request.get("lineItemName", "")).casefold()
    return next((each for each in module.line_items if each.item_id == by_id or each.name.casefold() == name), None)


def _number(value: object) -> Decimal | None:
    """The value for a number format: a JSON number or a numeric text."""
    if isinstance(value, bool) or not isinstance(value, Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _subtract(totals: defaultdict[CellKey, Decimal], module: Module, calculated: LineItem) -> None:
    ids = {each.name: each.item_id for each in module.line_items}
    for name, sign in zip(calculated.difference, (1, -1), strict=True):
        for key, value in [(key, value) for key, value in totals.items() if key.line_item_id == ids[name]]:
            totals[replace(key, line_item_id=calculated.item_id)] += sign * value
