"""What only Anaplan knows of a target, as the landscape writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tieout.delivering import MAX_CELLS_PER_WRITE
from tieout.systems.anaplan.period_names import PeriodNames, flaw_of

LEAST_WRITE_TIMEOUT_SECONDS = 120  # a cell write waits on the socket while an import or export has the model
MOST_WRITE_TIMEOUT_SECONDS = 180  # the deliver function must live to mark what was written
TENANT_CALLS_PER_MINUTE = 600  # help.anaplan.com, for all workspaces of a tenant
MOST_CELLS_PER_IMPORT = 10_000  # marking them takes the function less than half a minute
MOST_ITEMS_PER_CALL = 100_000  # help.anaplan.com
_OF_A_LIST = {"list": str, "numbered": bool, "display": str, "production": bool}
_LEAST_MARGIN_SECONDS = 60
_MOST_MARGIN_SECONDS = 1500  # a token lives 30 minutes by the documentation: more would refresh on every call


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a target whose system is Anaplan.

    Attributes:
        model_id: 32 hexadecimal digits, from the model's address in the browser.
        workspace_id: where given, calls take the form `/workspaces/{w}/models/{m}`, which the vendor documents as equal.
        batch_size: cells per write. Anaplan's help says up to 100,000, the vendor's Postman collection 1,000, which is the
            default; more than `MAX_CELLS_PER_WRITE` the ledger's receipts do not hold.
        authentication: with the CA certificate of an integration user, or with user name and password.
        write_timeout_seconds: how long a call may wait for its answer, 120 to 180.
        refresh_margin_seconds: how long before its end a token is refreshed.
        dimensions_by_name: the dimensions whose members have no code and are named instead.
        time_dimension: the dimension whose members are periods, which the ledger writes as `2026-03` or `FY2026-P03`.
        period_names: how a model of fiscal periods names them (`period_names.PeriodNames`); empty for calendar months, `Mar 26`.
        period_label: the label of the calendar whose periods those are.
        year_digits: 2 or 4, as the model's timescale format says: `Mar 26` or `Mar 2026`.
        imports: cube to the `action` (an import or a process) that reads the `file` of this id, for loads; a cube that is not named
            here is written cell by cell however many there are. What an import does is defined in the model: it must map every
            column to set values, never to clear or to add.
        bulk_from: from how many cells on an import is used; fewer are, from `batch_size` on, while the model is busy.
        bulk_size: the most cells one import is given, up to 10,000, which the function still has the time to mark.
        poll_seconds: the pause between the first two questions for a task's state, 5 to 30.
        calls_per_minute: what the function that writes makes at most of the tenant's 600 calls a minute, which all integrations
            spend together; the one that reads back, and an operator's command, have as much each beside it.
        lists: dimension to the `list` that has its members, where that is called otherwise; whether it is `numbered`, and then the
            property that shows the name (`display`); whether it is `production` data, which is kept in a deployed model alone.
        items_per_call: the most members that one call adds or changes; Anaplan takes 100,000.
        call_timeout_seconds: how long a call about files and tasks may wait for its answer, 5 to 30.

    Raises:
        ValueError: for a value outside its bounds, so that it fails at synth.
    """

    model_id: str
    auth_base_url: str = "https://auth.anaplan.com"
    workspace_id: str = ""
    batch_size: int = 1000
    authentication: Literal["certificate", "basic"] = "certificate"
    write_timeout_seconds: int = LEAST_WRITE_TIMEOUT_SECONDS
    refresh_margin_seconds: int = 300
    dimensions_by_name: Sequence[str] = ("Time", "Version")
    time_dimension: str = "Time"
    period_names: Sequence[str] = ()
    period_label: str = "FY"
    year_digits: Literal[2, 4] = 2
    imports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    bulk_from: int = 5000
    bulk_size: int = MOST_CELLS_PER_IMPORT
    poll_seconds: int = 5
    calls_per_minute: int = 300
    lists: Mapping[str, Mapping[str, str | bool]] = field(default_factory=dict)
    items_per_call: int = 10_000
    call_timeout_seconds: int = 30

    def __post_init__(self) -> None:
        _demand(bool(self.model_id), "model_id is empty")
        _demand(1 <= self.batch_size <= MAX_CELLS_PER_WRITE, f"batch_size is not within 1 to {MAX_CELLS_PER_WRITE}")
        _demand(self.authentication in {"certificate", "basic"}, "authentication is neither certificate nor basic")
        _demand(
            LEAST_WRITE_TIMEOUT_SECONDS <= self.write_timeout_seconds <= MOST_WRITE_TIMEOUT_SECONDS,
            "write_timeout_seconds is not within 120 to 180",
        )
        _demand(
            _LEAST_MARGIN_SECONDS <= self.refresh_margin_seconds <= _MOST_MARGIN_SECONDS,
            "refresh_margin_seconds is not within 60 to 1,500",
        )
        _demand(self.year_digits in {2, 4}, "year_digits is neither 2 nor 4")
        _demand(1 <= self.calls_per_minute <= TENANT_CALLS_PER_MINUTE, "calls_per_minute is not within 1 to 600")
        self._demand_bulk()
        self._demand_lists()
        flaw = flaw_of(self.period_names)
        _demand(not flaw, f"period_names is of no use: {flaw}")

    @property
    def names(self) -> PeriodNames:
        """How the model names periods."""
        return PeriodNames(self.period_names, self.period_label, self.year_digits)

    def _demand_lists(self) -> None:
        _demand(1 <= self.items_per_call <= MOST_ITEMS_PER_CALL, "items_per_call is not within 1 to 100,000")
        for dimension, parts in self.lists.items():
            unknown = sorted(set(parts) - set(_OF_A_LIST))
            _demand(not unknown, f"lists is with {', '.join(unknown)} for {dimension}, not {', '.join(_OF_A_LIST)}")
            for name, value in parts.items():
                kind = _OF_A_LIST[name]
                says = f"lists is with a {name} for {dimension} that is {'no text' if kind is str else 'neither true nor false'}"
                _demand(isinstance(value, kind) and value != "", says)
            _demand(
                "display" not in parts or parts.get("numbered") is True,
                f"lists is with a display for {dimension}, which is not numbered: its names are shown anyway",
            )

    def _demand_bulk(self) -> None:
        for cube, parts in self.imports.items():
            _demand(set(parts) == {"action", "file"}, f"imports is without exactly an action and a file for {cube}")
            action, file = parts["action"], parts["file"]
            _demand(
                action.startswith(("112", "118")),
                f"imports is with {action} for {cube}, no import (112...) or process (118...)",
            )
            _demand(file.startswith("113"), f"imports is with {file} for {cube}, which is no file (113...)")
        for name in ("action", "file"):
            given = [parts[name] for parts in self.imports.values()]
            _demand(len(set(given)) == len(given), f"imports is with one {name} for two cubes")
        _demand(1 <= self.bulk_from <= self.bulk_size, "bulk_from is not within 1 to bulk_size")
        _demand(self.bulk_size <= MOST_CELLS_PER_IMPORT, f"bulk_size is more than {MOST_CELLS_PER_IMPORT}")
        _demand(5 <= self.poll_seconds <= 30, "poll_seconds is not within 5 to 30")  # noqa: PLR2004 as documented above
        _demand(5 <= self.call_timeout_seconds <= 30, "call_timeout_seconds is not within 5 to 30")  # noqa: PLR2004 the same


def _demand(condition: bool, flaw: str) -> None:  # noqa: FBT001 the condition is the argument
    if not condition:
        raise ValueError(flaw)
