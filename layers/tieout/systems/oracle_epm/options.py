"""What only Oracle EPM Planning knows of a target, as the landscape writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tieout.delivering import MAX_CELLS_PER_WRITE
from tieout.systems.oracle_epm.period_names import PeriodNames

LEAST_WRITE_TIMEOUT_SECONDS = 60
MOST_WRITE_TIMEOUT_SECONDS = 180  # the deliver function must live to mark what was written
MOST_CELLS_PER_LOAD = 10_000  # marking them takes the function less than half a minute
_LEAST_PAUSE_MINUTES = 5
_MOST_PAUSE_MINUTES = 60  # the daily maintenance takes up to an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeOptions:
    """What is otherwise in one cube than in the others.

    Attributes:
        plan_type: the plan type's name, where it is not the cube's (those of Essbase end at 8 characters).
        measure_dimension: the dimension that measures are members of, where it is another than the application's usual one.
        dimensions: further names of dimensions, over those of all cubes.
        fixed_members: further members that every cell has, over those of all cubes.
    """

    plan_type: str = ""
    measure_dimension: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    fixed_members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How the file of a cube's loads is laid out, which must be as Planning imports data of that cube.

    Attributes:
        rows: the dimension whose members begin the rows.
        drivers: the dimension whose members are columns, a dense one in a cube of block storage; empty for that of measures.
    """

    rows: str
    drivers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """How the cells of one cube are written: everything of the options that concerns it.

    Attributes:
        dimensions: our dimension to theirs, where the names differ.
        fixed_members: their dimension to the member that every cell has.
    """

    plan_type: str
    measure_dimension: str
    dimensions: Mapping[str, str]
    fixed_members: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a target whose system is Oracle EPM Planning.

    Nothing here reaches the additive mode of a data slice: cells are set.

    Attributes:
        application: its name, as in the addresses of the REST API.
        auth_base_url: the identity domain that gives tokens, `https://idcs-....identity.oraclecloud.com`; unused with `basic`.
        authentication: `assertion` (a signed assertion for each token), `oauth` (a refresh token, which each use replaces) or
            `basic` (user name and password, which ends after 60 days).
        scope: of the token; with `oauth` it may be empty, for the scope the refresh token was given for.
        assertion_audience: whom an assertion is addressed to.
        dimensions: our dimension to theirs, where the names differ.
        member_prefixes: our dimension to what stands before its members there, since a member's name is unique across
            all dimensions of an application (`IC_EMEA` beside `EMEA`).
        fixed_members: their dimension to the member that every cell has, for the dimensions the planning model lacks.
        measure_dimension: the dimension that measures are members of.
        cubes: what is otherwise in one cube.
        time_dimension: our dimension of periods, which are members of two dimensions there.
        year_dimension, period_dimension: those two.
        year_name, year_digits, period_names, period_label, first_month: how periods are called (`period_names.PeriodNames`).
        reads_before: whether the cells of a write are read just before it, for its receipt: a call more for each data slice of at
            most a hundred rows, none for a longer one.
        clear_zeros: whether a total of 0 clears the cell (`#missing`) instead of setting it to 0.
        batch_size: cells per write; more than `MAX_CELLS_PER_WRITE` the ledger's receipts do not hold.
        write_timeout_seconds: how long a write may take in all, 60 to 180, with as many data slices as it needs.
        maintenance_minutes: how long the target is left alone after it said 503, 5 to 60; the daily maintenance takes up to 60.
        loads: the cubes whose loads go by a file and an import of data, each with its layout; in no mode but that which sets.
        load_from: from how many cells on that is done.
        load_size: the most cells one load is given, up to 10,000, which the function still has the time to mark.
        poll_seconds: the pause between the first two questions for a job's status, 5 to 30.
        metadata_jobs: our dimension to the name of the application's job of type Import Metadata by which its members are kept.
        refresh_job: the name of its job of type Refresh Database, after which cells see them.

    Raises:
        ValueError: for a value outside its bounds, so that it fails at synth.
    """

    application: str
    auth_base_url: str = ""
    authentication: Literal["assertion", "oauth", "basic"] = "assertion"
    scope: str = ""
    assertion_audience: str = "https://identity.oraclecloud.com/"
    dimensions: Mapping[str, str] = field(default_factory=dict)
    member_prefixes: Mapping[str, str] = field(default_factory=dict)
    fixed_members: Mapping[str, str] = field(default_factory=dict)
    measure_dimension: str = "Account"
    cubes: Mapping[str, CubeOptions] = field(default_factory=dict)
    time_dimension: str = "Time"
    year_dimension: str = "Years"
    period_dimension: str = "Period"
    year_name: str = "FY{year}"
    year_digits: Literal[2, 4] = 2
    period_names: Sequence[str] = ()
    period_label: str = ""
    first_month: int = 1
    reads_before: bool = False
    clear_zeros: bool = False
    batch_size: int = MAX_CELLS_PER_WRITE
    write_timeout_seconds: int = 120
    maintenance_minutes: int = 15
    loads: Mapping[str, LoadOptions] = field(default_factory=dict)
    load_from: int = 5000
    load_size: int = MOST_CELLS_PER_LOAD
    poll_seconds: int = 5
    metadata_jobs: Mapping[str, str] = field(default_factory=dict)
    refresh_job: str = ""

    def __post_init__(self) -> None:
        _demand(bool(self.application), "application is empty")
        self._check_login()
        _demand(1 <= self.batch_size <= MAX_CELLS_PER_WRITE, f"batch_size is not within 1 to {MAX_CELLS_PER_WRITE}")
        _demand(
            LEAST_WRITE_TIMEOUT_SECONDS <= self.write_timeout_seconds <= MOST_WRITE_TIMEOUT_SECONDS,
            "write_timeout_seconds is not within 60 to 180",
        )
        _demand(
            _LEAST_PAUSE_MINUTES <= self.maintenance_minutes <= _MOST_PAUSE_MINUTES,
            "maintenance_minutes is not within 5 to 60",
        )
        self._check_loads()
        _demand(self.year_digits in {2, 4}, "year_digits is neither 2 nor 4")
        _demand(1 <= self.first_month <= 12, "first_month is no month")  # noqa: PLR2004
        flaw = self.names.flaw()
        _demand(not flaw, f"how periods are called is of no use: {flaw}")
        for name in ("", *self.cubes):
            self._check_dimensions(name)

    @property
    def names(self) -> PeriodNames:
        """How the application calls periods."""
        return PeriodNames(self.year_name, self.year_digits, self.period_names, self.period_label, self.first_month)

    def cube(self, name: str) -> Cube:
        """How the cells of a cube are written."""
        own = _cube_options(self.cubes.get(name, CubeOptions()))
        return Cube(
            plan_type=own.plan_type or name,
            measure_dimension=own.measure_dimension or self.measure_dimension,
            dimensions={**self.dimensions, **own.dimensions},
            fixed_members={**self.fixed_members, **own.fixed_members},
        )

    def load(self, name: str) -> LoadOptions | None:
        """How the loads of a cube are laid out; None where its cells go by data slices however many there are."""
        stated = self.loads.get(name)
        return LoadOptions(**stated) if isinstance(stated, Mapping) else stated

    def _check_loads(self) -> None:
        _demand(1 <= self.load_from <= self.load_size, "load_from is not within 1 to load_size")
        _demand(self.load_size <= MOST_CELLS_PER_LOAD, f"load_size is more than {MOST_CELLS_PER_LOAD}")
        _demand(5 <= self.poll_seconds <= 30, "poll_seconds is not within 5 to 30")  # noqa: PLR2004
        for name in self.loads:
            layout, measures = self.load(name), self.cube(name).measure_dimension
            assert layout is not None
            _demand(bool(layout.rows), f"loads names no dimension of rows for {name}")
            _demand(
                layout.rows != (layout.drivers or measures), f"loads has rows and columns of one dimension for {name}"
            )

    def _check_login(self) -> None:
        _demand(self.authentication in {"assertion", "oauth", "basic"}, "authentication is none of the three")
        _demand(bool(self.auth_base_url) or self.authentication == "basic", "auth_base_url is empty")
        _demand(bool(self.scope) or self.authentication != "assertion", "scope is empty")

    def _check_dimensions(self, name: str) -> None:
        """Two of ours in one of theirs would leave one of them out of every cell."""
        cube = self.cube(name)
        taken = [cube.measure_dimension, self.year_dimension, self.period_dimension]
        counted = Counter([*taken, *cube.dimensions.values(), *cube.fixed_members])
        twice = sorted(each for each, times in counted.items() if times > 1)
        _demand(not twice, f"a dimension is taken twice in {name or 'every cube'}: {', '.join(twice)}")


def _cube_options(stated: CubeOptions | Mapping[str, Any]) -> CubeOptions:
    """The options of a cube, which a landscape that was compiled holds as a plain table."""
    return stated if isinstance(stated, CubeOptions) else CubeOptions(**stated)


def _demand(condition: bool, flaw: str) -> None:  # noqa: FBT001 the condition is the argument
    if not condition:
        raise ValueError(flaw)
