"""Compares a Planning application with what the planning model writes to: plan types, dimensions, and how members are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tieout.discovering import Discovered, Finding, WantedCube
from tieout.errors import AccessDeniedError, MalformedError
from tieout.landscape import Target
from tieout.periods import Period
from tieout.ports import Clock
from tieout.systems.oracle_epm.client import PlanningClient
from tieout.systems.oracle_epm.options import Options
from tieout.systems.oracle_epm.tokens import login_of

if TYPE_CHECKING:
    import httpx

_ATTRIBUTES = "attribute"  # how the type of a dimension begins that no cell has a member of
_NO_NUMBERS = {"smartlist": "a smart list", "date": "a date", "text": "a text"}
_NOT_STORED = {
    "dynamiccalc": ("member_calculated", "is calculated when it is read"),
    "dynamiccalcandstore": ("member_calculated", "is calculated when it is read"),
    "labelonly": ("member_label_only", "is a label, which holds no data"),
    "shared": ("member_shared", "is shared: it shows what its base member holds"),
}
_STORAGE = {"dynamic": "dynamiccalc", "sharedata": "shared", "sharedmember": "shared"}  # other spellings
_NOT_SHOWN = (
    "our role is not shown the members of the application, which only a service administrator is: members that are missing or "
    "calculated are told cell by cell, as refusals"
)
_Place = tuple[str, str]  # dimension, member


class ApplicationChecker:
    """Checks one application (`TargetChecker`); one check asks for each member that the planning model itself names."""

    def __init__(self, client: PlanningClient, options: Options) -> None:
        self._client = client
        self._options = options

    def discover(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> Discovered:
        """What the application is like: see `TargetChecker.discover`.

        Raises:
            AccessDeniedError: it shows our role no plan type at all.
        """
        findings: list[Finding] = []
        there = []
        for cube in wanted:
            plan_type = self._options.cube(cube.cube).plan_type
            if self._client.lacks(plan_type, float(self._options.write_timeout_seconds)):
                says = f"our role is shown no plan type {plan_type}: create it, or name another in cubes of the target's options"
                findings.append(Finding(code="plan_type_missing", cube=cube.cube, says=says))
            else:
                there.append(cube)
                findings += self._dimensions(cube)
        findings += self._members(there, periods)
        told = {"application": self._options.application, "plan_types": str(len(there))}
        return Discovered(told=told, findings=tuple(findings))

    def _dimensions(self, wanted: WantedCube) -> Iterator[Finding]:
        """Dimensions that a plan type lacks, or has without our naming a member; nothing where it does not list them."""
        listed = self._client.dimensions_of(self._options.cube(wanted.cube).plan_type)
        if listed is None:
            return
        kinds = {str(each.get("name")): str(each.get("dimType", "")).casefold() for each in listed}
        has = {name.casefold(): name for name, kind in kinds.items() if not kind.startswith(_ATTRIBUTES)}
        named = {name.casefold(): name for name in self._dimension_names(wanted)}
        lacking = [name for folded, name in named.items() if folded not in has]
        if lacking:
            says = f"the plan type has no dimension {', '.join(lacking)}: add it, or correct dimensions in the target's options"
            yield Finding(code="dimension_missing", cube=wanted.cube, says=says)
        unnamed = [name for folded, name in has.items() if folded not in named]
        if unnamed:
            says = f"the plan type also has {', '.join(unnamed)}: name the member that cells stand at in fixed_members"
            yield Finding(code="dimension_unwanted", cube=wanted.cube, says=says)

    def _dimension_names(self, wanted: WantedCube) -> Iterator[str]:
        """Every dimension that a cell of a cube has a member of."""
        cube = self._options.cube(wanted.cube)
        yield cube.measure_dimension
        yield from cube.fixed_members
        for name in wanted.dimensions:
            if name == self._options.time_dimension:
                yield from (self._options.year_dimension, self._options.period_dimension)
            else:
                yield cube.dimensions.get(name, name)

    def _members(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> Iterator[Finding]:
        """Members that are missing or not written to, each once; one finding where our role is shown none at all."""
        asked = self._asked(wanted, periods)
        try:
            found = {place: self._client.member(*place) for place in asked}
        except AccessDeniedError:
            found = dict.fromkeys(asked)
        if asked and not any(member is not None for member in found.values()):
            yield Finding(code="members_not_shown", says=_NOT_SHOWN, is_in_the_way=False)
            return
        for place, (cube, measure) in asked.items():
            yield from _flaws(place, found[place], cube, measure)

    def _asked(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> dict[_Place, tuple[str, str]]:
        """The members that the planning model and the options name, each with a cube, and the measure it is where it is one."""
        asked: dict[_Place, tuple[str, str]] = {}
        for each in wanted:
            cube = self._options.cube(each.cube)
            for measure in each.measures:
                asked.setdefault((cube.measure_dimension, measure), (each.cube, measure))
            for place in cube.fixed_members.items():
                asked.setdefault(place, (each.cube, ""))
            for name, member in each.members:
                prefix = self._options.member_prefixes.get(name, "")
                asked.setdefault((cube.dimensions.get(name, name), prefix + member), (each.cube, ""))
            if each.time_dimension:
                for place in self._period_members(periods):
                    asked.setdefault(place, (each.cube, ""))
        return asked

    def _period_members(self, periods: Sequence[Period]) -> Iterator[_Place]:
        """Members of years and periods; those of another calendar have none, and their cells are refused by name."""
        for period in periods:
            try:
                year, name = self._options.names.members_of(period)
            except MalformedError:
                continue
            yield self._options.year_dimension, year
            yield self._options.period_dimension, name


def _flaws(place: _Place, member: Mapping[str, Any] | None, cube: str, measure: str) -> Iterator[Finding]:
    """Why no cell can be written at a member, as far as it says."""
    dimension, name = place
    if member is None:
        says = f"{dimension} has no member {name}: add it and refresh the database, or name another in the landscape"
        yield Finding(code="member_missing", cube=cube, measure=measure, says=says)
        return
    storage = _folded(member.get("dataStorage"))
    code, what = _NOT_STORED.get(_STORAGE.get(storage, storage), ("", ""))
    if not code and member.get("children") not in (None, False, "", [], "false"):
        code, what = "member_parent", "has members below it, which it sums up"
    if code:
        says = f"{name} of {dimension} {what}: no cell is written there; name a stored member of level 0"
        yield Finding(code=code, cube=cube, measure=measure, says=says)
    kind = _NO_NUMBERS.get(_folded(member.get("dataType")), "")
    if kind:
        says = f"{name} of {dimension} holds {kind}, no number: write to an account of type currency"
        yield Finding(code="member_no_number", cube=cube, measure=measure, says=says)


def _folded(value: object) -> str:
    """A property's word, however it is spelt: `Dynamic Calc`, `DYNAMIC_CALC`."""
    return "".join(character for character in str(value).casefold() if character.isalnum())


def open_checker(
    target: Target, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> ApplicationChecker:
    """The checker of a target; see `cells.open_writer` for what it is given."""
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    login = login_of(options, credentials, http, clock)
    return ApplicationChecker(PlanningClient(target.api_base_url, options, login, http), options)
