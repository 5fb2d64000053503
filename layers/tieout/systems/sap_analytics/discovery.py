"""Compares models in SAP Analytics Cloud with what the planning model writes to: their dimensions, measures and versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tieout.discovering import Discovered, Finding, WantedCube
from tieout.errors import MalformedError
from tieout.landscape import Target
from tieout.periods import Period
from tieout.ports import Clock
from tieout.systems.sap_analytics.client import AnalyticsClient
from tieout.systems.sap_analytics.options import Options
from tieout.systems.sap_analytics.tokens import AccessTokens

if TYPE_CHECKING:
    import httpx

_MODELS = "/dataimport/models"
_NUMBERS = ("decimal", "double", "float", "int", "number")  # how the types of columns begin that hold numbers


class ModelsChecker:
    """Checks the models of one tenant (`TargetChecker`), as its import API tells of them; one check is a call for each model."""

    def __init__(self, client: AnalyticsClient, options: Options) -> None:
        self._client = client
        self._options = options

    def discover(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> Discovered:
        """What the models are like: see `TargetChecker.discover`.

        Raises:
            AccessDeniedError: our client is not granted the import API.
        """
        shown = _named(self._client.told(_MODELS), "models", "modelID")
        findings = [*self._versions(wanted), *self._periods(wanted, periods)]
        for cube in wanted:
            findings += self._cube(cube, shown)
        told = {"models": str(len(shown))} if shown is not None else {}
        return Discovered(told=told, findings=tuple(findings))

    def _cube(self, wanted: WantedCube, shown: Mapping[str, object] | None) -> Iterator[Finding]:
        model_id = self._options.models.get(wanted.cube)
        if model_id is None:
            says = "models of the target's options names none for this cube: name it, or give the target other feeds"
            yield Finding(code="model_unnamed", cube=wanted.cube, says=says)
            return
        if shown is not None and model_id not in shown:
            says = f"the import API shows no model {model_id}: correct its id, or share it with our client's user for planning"
            yield Finding(code="model_missing", cube=wanted.cube, says=says)
            return
        facts = self._client.told(f"{_MODELS}/{quote(model_id, safe='')}/metadata").get("factData")
        columns = _named(facts if isinstance(facts, dict) else {}, "columns", "columnName")
        if columns is None:
            says = "the import API does not tell of its columns in the way we know: what it lacks is told by refusals"
            yield Finding(code="model_not_told", cube=wanted.cube, says=says, is_in_the_way=False)
            return
        keys = [name for name, column in columns.items() if column.get("isKey") is True]
        yield from self._dimensions(wanted, keys)
        yield from self._measures(wanted, {name: each for name, each in columns.items() if name not in keys})

    def _dimensions(self, wanted: WantedCube, keys: Sequence[str]) -> Iterator[Finding]:
        """Dimensions that the model lacks, or has without our sending a member of one."""
        named = [self._options.columns.get(name, name) for name in wanted.dimensions]
        account = self._options.account_columns.get(wanted.cube)
        if account is not None:
            named.append(account)
        lacking, unnamed = [each for each in named if each not in keys], [each for each in keys if each not in named]
        if lacking:
            says = (
                f"the model has no dimension {', '.join(lacking)}: add it, or correct columns in the target's options"
            )
            yield Finding(code="dimension_missing", cube=wanted.cube, says=says)
        if unnamed:
            says = f"the model also has {', '.join(unnamed)}, of which we name no member: take it away, or plan by it"
            yield Finding(code="dimension_unwanted", cube=wanted.cube, says=says)

    def _measures(self, wanted: WantedCube, columns: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
        """Measures that the model lacks, that hold no numbers, or too few decimal places."""
        has_accounts = wanted.cube in self._options.account_columns
        names = self._options.measures.get(wanted.cube)
        for measure, places in wanted.measures.items():
            if names is not None and measure not in names:
                says = "measures of the target's options names none of this cube for it: name it"
                yield Finding(code="measure_unnamed", cube=wanted.cube, measure=measure, says=says)
                continue
            name = self._options.value_column if has_accounts else (names or {}).get(measure, measure)
            column = columns.get(name)
            if column is None:
                says = f"the model has no measure {name}: add it, or correct measures in the target's options"
                yield Finding(code="measure_missing", cube=wanted.cube, measure=measure, says=says)
            else:
                yield from _flaws(column, name, wanted.cube, measure, places)

    def _versions(self, wanted: Sequence[WantedCube]) -> Iterator[Finding]:
        """Versions that the planning model names and the options do not; without any named, all are public ones of that name."""
        if not self._options.versions:
            return
        pairs = (pair for cube in wanted for pair in cube.members)
        named = dict.fromkeys(member for name, member in pairs if name == self._options.version_dimension)
        for version in named:
            if version not in self._options.versions:
                says = f"versions of the target's options names none for {version}: name the public version that is written to"
                yield Finding(code="version_unnamed", says=says)

    def _periods(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> Iterator[Finding]:
        if not any(cube.time_dimension for cube in wanted) or any(self._is_named(period) for period in periods):
            return
        says = "the models' calendar has none of the next twelve months' periods: correct period_names and period_label"
        yield Finding(code="periods_unnamed", says=says)

    def _is_named(self, period: Period) -> bool:
        try:
            return bool(self._options.names.name_of(period))
        except MalformedError:
            return False


def _flaws(column: Mapping[str, Any], name: str, cube: str, measure: str, places: int) -> Iterator[Finding]:
    """Why a column is not fit for amounts with so many decimal places, as far as it says."""
    kind = str(column.get("columnDataType", "")).casefold()
    if kind and not kind.startswith(_NUMBERS):
        says = f"{name} holds {kind}, no numbers: write to a measure"
        yield Finding(code="measure_no_number", cube=cube, measure=measure, says=says)
    scale = column.get("scale")
    if isinstance(scale, int) and not isinstance(scale, bool) and scale < places:
        says = f"{name} has {scale} decimal places where amounts have {places}: it is read back rounded; give it more"
        yield Finding(code="format_too_coarse", cube=cube, measure=measure, says=says, is_in_the_way=False)


def _named(answer: Mapping[str, Any], key: str, name: str) -> dict[str, Mapping[str, Any]] | None:
    """The objects of a list by what they are called; None where there is no whole list: what is not told is not missing."""
    found = answer.get(key)
    if not isinstance(found, list) or "@odata.nextLink" in answer:
        return None
    return {str(each.get(name, "")).strip(): each for each in found if isinstance(each, dict)}


def open_checker(target: Target, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> ModelsChecker:
    """The checker of a target; see `cells.open_writer` for what it is given."""
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    tokens = AccessTokens(credentials, options.auth_base_url, http, clock)
    return ModelsChecker(AnalyticsClient(target.api_base_url, options, tokens, http, clock), options)
