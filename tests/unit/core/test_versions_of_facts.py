"""Every version of a record that the ledger ever held, as the journal tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.books_desk import TARGET, books, place
from tests.support.clock import ManualClock
from tests.support.ledger_scenes import V1, V2, lineage, record, statement
from tests.support.told_history import ToldHistory
from tests.support.traced import backwards, versions
from tieout.closing import BooksState
from tieout.ledger.facts import FactLedger
from tieout.ledger.late_rows import LateKind
from tieout.ledger.plan import Outcome, decide
from tieout.ledger.versions import Move
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped
from tieout.planning.mapping import MappingKey

MARCH = "2026-03"


@pytest.fixture
def history() -> ToldHistory:
    """Nothing was said yet."""
    return ToldHistory(ManualClock())


def test_a_version_says_what_the_record_was_and_which_notice_made_it_so(history: ToldHistory) -> None:
    """All that the ledger keeps of a commit beside what was stated: an auditor is shown it line by line."""
    plan = history.say(1, {("Acme", MARCH): 100}, "spending")
    [version] = versions(history.lines(), 1)
    [came] = history.delivered
    assert (version.record, version.lineage) == (record(1), came)
    assert (version.revision, version.replaces, version.source_version) == (1, 0, plan.source_version)
    assert (version.kind, version.outcome, version.held_for, version.late) == ("Opportunity", "applied", None, ())
    assert version.begun_at == version.at == came.recorded_at.replace(microsecond=0)
    acme = place("Acme", MARCH).intersection_id()
    assert version.moves == (
        Move(
            target=TARGET,
            intersection_id=acme,
            measure="Amount",
            books=books(MARCH),
            before_minor=0,
            after_minor=100,
        ),
    )


def test_what_waits_for_a_mapping_entry_is_a_version_of_its_own(history: ToldHistory) -> None:
    """It names the entry it waits for, and takes back what the version before it had put into cells."""
    entry = MappingKey("crm", "customers", "4711")
    history.say(1, {("Acme", MARCH): 100})
    history.say(1, Unmapped(entry))
    first, second = versions(history.lines(), 1)
    assert (first.held_for, second.held_for, second.outcome) == (None, entry, Outcome.HELD)
    assert (second.replaces, second.revision) == (first.revision, first.revision + 1)
    assert [move.moved_minor for move in second.moves] == [-100]


def test_a_version_says_what_of_it_came_too_late(history: ToldHistory) -> None:
    """Books were closed: the cell is not moved, and the difference that waits is told with the version."""
    history.close(MARCH, BooksState.CLOSED)
    history.say(1, {("Acme", MARCH): 100})
    [version] = versions(history.lines(), 1)
    [row] = version.late
    assert version.moves == ()
    assert (row.intersection, row.books, row.kind) == (place("Acme", MARCH), books(MARCH), LateKind.HELD)
    assert [each.amount_minor for each in row.amounts] == [100]


def test_a_reading_that_found_the_same_is_no_version(history: ToldHistory) -> None:
    """It is kept that the record was read again, which is neither a version nor the end of its history."""
    history.version = V1
    history.say(1, {("Acme", MARCH): 100})
    confirmed = history.say(1, {("Acme", MARCH): 100})
    history.version = V2
    history.say(1, {("Acme", MARCH): 300})
    assert confirmed.outcome is Outcome.DUPLICATE
    assert [(each.lineage.delivery_id, each.source_version) for each in versions(history.lines(), 1)] == [
        ("d-1", V1),
        ("d-3", V2),
    ]


def test_versions_stand_in_the_order_in_which_they_were_made(history: ToldHistory) -> None:
    """However the journal is read: what each moved is counted from the one before it."""
    for minor in (100, 40, 75):
        history.say(1, {("Acme", MARCH): minor})
    told = versions(backwards(history.lines()), 1)
    assert [(move.before_minor, move.after_minor) for each in told for move in each.moves] == [
        (0, 100),
        (100, 40),
        (40, 75),
    ]
    assert [each.replaces for each in told] == [0, 1, 2]


def test_moves_stand_by_target_intersection_and_measure(history: ToldHistory) -> None:
    """Not by what they come to: the same version is shown in the same order however its amounts change."""
    places = sorted(
        Intersection(target, "Pipeline", (("Customer", name), ("Time", MARCH)))
        for target in ("planning", "archive")
        for name in ("Acme", "Bolt", "Cory", "Dale")
    )
    ids = sorted(each.intersection_id() for each in places)
    contributions = tuple(
        Contribution(each, (Amount("Amount", "EUR", 9 - number, "par"), Amount("Units", "EUR", 1, "par")))
        for each in places
        for number in [ids.index(each.intersection_id())]
    )
    plan = decide(statement(1, V1), None, contributions, {})
    FactLedger(history.table).commit([(plan, replace(lineage(plan.key), recorded_at=history.now()))])
    [version] = versions(history.lines(), 1)
    order = [(each.target, each.intersection_id, each.measure) for each in version.moves]
    assert len(order) == 16
    assert order == sorted(order)
    assert [each.intersection_id for each in version.moves[::2]] != ids


def test_a_place_that_a_record_left_is_moved_back_in_the_books_it_was_in(history: ToldHistory) -> None:
    """What it does not contribute to any more has nothing after, and is told of the books that protect it."""
    history.say(1, {("Acme", MARCH): 100, ("Bolt", MARCH): 5})
    history.say(1, {("Acme", "2026-04"): 100, ("Bolt", MARCH): 5})
    _, second = versions(history.lines(), 1)
    assert {(each.books.period, each.before_minor, each.after_minor) for each in second.moves} == {
        (MARCH, 100, 0),
        ("2026-04", 0, 100),
    }
