"""What only SAP Analytics Cloud knows of a target, as the landscape writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tieout.delivering import MAX_CELLS_PER_WRITE
from tieout.systems.sap_analytics.period_names import PeriodNames, flaw_of

LEAST_WRITE_TIMEOUT_SECONDS = 60
MOST_WRITE_TIMEOUT_SECONDS = 180  # the deliver function must live to mark what was written
TOKEN_PATH = "/oauth/token"  # noqa: S105 a path
_CALLS_BESIDE_A_JOB = 2  # the one that is under way when a job's time is up, and the job's removal


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a target whose system is SAP Analytics Cloud.

    How rows are added to what a model holds is no option: they are set.

    Attributes:
        models: cube to model id; a cube that is not named here has its cells refused.
        auth_base_url: where tokens are given, without `/oauth/token`: the token address of App Integration.
        columns: dimension to the model's column; a dimension that is not named goes to a column of its own name.
        measures: cube to its measures, each with the name that the model knows it by: a column, or a member of the account
            dimension. In a cube that is not named measures keep their names; in one that is, none may be missing.
        account_columns: cube to the account dimension whose members are its measures, each cell being a row; a cube that is not
            named has a column for each measure.
        value_column: the one measure of models with such a dimension.
        partial_rows: `apart` puts only rows with the same measures into one job, since it is not documented what becomes of a
            measure that other rows of a job have; `together` trusts that it stays as it is.
        time_dimension: the dimension whose members are periods, which the ledger writes as `2026-03` or `FY2026-P03`.
        period_names: how models of fiscal periods write them (`period_names.PeriodNames`); empty for calendar months, `202603`.
        period_label: the label of the calendar whose periods those are.
        version_dimension: the dimension whose members are versions.
        versions: version to the model's; empty: `public.` stands before each. Where any is named, no other is written to.
        batch_size: cells a write.
        write_timeout_seconds: how long a write may take, from the job's creation to its removal, 60 to 180.
        call_timeout_seconds: how long one call may wait for its answer, 5 to a quarter of that.
        poll_seconds: the pause between two questions for a job's state, 1 to 30.
        page_size: the most rows that are read back at once.

    Raises:
        ValueError: for a value outside its bounds, so that it fails at synth.
    """

    models: Mapping[str, str]
    auth_base_url: str
    columns: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    account_columns: Mapping[str, str] = field(default_factory=dict)
    value_column: str = "SignedData"
    partial_rows: Literal["apart", "together"] = "apart"
    time_dimension: str = "Time"
    period_names: Sequence[str] = ()
    period_label: str = "FY"
    version_dimension: str = "Version"
    versions: Mapping[str, str] = field(default_factory=dict)
    batch_size: int = 1000
    write_timeout_seconds: int = 150
    call_timeout_seconds: int = 25
    poll_seconds: int = 2
    page_size: int = 5000

    def __post_init__(self) -> None:
        _demand(bool(self.models) and all(self.models.values()), "models is without a model id")
        _demand(not self.auth_base_url.rstrip("/").endswith(TOKEN_PATH), f"auth_base_url is with its {TOKEN_PATH}")
        _demand(self.partial_rows in {"apart", "together"}, "partial_rows is neither apart nor together")
        self._demand_different_names()
        self._demand_bounds()
        flaw = flaw_of(self.period_names)
        _demand(not flaw, f"period_names is of no use: {flaw}")

    @property
    def names(self) -> PeriodNames:
        """How the models write periods."""
        return PeriodNames(self.period_names, self.period_label)

    @property
    def job_seconds(self) -> int:
        """How long all jobs of a write may take, so that the last call and the job's removal end with the write."""
        return self.write_timeout_seconds - _CALLS_BESIDE_A_JOB * self.call_timeout_seconds

    def _demand_different_names(self) -> None:
        """Two of ours under one name of the model's would each undo what the other wrote."""
        _demand(_are_different(self.models.values()), "models is with one model for two cubes")
        _demand(_are_different(self.columns.values()), "columns is with one column for two dimensions")
        _demand(_are_different(self.versions.values()), "versions is with one version for two")
        for cube, measures in self.measures.items():
            _demand(_are_different(measures.values()), f"measures is with one name for two of {cube}")

    def _demand_bounds(self) -> None:
        _demand(1 <= self.batch_size <= MAX_CELLS_PER_WRITE, f"batch_size is not within 1 to {MAX_CELLS_PER_WRITE}")
        _demand(
            LEAST_WRITE_TIMEOUT_SECONDS <= self.write_timeout_seconds <= MOST_WRITE_TIMEOUT_SECONDS,
            "write_timeout_seconds is not within 60 to 180",
        )
        _demand(
            5 <= self.call_timeout_seconds <= self.write_timeout_seconds // 4,  # noqa: PLR2004 as documented above
            "call_timeout_seconds is not within 5 to a quarter of write_timeout_seconds",
        )
        _demand(1 <= self.poll_seconds <= 30, "poll_seconds is not within 1 to 30")  # noqa: PLR2004 as documented above
        _demand(self.page_size >= 1, "page_size is less than 1")


def _are_different(names: Iterable[str]) -> bool:
    given = list(names)
    return len(set(given)) == len(given)


def _demand(condition: bool, flaw: str) -> None:  # noqa: FBT001 the condition is the argument
    if not condition:
        raise ValueError(flaw)
