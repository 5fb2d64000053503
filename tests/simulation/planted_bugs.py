"""The bugs that the simulation must find: each is one slip somebody could make in the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from functions.deliver import pipeline as deliver
from functions.receive import keeping
from functions.record import pipeline as record
from functions.record import settle, work
from functions.sweep import pipeline as sweep
from tests.flow import test_overlapping_workers as workers
from tests.flow import test_overlapping_writers as writers
from tests.simulation.planting import planted
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World
from tieout import money
from tieout.arriving import notice, publishing
from tieout.ledger import cells, facts, plan, planned, writes
from tieout.planning import model
from tieout.systems.hubspot import signature

_MOST_SEEDS = 200


@dataclass(frozen=True, slots=True)
class Bug:
    """A slip: in which function, what it says, and what it says with the bug; and the kind of seeds that meet it soonest."""

    name: str
    function: object
    right: str
    wrong: str
    theme: str | None = None
    changes: int = 14
    proof: Callable[[], None] | None = None  # the test that shows it, where seeds meet it too seldom


BUGS = (
    Bug("no version gate", plan.decide, "version < stored.source_version", "False", "records"),
    Bug(
        "an equal version is older", plan.decide, "version < stored.source_version", "version <= stored.source_version"
    ),
    Bug("a newer version is older", plan.decide, "version < stored.source_version", "version > stored.source_version"),
    Bug(
        "differences are totals",
        writes.CellChange.difference,
        " - (self.before.amount_minor if self.before else 0)",
        "",
    ),
    Bug(
        "a fact that moves leaves its old cells as they are",
        writes.cell_changes,
        "before.keys() | after.keys()",
        "after.keys()",
    ),
    Bug("sums of several facts overwrite each other", writes.merged, "earlier.adds[name] + amount", "amount", "crowd"),
    Bug(
        "marked written whatever happened meanwhile",
        cells._mark,
        'Equals("generation", cell.generation)',
        "None",
        "writers",
    ),
    Bug(
        "the overtaken are not written again",
        cells.CellLedger.mark_written,
        "for key in overtaken",
        "for key in ()",
        "writers",
    ),
    Bug("no receipt before a write", cells.CellLedger.open_receipt, "self._table.write(", "tuple(", "planning"),
    Bug(
        "a lost answer counts as not written",
        deliver._write,
        "except LostAnswerError",
        "except ZeroDivisionError",
        "planning",
    ),
    Bug(
        "stale receipts are only closed",
        sweep._reopen_stale,
        "step.cells.dirty_again(receipt, step.clock.now())",
        "pass",
        "planning",
    ),
    Bug(
        "success is reported before it is durable", record._finish, "if errors:", "if errors and not decided:", "queue"
    ),
    Bug(
        "failures are not reported",
        work.Report.retry,
        "self.retries[message.message_id] = delay_seconds",
        "pass",
        "queue",
    ),
    Bug("FailedEntryCount is not looked at", publishing._refused, " if code}", " if False}", "queue"),
    Bug("what the bus refused is not kept", publishing.spool, "entries.items()", "()", "queue"),
    Bug(
        "the signature is checked over the parsed body",
        signature.verify,
        "url, delivery.body, timestamp",
        'url, __import__("json").dumps(__import__("json").loads(delivery.body)).encode(), timestamp',
    ),
    Bug(
        "time stamps must be equal",
        signature._checked_timestamp,
        'age_milliseconds > options.max_skew_seconds * 1000:\n        raise NotAuthenticError("timestamp_stale")',
        'age_milliseconds != 0:\n        raise NotAuthenticError("timestamp_stale")',
    ),
    Bug(
        "the future is never too far",
        signature._checked_timestamp,
        "if -age_milliseconds > options.max_skew_seconds * 1000",
        "if False",
    ),
    Bug(
        "the past is never too far",
        signature._checked_timestamp,
        "if age_milliseconds > options.max_skew_seconds * 1000",
        "if False",
    ),
    Bug("a record's key lacks the connection", notice.RecordKey.__str__, "{self.connection}#", "any#"),
    Bug(
        "a fact is held without a look at the mapping",
        writes.hold_writes,
        "writes.append(Check(",
        "str(Check(",
        "mappings",
    ),
    Bug(
        "a released fact stays in the list of the held",
        writes.hold_writes,
        "if waited_for is not None and waited_for != plan.waits_for",
        "if False",
        "mappings",
    ),
    Bug("part-facts have no fence", facts.FactLedger._commit_cells, "[mark, *", "[*", "documents", 30),
    Bug(
        "money is rounded by float",
        money.Money.of,
        "number.scaleb(minor_exponent(currency)).to_integral_value(ROUND_HALF_UP)",
        "round(float(number) * 10 ** minor_exponent(currency))",
    ),
    Bug(
        "halves are rounded to even",
        money.Money.times,
        ".to_integral_value(ROUND_HALF_UP)",
        '.to_integral_value("ROUND_HALF_EVEN")',
    ),
    Bug(
        "credits are not turned into revenue",
        model.PlanningModel._measured,
        "feed.sign * money.amount_minor",
        "money.amount_minor",
    ),
    Bug("nobody asks again for a lost flush", sweep._ask_for_flush, "step.flush_queue.ask(target)", "pass", "queue"),
    Bug(
        "outcomes are kept under the wrong position",
        record._finish,
        "task.notice.position: task.outcome",
        "0: task.outcome",
    ),
    Bug(
        "a parked notice takes its neighbours along",
        record._finish,
        "task.envelope.alone(task.notice)",
        "task.envelope",
        "queue",
    ),
    Bug(
        "what nobody can read is dropped",
        settle.Settling._plans,
        "results.fail([key], reading)",
        "results.fail([key], reading) if False else results._ended.update({key: RecordResult()})",
    ),
    Bug(
        "a secret sent as its own signature is kept",
        keeping.headers_to_keep,
        'if not any(secret in value.encode("utf-8", "surrogatepass") for secret in secrets)',
        "",
    ),
    Bug(
        "merged deals are not followed",
        settle.Settling._round,
        "again |= dict.fromkeys(unread, pending[plan.key])",
        "pass",
    ),
    Bug(
        "an overtaken cell keeps its generation",
        cells._dirty_again,
        'adds={"generation": 1},',
        "",
        proof=lambda: writers.test_an_older_value_that_lands_between_a_newer_write_and_its_mark_is_written_over(
            writers.Desk()
        ),
    ),
    Bug(
        "half a batch written is none written",
        deliver._written,
        "raise LostAnswerError",
        "raise failure or LostAnswerError",
        proof=lambda: writers.test_a_part_of_a_batch_that_landed_before_the_rest_failed_is_not_called_unwritten(
            writers.Desk()
        ),
    ),
    Bug(
        "facts planned with a replaced member are not found",
        planned.FactCatalogue.outdated,
        "members.get(entry) != member",
        "False",
    ),
    Bug(
        "a confirmation keeps the mappings it was planned with",
        writes.confirmation,
        '{"mappings": mappings_text(plan)}',
        "{}",
        "mappings",
    ),
    Bug(
        "refused cells are given up",
        cells.CellLedger.retry_refused,
        "_dirty_again(target, key, now) for key, _ in page.items",
        "_dirty_again(target, key, now) for key, _ in page.items[:0]",
    ),
    Bug(
        "drafts are forgotten",
        plan.Plan.changes_ledger,
        "remembered or ",
        "",
        proof=workers.test_a_posted_document_that_became_a_draft_meanwhile_is_not_recorded_after_all,
    ),
    Bug(
        "duplicates are not confirmed",
        facts.FactLedger._confirm,
        "if duplicates else ()",
        "if False else ()",
        proof=workers.test_a_customer_changed_and_changed_back_is_the_one_the_source_has,
    ),
    Bug(
        "the ledger is read after the source",
        settle.Settling._round,
        "self._plans(readings, stored, results)",
        "self._plans(readings, self.ledger.load(pending), results)",
        proof=workers.test_the_ledger_is_read_before_the_source,
    ),
)


def seeds_until_caught(bug: Bug) -> tuple[int, list[str]] | None:
    """After how many seeds a bug shows, and how (0: in its test); None if it never does."""
    with planted(bug.function, bug.right, bug.wrong):
        if bug.proof is not None:
            return _proved(bug.proof)
        for count, seed in enumerate(range(_MOST_SEEDS), 1):
            found = _judged(seed, bug)
            if found:
                return count, found
    return None


def is_sound(bug: Bug, seeds: int) -> list[str]:
    """What the same seeds or the same test find without the bug: nothing, or they find something else."""
    if bug.proof is not None:
        found = _proved(bug.proof)
        return found[1] if found else []
    return [each for seed in range(seeds) for each in _judged(seed, bug)]


def _proved(proof: Callable[[], None]) -> tuple[int, list[str]] | None:
    try:
        proof()
    except AssertionError as error:
        return 0, [str(error)]
    return None


def _judged(seed: int, bug: Bug) -> list[str]:
    try:
        return violations_of(World(Scenario(seed=seed, theme=bug.theme, changes=bug.changes)))
    except Exception as error:  # noqa: BLE001 a bug may break anything, and breaking is being caught
        return [repr(error)]
