"""Slips in telling how old changes are when they reach planning."""

from __future__ import annotations

from functions.deliver import judging
from functions.record import settle, work
from tests.simulation.bugs.bug import Bug
from tests.unit.record import test_how_old_news_is as ages
from tieout import objectives
from tieout.ledger import cells, intersections, lags, plan

BUGS = (
    Bug(
        "the age of a change is measured from when it was received",
        work.Task.occurred_at,
        "said and min(said, self.envelope.received_at)",
        "said and self.envelope.received_at",
    ),
    Bug(
        "of notices about one record the newest says how old it is",
        settle.Origin.oldest_news,
        "min(",
        "max(",
        proof=lambda: ages.test_only_what_occurred_later_than_a_fact_was_told_of_is_news(None, (7, 6, 8), 6),
    ),
    Bug(
        "a change counts as the newest of its cell",
        intersections.reached_planning,
        "parse_moment(intersection.dirty_since)",
        "now",
        "planning",
    ),
    Bug(
        "changes of one cell that are written together count as one",
        lags._waiting,
        "Waiting(flow, int(lag_seconds), changes)",
        "Waiting(flow, int(lag_seconds), 1)",
    ),
    Bug(
        "changes that were told of are told of again",
        intersections.mark,
        "*(each.attribute for each in intersection.waiting)",
        "*()",
    ),
    Bug(
        "what a write was overtaken by counts with it",
        cells.CellLedger.mark_written,
        "if each.key in held",
        "if True",
        "writers",
    ),
    Bug(
        "the objective of close days is ignored",
        objectives.Objectives._tighter,
        "self._is_close_day(legal_entity, day)",
        "False",
    ),
    Bug("what is told again is news", plan.StoredFact.is_news, "occurred_at > self.told_until", "True"),
    Bug(
        "what planning refuses has reached it",
        intersections.reached_planning,
        " or _settled_state(intersection, sent, refused)",
        "",
        "planning",
    ),
    Bug("late changes are told of as if they were in time", judging.Judging.judge, "each.seconds > within", "False"),
)
