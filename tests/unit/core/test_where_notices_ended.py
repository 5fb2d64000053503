"""How notices ended, and from where the journal has to be read for what came of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.books_desk import TARGET, place
from tests.support.clock import ManualClock
from tests.support.ledger_scenes import record
from tests.support.told_history import ToldHistory
from tests.support.traced import backwards, searched
from tieout.arriving.envelope import Envelope
from tieout.ledger import keys
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.searching import Ended, Search, Wanted

MARCH = "2026-03"
MANY = {(f"Customer {number}", MARCH): 100 for number in range(60)}
"""More than one transaction holds."""


@pytest.fixture
def history() -> ToldHistory:
    """Nothing was said yet."""
    return ToldHistory(ManualClock())


def keep(history: ToldHistory, delivery_id: str, flow: str, outcomes: dict[int, Outcome]) -> None:
    """Keep how notices of a delivery ended in a flow, some seconds later than all before."""
    history.now()
    envelope = Envelope(
        delivery_id=delivery_id, connection="crm", flow=flow, received_at=ManualClock().now(), notices=()
    )
    OutcomeLedger(history.table).keep(envelope, outcomes)


def test_a_notice_ended_in_each_flow_of_its_connection(history: ToldHistory) -> None:
    """A notice that is asked for by its position has no part in how the others of its delivery ended."""
    keep(history, "d-1", "forecast", {0: Outcome.APPLIED, 1: Outcome.IGNORED})
    forecast = history.clock.now()
    keep(history, "d-1", "actuals", {1: Outcome.DUPLICATE, 2: Outcome.APPLIED})
    keep(history, "d-2", "forecast", {1: Outcome.SUPERSEDED})
    assert searched(history.lines(), "d-1", 1).ends() == [
        Ended(
            connection="crm", flow="actuals", position=1, outcome=Outcome.DUPLICATE, at=forecast + timedelta(seconds=2)
        ),
        Ended(connection="crm", flow="forecast", position=1, outcome=Outcome.IGNORED, at=forecast),
    ]
    assert [(each.flow, each.position) for each in searched(history.lines(), "d-1").ends()] == [
        ("actuals", 1),
        ("actuals", 2),
        ("forecast", 0),
        ("forecast", 1),
    ]


def test_how_a_notice_ended_is_what_was_kept_last_of_it(history: ToldHistory) -> None:
    """In whatever order the lines of the journal are read: what waited and then was applied has not ended as held."""
    keep(history, "d-1", "forecast", {0: Outcome.PARKED})
    keep(history, "d-1", "forecast", {0: Outcome.HELD})
    keep(history, "d-1", "forecast", {0: Outcome.APPLIED})
    applied = history.clock.now()
    for journal in (history.lines(), backwards(history.lines())):
        assert [(each.outcome, each.at) for each in searched(journal, "d-1").ends()] == [(Outcome.APPLIED, applied)]


def test_a_delivery_is_found_by_whatever_it_is_called(history: ToldHistory) -> None:
    """Its name may hold what JSON escapes, or letters of any language."""
    name = 'JKJaXmPLvHcESHA="Umsätze\\März'
    keep(history, name, "forecast", {0: Outcome.APPLIED})
    assert searched(history.lines(), name).has_found


def test_what_tells_of_other_deliveries_is_passed_over_unread() -> None:
    """A journal is long, and nearly all of it is of others: only lines that name the delivery in full cost their reading."""
    search = Search(Wanted("d-1"))
    search.take([b'{"of":"d-2', b'{"of":"e-1', b'{"of":"d1', b'{"of":null'])
    assert not search.has_found


def test_the_journal_is_read_from_where_the_first_commit_may_be_told(history: ToldHistory) -> None:
    """A second earlier than its fact was told of, since its cells may be; nothing that is older is read again."""
    history.say(1, {("Acme", MARCH): 100})
    history.say(2, {("Acme", MARCH): 100})
    second = history.clock.now()
    history.clock.advance(3600)
    history.say_again(2, {("Bolt", MARCH): 100}, history.delivered[1])
    for journal in (history.lines(), backwards(history.lines())):
        assert searched(journal, "d-2").since == second - timedelta(seconds=1)


def test_a_commit_in_many_steps_that_was_left_to_nobody_is_read_from_its_own_first_step(history: ToldHistory) -> None:
    """It took up its own steps alone: nothing older belongs to it."""
    history.say(1, {("Acme", MARCH): 100})
    history.clock.advance(3600)
    history.say(1, MANY)
    assert searched(history.lines(), "d-2").since == history.clock.now() - timedelta(seconds=1)


def test_a_notice_that_brought_nothing_has_no_place_in_the_journal_to_read_on_from(history: ToldHistory) -> None:
    """It ended, and no fact is kept with it."""
    keep(history, "d-1", "forecast", {0: Outcome.IGNORED})
    search = searched(history.lines(), "d-1")
    assert (search.has_found, search.since, search.partitions) == (True, None, set())
    assert not searched(history.lines(), "d-2").has_found


def test_what_a_notice_may_have_moved_is_where_its_record_was_and_where_it_is(history: ToldHistory) -> None:
    """Of the intersections of other records nothing is looked for."""
    history.say(1, {("Acme", MARCH): 100})
    history.say(2, {("Cory", MARCH): 100})
    history.say(1, {("Bolt", MARCH): 100})
    wanted = [keys.cell_key(TARGET, place(name, MARCH).intersection_id())[0] for name in ("Acme", "Bolt")]
    assert searched(history.lines(), "d-3").partitions == {keys.fact_key(record(1))[0], *wanted}
