"""Step 3, record: turns the notices in a batch of queue messages into facts, contributions and cell totals in the ledger.

messages -> envelopes -> notices, completed from their payloads where their connection is so, grouped by record
         -> for those that ask for a listing: a page of it, as notices to the flow's own queue
         -> for each record: ledger, then source, then plan, then commit (again where somebody else was faster)
         -> ask for a flush, park what cannot be recorded, keep every notice's outcome, retry the rest
         -> keep in what the sources' answers and deliveries were other than expected
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from functions.record.drifting import Drifting
from functions.record.listing import Listings
from functions.record.payloads import KeptPayloads
from functions.record.settle import Origin, RecordResult, Settling
from functions.record.work import Message, Report, Task, latest_of, opened, outcomes_of_group, told_by
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, PermanentError, TieoutError, TransientError
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ports import Clock, Entropy, FlushQueue, Queue

_FIRST_RETRY_SECONDS = 15
_SLOWEST_DOUBLING = 7  # 15 s doubled so often is half an hour
# A refused credential is somebody's to mend, but it strikes every notice: waiting spares a day's redrive.
_WORTH_RETRYING = (TransientError, AccessDeniedError)
# SQS keeps no message invisible for more than 12 hours, the work done so far included.
_LONGEST_RETRY_SECONDS = 11 * 3600


@dataclass(frozen=True, kw_only=True)
class RecordStep:
    """Everything the step works with.

    Attributes:
        entities: what the flow records; notices of other entities are ignored.
        max_attempts: after so many deliveries of a message its failing notices are parked, each alone.
    """

    entities: frozenset[str]
    settling: Settling
    payloads: KeptPayloads
    listings: Listings
    outcomes: OutcomeLedger
    drifting: Drifting
    dead_letters: Queue
    flush_queue: FlushQueue
    fetch: Callable[[str], bytes]
    clock: Clock
    entropy: Entropy
    max_attempts: int = 12


@dataclass
class _Batch:
    """What becomes of a batch while it is worked."""

    report: Report = field(default_factory=Report)
    tasks: list[Task] = field(default_factory=list)


def record(step: RecordStep, messages: Sequence[Message]) -> Report:
    """Work a batch; the report names the messages to be delivered again and what became of every notice.

    Declared errors never leave: each costs its own notice. A message is named for another delivery before anything of
    it is lost; working it twice changes nothing.
    """
    batch = _Batch()
    for message in messages:
        _open(step, message, batch)
    _list(step, batch)
    _complete(step, batch)
    groups = _grouped(batch.tasks)
    results = step.settling.settle(_wanted(step, groups))
    _ask_for_flushes(step, results)
    for key, group in groups.items():
        _decide(step, group, results.get(key), batch.report)
    for message in messages:
        _finish(step, message, batch)
    batch.report.drifts = step.drifting.keep({key.connection for key in results})
    return batch.report


def _open(step: RecordStep, message: Message, batch: _Batch) -> None:
    try:
        tasks = opened(message, step.fetch)
    except _WORTH_RETRYING as error:  # until the queue has given it out often enough
        batch.report.retry(message, _delay(step, message, error))
    except PermanentError as error:
        _park_whole(step, message, error, batch)
    else:
        batch.tasks.extend(tasks)
        step.drifting.deliveries.show([task.envelope for task in tasks[:1]])


def _park_whole(step: RecordStep, message: Message, error: PermanentError, batch: _Batch) -> None:
    """Park a message that is none of ours as it is: nobody can say which notices it carries."""
    try:
        step.dead_letters.send(message.body, attributes=_reason(error))
        batch.report.parked_messages += 1
    except TieoutError as refused:  # a queue that refuses it for good: the message ends in the queue's own dead letters
        batch.report.retry(message, _delay(step, message, refused))


def _list(step: RecordStep, batch: _Batch) -> None:
    """Let notices that ask for a listing be followed by one of each record there is."""
    for task in batch.tasks:
        if task.notice.key.asks_for_listing and task.notice.key.entity in step.entities:
            try:
                listed = step.listings.work_off(task)
                task.outcome = Outcome.DUPLICATE if listed is None else Outcome.APPLIED
                batch.report.listed += listed or 0
            except Exception as error:  # noqa: BLE001 a bug in one system fails its own listing, never the batch
                _fail(step, task, error, batch.report)


def _complete(step: RecordStep, batch: _Batch) -> None:
    """Let payloads state what they can; a notice whose payload is gone or unreadable fails alone."""
    wanted = [task for task in batch.tasks if task.is_open and task.notice.key.entity in step.entities]
    for task, error in step.payloads.complete(wanted).items():
        _fail(step, task, error, batch.report)


def _grouped(tasks: Sequence[Task]) -> dict[RecordKey, list[Task]]:
    groups: dict[RecordKey, list[Task]] = {}
    for task in tasks:
        if task.is_open:
            groups.setdefault(task.notice.key, []).append(task)
    return groups


def _wanted(step: RecordStep, groups: dict[RecordKey, list[Task]]) -> dict[RecordKey, Origin]:
    """The records to read, each once, put down to its latest notice."""
    wanted = {}
    for key, group in groups.items():
        if key.entity in step.entities:
            wanted[key] = _origin(group)
    return wanted


def _origin(group: Sequence[Task]) -> Origin:
    task = latest_of(group)
    envelope = task.envelope
    return Origin(
        notice=task.notice,
        delivery_id=envelope.delivery_id,
        flow=envelope.flow,
        received_at=envelope.received_at,
        statement=task.statement,
        told=told_by(group),
        occurred=tuple(each.occurred_at for each in group if each.occurred_at is not None),
    )


def _ask_for_flushes(step: RecordStep, results: dict[RecordKey, RecordResult]) -> None:
    """Ask also for records that changed nothing: so a duplicate repairs a request that was lost."""
    for target in sorted({target for result in results.values() for target in result.targets}):
        try:
            step.flush_queue.ask(target)
        except TransientError:  # the sweeper finds the dirty cells within a minute
            continue


def _decide(step: RecordStep, group: Sequence[Task], result: RecordResult | None, report: Report) -> None:
    """Give the tasks about one record their outcomes or the error they failed with."""
    if result is None:
        for task in group:
            task.outcome = Outcome.IGNORED
    elif result.error is None:
        _conclude(step, group, result, report)
    else:
        for task in group:
            _fail(step, task, result.error, report)
        if any(task.parked_for is not None for task in group):
            _have_listed(step, group, result, report)


def _conclude(step: RecordStep, group: Sequence[Task], result: RecordResult, report: Report) -> None:
    """Give the tasks their outcomes, once what is to be listed because of their record is asked for."""
    if _have_listed(step, group, result, report):
        outcomes_of_group(group, result.outcome)


def _have_listed(step: RecordStep, group: Sequence[Task], result: RecordResult, report: Report) -> bool:
    """Ask for what is to be listed because of a record, be it that others it is related to fail; if not, its tasks fail of that."""
    try:
        if result.listings:
            step.listings.ask(latest_of(group), result.listings)
            report.listed += len(result.listings)
    except TieoutError as error:
        for task in group:
            task.outcome = task.parked_for = None
            _fail(step, task, error, report)
        return False
    return True


def _fail(step: RecordStep, task: Task, error: Exception, report: Report) -> None:
    """Count an error, and say that a notice nobody can record, or that was tried often enough, is to be parked, else retried.

    What is worth retrying is tried for about three hours (12 attempts), longer than sources are usually down and than
    the flow's freshness alarm needs to be heard. A bug is parked at once: it would fail in the same way again.
    """
    report.errors[type(error).__name__] += 1
    if isinstance(error, _WORTH_RETRYING) and task.message.attempt < step.max_attempts:
        task.error = error
    else:
        task.outcome, task.parked_for = Outcome.PARKED, error


def _finish(step: RecordStep, message: Message, batch: _Batch) -> None:
    """Keep the outcomes of a message's notices, then park, and name the message for another delivery if any of it failed.

    In this order the outcome of a notice that is redriven at once is never overwritten by `parked`.
    """
    tasks = [task for task in batch.tasks if task.message is message]
    if not tasks:
        return
    envelope = tasks[0].envelope
    decided = {task.notice.position: task.outcome for task in tasks if task.outcome is not None}
    errors = [task.error for task in tasks if task.error is not None]
    try:
        if decided:
            step.outcomes.keep(envelope, decided)
        for task in tasks:
            if task.parked_for is not None:
                body = task.envelope.alone(task.notice).message()
                step.dead_letters.send(body, attributes=_reason(task.parked_for))
        batch.report.outcomes.update(decided.values())
    except TieoutError as error:  # a table or queue that refuses it for good ends in the queue's own dead letters
        errors.append(error)
    if errors:
        batch.report.retry(message, max(_delay(step, message, error) for error in errors))


def _delay(step: RecordStep, message: Message, error: Exception) -> int:
    """Seconds until a message is tried again: what the other side asked for, or doubling with jitter."""
    asked = getattr(error, "retry_after_seconds", None) or 0
    doubling = _FIRST_RETRY_SECONDS * 2 ** min(message.attempt - 1, _SLOWEST_DOUBLING)
    return int(min(_LONGEST_RETRY_SECONDS, max(asked, doubling * (0.5 + step.entropy.fraction() / 2))))


def _reason(error: Exception) -> dict[str, str]:
    """Why something is parked, as message attributes: the class of the error and its reason, never a text from outside."""
    reason = getattr(error, "reason", None)
    return {"error": type(error).__name__} | ({"reason": str(reason)} if reason else {})
