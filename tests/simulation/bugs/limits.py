"""Slips at the limits: one more than fits, characters for bytes, chance left out. Seeds seldom get there; the tests named do."""

from __future__ import annotations

from functools import partial

from functions.record import pipeline as record
from functions.record import settle
from tests.contract.ledger import test_facts_at_the_limits as commits
from tests.flow import test_cells_of_one_intersection as cells
from tests.simulation.bugs.bug import Bug
from tests.support.memory_table import MemoryTable
from tests.support.planning_desk import Desk
from tests.unit.arriving import test_publishing_limits as entries
from tests.unit.record import test_retries as retries
from tests.unit.record import test_settling_limits as settling
from tieout.arriving import publishing
from tieout.errors import UnavailableError
from tieout.ledger import facts, intersections, planner, writes
from tieout.ledger.table import Usage

_EURO = "€"


def _packs() -> None:
    usages: list[Usage] = []
    commits.test_a_pack_holds_a_hundred_writes(MemoryTable(observe=usages.append), usages, 2, [100, 1])


BUGS = (
    Bug(
        "a begun commit is finished in one transaction if the new plan fits",
        facts.FactLedger.commit,
        " or (plan.stored is not None and plan.stored.unfinished)",
        "",
        proof=commits.test_a_begun_document_that_its_first_writer_gets_on_with_is_counted_once,
    ),
    Bug(
        "a part-fact is finished whatever happened meanwhile",
        facts.FactLedger._commit_in_part_facts,
        'finished, Equals("revision", revision))',
        "finished)",
        "documents",
    ),
    Bug(
        "a hundred and one writes go into a transaction",
        writes.packed,
        "> MAX_TRANSACTION_WRITES",
        "> MAX_TRANSACTION_WRITES + 1",
        proof=_packs,
    ),
    Bug(
        "a fact that waits for another entry now stays listed under the first",
        writes.hold_writes,
        "each not in waits",
        "plan.waits_for is None",
        proof=lambda: commits.test_a_fact_that_waits_for_another_entry_now_is_listed_under_that_alone(MemoryTable()),
    ),
    Bug(
        "a refusal's reason stays on a cell that was written",
        intersections.mark,
        "removes.append(keys.REFUSED + cell.measure)",
        "pass",
        proof=lambda: cells.test_of_two_writers_the_last_to_mark_a_cell_says_whether_it_was_refused(
            Desk(), is_written_first=False
        ),
    ),
    Bug(
        "eleven entries go into one call",
        publishing._calls,
        "len(group) == _MAX_CALL_ENTRIES",
        "len(group) > _MAX_CALL_ENTRIES",
        proof=partial(entries.test_a_call_carries_ten_entries, 11, [10, 1]),
    ),
    Bug(
        "an entry is as long as its characters",
        publishing._entry,
        "if len(detail.encode()) > MAX_DETAIL_BYTES:",
        "if len(detail) > MAX_DETAIL_BYTES:",
        proof=partial(entries.test_an_entry_is_as_long_as_its_bytes, 240 * 1024 + 1, _EURO, by_the_archive=True),
    ),
    Bug(
        "a call is as long as the characters of its entries",
        publishing._calls,
        "len(entry.detail.encode())",
        "len(entry.detail)",
        proof=partial(entries.test_a_call_is_as_long_as_the_bytes_of_its_entries, _EURO),
    ),
    Bug(
        "the bus is asked again in step",
        publishing.publish,
        " * entropy.fraction()",
        "",
        proof=partial(entries.test_a_bus_that_refuses_is_asked_again_after_pauses_of_chance, 0.0, [0.0, 0.0]),
    ),
    Bug(
        "workers that lost to each other meet again in step",
        settle.Settling.settle,
        " * self.entropy.fraction()",
        "",
        proof=partial(settling.test_the_pauses_between_rounds_are_chance_and_double, 0.0, 0.0),
    ),
    Bug(
        "messages come back in step",
        record._delay,
        " * (0.5 + step.entropy.fraction() / 2)",
        "",
        proof=partial(retries.test_each_attempt_waits_twice_as_long_up_to_half_an_hour, 1, 15),
    ),
    Bug(
        "a retry is put off for longer than the queue can hide a message",
        record._delay,
        "min(_LONGEST_RETRY_SECONDS, ",
        "max(0, ",
        proof=partial(retries.test_no_retry_is_put_off_for_longer_than_the_queue_can_hide_a_message, 13),
    ),
    Bug(
        "a notice is tried once more before it is parked",
        record._fail,
        "task.message.attempt < step.max_attempts",
        "task.message.attempt <= step.max_attempts",
        proof=partial(retries.test_a_notice_is_tried_eleven_times_and_parked_at_the_twelfth, UnavailableError("x")),
    ),
    Bug(
        "a fact has as many cells as it likes",
        planner.Planner.plan,
        "plan.cell_count() > _MAX_CELLS",
        "plan.cell_count() > 4 * _MAX_CELLS",
        proof=partial(settling.test_a_fact_has_two_thousand_cells_at_most, 2_001, is_taken=False),
    ),
)
