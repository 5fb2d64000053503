"""The units of work of the record step: queue messages, the tasks in them, and the report on both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.notice import Notice
from tieout.facts.family import Fact
from tieout.facts.statement import Statement
from tieout.ledger.plan import Outcome

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A queue message; `attempt` counts its deliveries from 1."""

    message_id: str
    receipt_handle: str
    body: str
    attempt: int


@dataclass(slots=True, eq=False)
class Task:
    """One notice of a message, and what becomes of it.

    Attributes:
        statement: what the payload it names says of its record, where the record is completed from it.
        told: what the payload says its record was then, where the record is read besides.
        outcome: how it ended, if it did.
        error: what it failed with and is to be retried for.
        parked_for: why it is parked, alone.
    """

    message: Message
    envelope: Envelope
    notice: Notice
    statement: Statement | None = None
    told: Fact | None = None
    outcome: Outcome | None = None
    error: Exception | None = None
    parked_for: Exception | None = None

    @property
    def occurred_at(self) -> datetime | None:
        """When what it tells of occurred, where it says: not after it was told, whatever the source's clock has."""
        said = self.notice.occurred_at
        return said and min(said, self.envelope.received_at)

    @property
    def is_open(self) -> bool:
        """Whether nothing has become of it yet."""
        return self.outcome is None and self.error is None


@dataclass(slots=True)
class Report:
    """What became of a batch.

    Attributes:
        retries: the messages to be delivered again, with the seconds to wait.
        outcomes: how many notices ended how.
        errors: what notices failed with, by the name of the error's class; also that what is to be listed could not be asked for.
        listed: how many notices were sent to the flow's own queue because a listing was asked for.
        parked_messages: how many were parked whole, because nobody can say which notices they carry.
        drifts: of each connection, in how many ways its answers and deliveries were other than expected that nobody knew of.
    """

    retries: dict[str, int] = field(default_factory=dict)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    listed: int = 0
    parked_messages: int = 0
    drifts: Counter[str] = field(default_factory=Counter)

    def retry(self, message: Message, delay_seconds: int) -> None:
        """Name a message for another delivery."""
        self.retries[message.message_id] = delay_seconds


def opened(message: Message, fetch: Callable[[str], bytes]) -> list[Task]:
    """The tasks in a message. Raises as `tieout.arriving.envelope.read_message` does."""
    envelope = read_message(message.body, fetch)
    return [Task(message, envelope, notice) for notice in envelope.notices]


def latest_of(group: Sequence[Task]) -> Task:
    """The task whose payload states the newest version; where nothing is stated, the latest by the source's clock.

    Of equals it is the one that came last.
    """
    return max(
        group,
        key=lambda task: (
            _stated_version(task),
            task.notice.occurred_at or _LONG_AGO,
            task.envelope.received_at,
            task.notice.position,
        ),
    )


def told_by(group: Sequence[Task]) -> tuple[Fact, ...]:
    """What the payloads of tasks about one record say that it was."""
    told = (each.statement.fact if each.statement else each.told for each in group)
    return tuple(each for each in told if each is not None)


def outcomes_of_group(group: Sequence[Task], outcome: Outcome) -> None:
    """Give the tasks about one record their outcomes, when the record as a whole had `outcome`.

    The latest notice has the record's outcome. The same notice again is a duplicate; earlier ones are superseded by the
    latest, whose reading of the source holds their change too. If the record had nothing new, they are all duplicates,
    but for those that state an older version than the latest.
    """
    latest = latest_of(group)
    for task in group:
        if _stated_version(task) < _stated_version(latest):
            task.outcome = Outcome.SUPERSEDED
        elif task is latest or outcome not in {Outcome.APPLIED, Outcome.HELD}:
            task.outcome = outcome
        elif task.statement is not None or task.notice.notice_id == latest.notice.notice_id:
            task.outcome = Outcome.DUPLICATE
        else:
            task.outcome = Outcome.SUPERSEDED


def _stated_version(task: Task) -> str:
    return task.statement.source_version if task.statement else ""
