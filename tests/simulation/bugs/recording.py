"""Slips in the record step, in planning and with money."""

from __future__ import annotations

from functions.record import payloads, settle, work
from functions.record import pipeline as record
from tests.flow import test_overlapping_workers as workers
from tests.flow import test_records_from_payloads as kept
from tests.flow import test_unreadable_payloads as unreadable
from tests.simulation.bugs.bug import Bug
from tests.support.payload_line import PayloadLine
from tests.unit.core import test_ownership as owned
from tieout import money, ownership
from tieout.planning import model

BUGS = (
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
    Bug(
        "money is rounded by float",
        money.Money.of,
        "number.scaleb(minor_exponent(currency), EXACT).to_integral_value(ROUND_HALF_UP, EXACT)",
        "round(float(number) * 10 ** minor_exponent(currency))",
    ),
    Bug(
        "halves are rounded to even",
        money.apportioned,
        "whole.to_integral_value(ROUND_HALF_UP)",
        'whole.to_integral_value("ROUND_HALF_EVEN")',
    ),
    Bug(
        "credits are not turned into revenue",
        model.PlanningModel._measured,
        "feed.sign * money.amount_minor",
        "money.amount_minor",
    ),
    Bug(
        "a bill is planned of two systems that know it",
        ownership.Ownership.is_planned,
        "return owner is None or owner.connection == connection",
        "return True",
        proof=owned.test_a_bill_that_two_systems_know_is_planned_of_its_owner,
    ),
    Bug(
        "a company's owner owns the bills of all companies",
        ownership.Ownership.of,
        "for company in (legal_entity, None):",
        "for company in (legal_entity, None, *(each for _, each, _ in self._owners)):",
        proof=owned.test_a_bill_that_two_systems_know_is_planned_of_its_owner,
    ),
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
        "what was tried too often is dropped",
        record._finish,
        "if task.parked_for is not None:",
        "if isinstance(task.parked_for, PermanentError):",
        "queue",
    ),
    Bug(
        "what nobody can read is dropped",
        settle.Settling._plans,
        "results.fail([key], reading)",
        "results.fail([key], reading) if False else results._ended.update({key: RecordResult()})",
    ),
    Bug(
        "merged deals are not followed",
        settle.Settling._round,
        "again |= dict.fromkeys(unread, pending[plan.key]._replace(statement=None, told=()))",
        "pass",
    ),
    Bug(
        "the ledger is read after the source",
        settle.Settling._round,
        "self._plans(pending, readings, Known(stored, now), results)",
        "self._plans(pending, readings, Known(*self.ledger.open(pending)), results)",
        proof=workers.test_the_ledger_is_read_before_the_source,
    ),
    Bug(
        "the latest arrival counts, and not the newest version stated",
        work.latest_of,
        "_stated_version(task),",
        "",
        proof=lambda: kept.test_the_newest_version_in_a_batch_counts_and_never_the_latest_arrival(PayloadLine()),
    ),
    Bug(
        "contents of one version are not told apart",
        payloads.versioned,
        "{reading.source_version} {standing} {digest}",
        "{reading.source_version}",
        proof=lambda: kept.test_a_deletion_wins_a_tie(PayloadLine()),
    ),
    Bug(
        "a deletion stands no higher than a content",
        payloads.versioned,
        '"deleted" if is_gone else "content"',
        '"content"',
        proof=lambda: kept.test_a_deletion_wins_a_tie(PayloadLine()),
    ),
    Bug(
        "a corrected reading of a payload is another version",
        payloads.versioned,
        "content.excerpt",
        "repr(reading).encode()",
        proof=lambda: kept.test_a_payload_that_is_read_in_a_better_way_keeps_its_version(PayloadLine()),
    ),
    Bug(
        "what can be read of a payload hides what cannot",
        payloads._stated,
        "            return found",
        "            continue",
        proof=lambda: unreadable.test_what_cannot_be_read_is_not_hidden_by_what_can(PayloadLine()),
    ),
    Bug(
        "an older payload waits for a begun commit",
        settle.Settling._plans,
        "plan if pending[key].statement else _finishing(plan)",
        "_finishing(plan)",
        proof=lambda: kept.test_a_commit_that_was_begun_is_finished_by_its_own_payload(PayloadLine()),
    ),
    Bug(
        "a payload that is gone takes its neighbours along",
        record._complete,
        "_fail(step, task, error, batch.report)",
        "[_fail(step, each, error, batch.report) for each in wanted]",
        proof=lambda: unreadable.test_a_payload_that_is_gone_parks_its_notice_alone(PayloadLine()),
    ),
)
