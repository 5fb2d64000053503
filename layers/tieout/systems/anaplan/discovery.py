"""Compares an Anaplan model with what the planning model writes to: modules, line items, dimensions, versions and periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tieout.discovering import Discovered, Finding, WantedCube
from tieout.errors import AccessDeniedError, UnavailableError
from tieout.landscape import Target
from tieout.periods import Period
from tieout.ports import Clock
from tieout.systems.anaplan.blueprint import decimal_places, differing, plain_name, why_not_written
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.tokens import TokenKeeper

if TYPE_CHECKING:
    import httpx

_OPEN_STATES = frozenset({"UNLOCKED", "PRODUCTION"})
_BUSY_SECONDS = 60.0
_NAMED_AT_MOST = 12  # periods that are missing: a calendar that ends lacks a year of them


class ModelChecker:
    """Checks one model (`TargetChecker`); one check asks for each line item that is written to, and is over in seconds."""

    def __init__(self, client: AnaplanClient, options: Options) -> None:
        self._client = client
        self._options = options

    def discover(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> Discovered:
        """What the model is like: see `TargetChecker.discover`.

        Raises:
            AccessDeniedError: the model shows our role nothing at all.
            UnavailableError: an import, export or process has the model.
        """
        model = self._client.model()
        if (
            model.get("modelTransactionRunning") is True
        ):  # then everything inside it waits, and a check is worth no waiting
            raise UnavailableError(
                "anaplan: an import, export or process has the model", retry_after_seconds=_BUSY_SECONDS
            )
        current = self._current_period()
        told = {
            "model": str(model.get("name", "")),
            "state": str(model.get("activeState", "")),
            "current_period": str(current.get("periodText", "")),
            "calendar": str(current.get("calendarType", "")),
        }
        findings = [*self._state(told["state"]), *self._versions(wanted)]
        dimensions: dict[str, tuple[str, str]] = {}  # folded name to id and name, of those the line items have
        for cube in wanted:
            findings += self._cube(cube, dimensions)
        findings += self._members(wanted, dimensions)
        findings += self._periods(wanted, periods, dimensions)
        findings += self._imports(wanted)
        return Discovered(told=told, findings=tuple(findings))

    def _current_period(self) -> Mapping[str, Any]:
        """The model's current period, none where our role is not shown it: it is told, and nothing is judged by it."""
        try:
            return self._client.current_period()
        except AccessDeniedError:
            return {}

    def _state(self, state: str) -> Iterator[Finding]:
        if state not in _OPEN_STATES:
            says = f"the model is {state or 'in a state it does not tell'}: it takes no cells until its owner opens it again"
            yield Finding(code="model_closed", says=says)

    def _versions(self, wanted: Sequence[WantedCube]) -> Iterator[Finding]:
        named = {member: None for cube in wanted for name, member in cube.members if plain_name(name) == "version"}
        if not named:
            return
        found = {str(each.get("name")).casefold(): each for each in self._client.versions()}
        for name in named:
            version = found.get(name.casefold())
            if version is None:
                says = f"there is no version {name}: add it to the model, or name another in landscape/planning.toml"
                yield Finding(code="version_missing", says=says)
            elif version.get("formula"):
                says = f"the version {name} has a formula: write to one without, or remove the formula"
                yield Finding(code="version_calculated", says=says)

    def _cube(self, cube: WantedCube, dimensions: dict[str, tuple[str, str]]) -> Iterator[Finding]:
        module_id = self._client.module_id(cube.cube)
        if module_id is None:
            says = "our role is shown no module of this name: create it, or grant the role read and write access to it"
            yield Finding(code="module_missing", cube=cube.cube, says=says)
            return
        items = {str(each.get("name")).casefold(): each for each in self._client.line_items(module_id)}
        for measure, places in cube.measures.items():
            item = items.get(measure.casefold())
            if item is None:
                says = "the module has no line item of this name: add it with a number format and no formula"
                yield Finding(code="line_item_missing", cube=cube.cube, measure=measure, says=says)
                continue
            yield from self._line_item(cube, measure, item, places)
            yield from self._dimensions(cube, measure, item, dimensions)

    def _line_item(self, cube: WantedCube, measure: str, item: Mapping[str, Any], places: int) -> Iterator[Finding]:
        reason = why_not_written(item)
        if reason:
            code, _, why = reason.partition(": ")
            says = f"{why}: write to another line item, and let this one refer to it"
            yield Finding(code=code, cube=cube.cube, measure=measure, says=says)
        shown = decimal_places(item)
        if shown is not None and shown < places:
            says = f"it shows {shown} decimal places where amounts have {places}: it is read back rounded; widen its format"
            yield Finding(code="format_too_coarse", cube=cube.cube, measure=measure, says=says, is_in_the_way=False)

    def _dimensions(
        self, cube: WantedCube, measure: str, item: Mapping[str, Any], dimensions: dict[str, tuple[str, str]]
    ) -> Iterator[Finding]:
        has = self._client.dimensions_of(str(item.get("id")))
        names = [str(each.get("name")) for each in has]
        dimensions.update(
            {plain_name(str(each.get("name"))): (str(each.get("id")), str(each.get("name"))) for each in has}
        )
        lacks, more = differing(names, cube.dimensions)
        if lacks:
            says = f"it does not apply to {', '.join(lacks)}: apply it to all dimensions of the cube"
            yield Finding(code="dimension_missing", cube=cube.cube, measure=measure, says=says)
        if more:
            says = (
                f"it also applies to {', '.join(more)}: name a member of it in landscape/planning.toml, or take it away"
            )
            yield Finding(code="dimension_unwanted", cube=cube.cube, measure=measure, says=says)

    def _members(self, wanted: Sequence[WantedCube], dimensions: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
        by_name = {plain_name(name) for name in self._options.dimensions_by_name}
        named: dict[str, dict[str, None]] = {}
        for name, member in (pair for cube in wanted for pair in cube.members):
            named.setdefault(plain_name(name), {})[member] = None
        for name, members in named.items():
            if name in dimensions and name != "version":
                dimension_id, shown = dimensions[name]
                key = "name" if name in by_name else "code"
                found = self._held(dimension_id, list(members), key)
                for member in members:
                    if member.casefold() not in found:
                        says = (
                            f"{shown} has no member with the {key} {member}: add it, since facts without one go there"
                        )
                        yield Finding(code="member_missing", says=says)

    def _periods(
        self, wanted: Sequence[WantedCube], periods: Sequence[Period], dimensions: Mapping[str, tuple[str, str]]
    ) -> Iterator[Finding]:
        time = dimensions.get(plain_name(self._options.time_dimension))
        if time is None or not any(cube.time_dimension for cube in wanted):
            return
        names = {self._options.names.name_of(period): period for period in periods}
        found = self._held(time[0], list(names), "name")
        lacking = [name for name in names if name.casefold() not in found]
        if lacking:
            told = ", ".join(lacking[:_NAMED_AT_MOST]) + (" ..." if len(lacking) > _NAMED_AT_MOST else "")
            says = f"the model's calendar has no {told}: extend its timescale, or set period_names as the model names periods"
            yield Finding(code="period_missing", says=says)

    def _imports(self, wanted: Sequence[WantedCube]) -> Iterator[Finding]:
        """Imports and processes that the options name and the model lacks, or that read another file; in nobody's way."""
        if not self._options.imports:
            return
        actions = {str(each.get("id")): each for each in self._client.all_of("/imports", "imports")}
        actions |= {str(each.get("id")): each for each in self._client.all_of("/processes", "processes")}
        files = {str(each.get("id")) for each in self._client.all_of("/files", "files")}
        cubes = {cube.cube for cube in wanted}
        for cube, parts in self._options.imports.items():
            action, file = actions.get(parts["action"]), parts["file"]
            if cube not in cubes or action is None or file not in files:
                lacks = "the planning model no such cube" if cube not in cubes else "the model no such import or file"
                says = f"imports names {parts['action']} and {file}, but {lacks} for our user: loads go cell by cell"
                yield Finding(code="import_missing", cube=cube, says=says, is_in_the_way=False)
            elif str(action.get("importDataSourceId", file)) != file:
                says = f"the import {parts['action']} reads {action['importDataSourceId']}, not {file}: name the file it reads"
                yield Finding(code="import_of_another_file", cube=cube, says=says)

    def _held(self, dimension_id: str, members: Sequence[str], key: str) -> set[str]:
        """Of some members those a dimension has, upper and lower case alike."""
        if key == "name":
            found = self._client.items(dimension_id, names=members)
        else:
            found = self._client.items(dimension_id, codes=members)
        return {str(each.get(key)).casefold() for each in found}


def open_checker(target: Target, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> ModelChecker:
    """The checker of a target; see `cells.open_writer` for what it is given."""
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    tokens = TokenKeeper(options, credentials, http, clock)
    return ModelChecker(AnaplanClient(target.api_base_url, options, tokens, http, clock), options)
