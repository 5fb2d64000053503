"""What only Anaplan knows of a target, as the landscape writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tieout.delivering import MAX_CELLS_PER_WRITE
from tieout.systems.anaplan.period_names import PeriodNames, flaw_of

LEAST_WRITE_TIMEOUT_SECONDS = 120  # a cell write waits on the socket while an import or export has the model
MOST_WRITE_TIMEOUT_SECONDS = 180  # the deliver function must live to mark what was written
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
        flaw = flaw_of(self.period_names)
        _demand(not flaw, f"period_names is of no use: {flaw}")

    @property
    def names(self) -> PeriodNames:
        """How the model names periods."""
        return PeriodNames(self.period_names, self.period_label, self.year_digits)


def _demand(condition: bool, flaw: str) -> None:  # noqa: FBT001 the condition is the argument
    if not condition:
        raise ValueError(flaw)
