"""Keeps members in the dimensions of one Planning application: the adapter behind the deliver step's `PublishingKeeper`.

Members are added and changed by jobs over a file, and cells see them once the database is refreshed, which may log everybody off.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from tieout.delivering import CellWriter
from tieout.discovering import Finding
from tieout.errors import AccessDeniedError, LostAnswerError
from tieout.members import HeldMember, Member, folded
from tieout.ports import Clock
from tieout.systems.oracle_epm.cells import OracleEpmWriter
from tieout.systems.oracle_epm.client import CALL_SECONDS, PlanningClient
from tieout.systems.oracle_epm.job_results import ERROR, INVALID, SUCCESS, JobResult
from tieout.systems.oracle_epm.jobs import JobName, NotTakenError, PlanningJobs
from tieout.systems.oracle_epm.member_file import PlannedDimension
from tieout.systems.oracle_epm.options import Options

_REFRESH = "refresh"  # what stands for the file of a job that reads none


class ApplicationMembers:
    """Adds members to the dimensions of one application, and changes them (`PublishingKeeper`); removes none.

    Args:
        client: calls the application as a service administrator.
        options: the target's options.
        clock: waits for jobs.
    """

    batch_size = 1000

    def __init__(self, client: PlanningClient, options: Options, clock: Clock) -> None:
        self._client = client
        self._options = options
        self._clock = clock
        self._jobs = PlanningJobs(client, clock, options.poll_seconds)
        self._plan_types: dict[str, str] = {}

    @property
    def write_seconds(self) -> int:
        """How long a job is waited for, which goes on without us then."""
        return self._options.write_timeout_seconds

    def flaws(self, dimension: str) -> Sequence[Finding]:
        """A dimension whose hierarchy is not shown: then nobody can say what it lacks."""
        if self._plan_type(dimension):
            return ()
        says = f"no plan type shows the dimension {self._dimension(dimension).name}: correct dimensions in the target's options"
        return (Finding(code="dimension_missing", says=says),)

    def held(self, dimension: str) -> Sequence[HeldMember]:
        """Every member of a dimension, refreshed or not; raises `AccessDeniedError` where its hierarchy is not shown."""
        planned = self._dimension(dimension)
        hierarchy = self._client.hierarchy(self._plan_type(dimension), planned.name)
        if hierarchy is None:
            raise AccessDeniedError(f"oracle_epm shows our role no hierarchy of {planned.name}")
        return tuple(planned.held_in(hierarchy))

    def having(self, dimension: str, codes: Collection[str]) -> set[str]:
        """Of some codes, folded, those a member of the dimension has."""
        return set(map(folded, codes)) & {folded(each.code) for each in self.held(dimension)}

    def add(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Add members by a job and wait for it: see `MemberKeeper.add`."""
        return self.outcome(dimension, self.begin(dimension, members), [each.code for each in members])

    def change(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Change members by a job and wait for it; what is not said of one stays: see `MemberKeeper.change`."""
        return self.add(dimension, members)

    def begin(self, dimension: str, members: Sequence[Member]) -> str:
        """Upload a file of these members and start the import that reads it: see `PublishingKeeper.begin`."""
        archive = self._dimension(dimension).archive(members)
        name = JobName.of_file("members", archive, self._clock.now())
        self._jobs.upload(name.file, archive)
        job = self._options.metadata_jobs[dimension]
        parameters = {"importZipFileName": name.file, "errorFile": name.errors}
        return str(JobName(name.file, self._jobs.start("IMPORT_METADATA", job, parameters)))

    def outcome(self, dimension: str, reference: str, codes: Collection[str]) -> Mapping[str, str]:
        """What an import of metadata rejected: see `PublishingKeeper.outcome`.

        Where its file of rejected records does not name as many as were rejected, whoever is not there afterwards was one of them.
        """
        name = JobName.of(reference)
        result = self._jobs.ended(name.job_id, self._until())
        said = _said("the import", result)
        if result.status == INVALID:
            raise NotTakenError(said)
        if result.status not in {SUCCESS, ERROR} or result.rejected is None or result.processed is None:
            raise LostAnswerError(said)
        planned = self._dimension(dimension)
        refused = planned.rejected_in(self._jobs.rejected_file(name.errors), codes) if result.rejected else {}
        left_out = max(result.rejected, len(codes) - result.processed, int(result.status == ERROR))
        if len(refused) < left_out:
            there = self.having(dimension, codes)
            refused |= {code: said for code in codes if folded(code) not in there and code not in refused}
        if len(refused) < left_out:
            raise LostAnswerError(f"{said}: it left out members that it does not name")
        self._jobs.remove(name.file)
        return refused

    def begin_publishing(self) -> str:
        """Start the refresh of the database: see `PublishingKeeper.begin_publishing`."""
        return str(JobName(_REFRESH, self._jobs.start("CUBE_REFRESH", self._options.refresh_job, {})))

    def published(self, reference: str) -> None:
        """Wait for a refresh: see `PublishingKeeper.published`; of one that failed nobody can say what cells see."""
        result = self._jobs.ended(JobName.of(reference).job_id, self._until(), is_counted=False)
        if result.status == INVALID:
            raise NotTakenError(_said("the refresh", result))
        if result.status != SUCCESS:
            raise LostAnswerError(_said("the refresh", result))

    def _until(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self.write_seconds - 2 * CALL_SECONDS)

    def _dimension(self, dimension: str) -> PlannedDimension:
        theirs = self._options.dimensions.get(dimension, dimension)
        return PlannedDimension(theirs, self._options.member_prefixes.get(dimension, ""))

    def _plan_type(self, dimension: str) -> str:
        """A plan type that has the dimension; found once, then remembered. Empty where none shows it."""
        name = self._dimension(dimension).name.casefold()
        if name not in self._plan_types:
            for plan_type in self._client.plan_types():
                for each in self._client.dimensions_of(plan_type) or ():
                    self._plan_types.setdefault(str(each.get("name")).casefold(), plan_type)
        return self._plan_types.get(name, "")


def open_keeper(writer: CellWriter) -> ApplicationMembers:
    """The keeper beside a writer that `cells.open_writer` gave, with the login of its service administrator."""
    assert isinstance(writer, OracleEpmWriter)
    return ApplicationMembers(writer.administrator, writer.options, writer.clock)


def _said(what: str, result: JobResult) -> str:
    return f"oracle_epm: {what} ended with {result.status} ({result.says})"
