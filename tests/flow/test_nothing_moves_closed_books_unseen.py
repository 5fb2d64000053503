"""Nothing moves closed books unseen, whatever records say and controllers do, in whatever order."""

from __future__ import annotations

from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tests.flow.test_closed_books import PERIODS, UNMAPPED
from tests.support.books_desk import FLOWS, BooksDesk, Said, books
from tests.support.ledger_scenes import record
from tieout.closing import BooksState

_AMOUNTS = st.dictionaries(
    st.sampled_from(list(product(("Acme", "Bolt"), PERIODS))), st.sampled_from((-5, 20, 100)), max_size=4
)
_SAYS = st.tuples(st.just("says"), st.integers(1, 2), st.one_of(_AMOUNTS, st.none(), st.just(UNMAPPED)))
_CLOSES = st.tuples(st.just("closes"), st.sampled_from(PERIODS), st.sampled_from(list(BooksState)))
_APPROVES = st.tuples(st.just("approves"), st.integers(1, 2), st.sampled_from(PERIODS))


@given(
    st.fixed_dictionaries({1: st.sampled_from(sorted(FLOWS)), 2: st.sampled_from(sorted(FLOWS))}),
    st.lists(st.one_of(_SAYS, _SAYS, _CLOSES, _APPROVES), max_size=14),
)
def test_nothing_moves_a_closed_period_unseen(flows: dict[int, str], acts: list[tuple[str, object, object]]) -> None:
    """Closed cells stay but for what is restated, and what is planned, booked elsewhere and waits is what the records say."""
    desk = BooksDesk()
    said: dict[int, Said] = {}
    for act, first, second in acts:
        before = desk.totals()
        closed = _closed(desk)
        if act == "closes":
            desk.close(str(first), BooksState(str(second)))
            assert desk.totals() == before
        elif act == "approves":
            _approve(desk, first, str(second))  # type: ignore[arg-type]
            assert desk.totals() == before
        else:
            flow = FLOWS[flows[first]]  # type: ignore[index]
            plan = desk.say(first, second, flow)  # type: ignore[arg-type]
            said[first] = second if isinstance(second, dict) else {}  # type: ignore[index]
            restated = _restated(plan.guard.protected.restated)
            after = desk.totals()
            for customer, period in before.keys() | after.keys():
                if period in closed and not (flow == FLOWS["accept"] and _is_soft(desk, period)):
                    moved = after.get((customer, period), 0) - before.get((customer, period), 0)
                    assert moved == restated[customer, period]
    late = desk.late()
    if not any(act == "closes" for act, *_ in acts):
        assert not late
    assert adds_up(desk) == said_by(said)


def adds_up(desk: BooksDesk) -> dict[tuple[str, str], int]:
    """What the records say, by what is planned and what became of what came late."""
    found = Counter(desk.totals())
    for (customer, period, _, into), minor in desk.late().items():
        found[customer, period] += minor
        if into:
            found[customer, into] -= minor
    return {at: minor for at, minor in found.items() if minor}


def said_by(said: dict[int, Said]) -> dict[tuple[str, str], int]:
    """What the records say, by number, taken together."""
    found: Counter[tuple[str, str]] = Counter()
    for each in said.values():
        found.update(each)
    return {at: minor for at, minor in found.items() if minor}


def _restated(rows: object) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:  # type: ignore[attr-defined]
        for amount in row.amounts:
            found[dict(row.intersection.members)["Customer"], row.books.period] += amount.amount_minor
    return found


def _closed(desk: BooksDesk) -> set[str]:
    return {each.period for each, change in desk.books.changes().items() if change.state is not BooksState.OPEN}


def _is_soft(desk: BooksDesk, period: str) -> bool:
    change = desk.books.changes().get(books(period))
    return change is not None and change.state is BooksState.SOFT_CLOSED


def _approve(desk: BooksDesk, number: int, period: str) -> None:
    for late in desk.books.late(books(period)):
        if late.record == record(number) and any(row.kind == "to restate" for row in late.rows):
            desk.approve(number, period)
