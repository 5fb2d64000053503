"""Slips in the record step, in planning and with money."""

from __future__ import annotations

from functions.record import pipeline as record
from functions.record import settle, work
from tests.flow import test_overlapping_workers as workers
from tests.simulation.bugs.bug import Bug
from tieout import money
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
        "merged deals are not followed",
        settle.Settling._round,
        "again |= dict.fromkeys(unread, replace(pending[plan.key], statement=None))",
        "pass",
    ),
    Bug(
        "the ledger is read after the source",
        settle.Settling._round,
        "self._plans(readings, stored, results)",
        "self._plans(readings, self.ledger.load(pending), results)",
        proof=workers.test_the_ledger_is_read_before_the_source,
    ),
)
