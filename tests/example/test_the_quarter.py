"""A quarter of two companies in which fourteen things go wrong: the line says of each what a person has worked out by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.example import certifying, expected
from tests.example.declaring import ROUNDS, quarter
from tests.example.outcome import CLOSING, END, Amounts, Where
from tests.example.reckoning import State, reckoned
from tests.example.running import Happened, happen
from tests.example.systems import Addresses
from tieout.closing import Books

ANOMALIES = [anomaly.name for anomaly in quarter().anomalies]
MOMENTS = (CLOSING, END)


def reckonings(states: Mapping[int, State], folder: Path) -> dict[str, Amounts]:
    """What every line came to by SQL, by moment: each period's at its closing, and all of them at the end."""
    closed, now = Amounts(), Amounts()
    for number, state in states.items():
        now = reckoned(folder, state)
        closed |= {where: amount for where, amount in now.items() if where.period in ROUNDS[number]}
    return {CLOSING: closed, END: now}


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_line_is_what_a_person_has_worked_out(whole: Happened, moment: str) -> None:
    """Of every company, period and currency, as its systems say it and as planning has it, to the minor unit."""
    assert whole.lines[moment] == expected.lines(moment)


def test_sql_over_what_the_systems_hold_comes_to_the_same(whole: Happened, tmp_path: Path) -> None:
    """A reckoning that shares no code with the line."""
    assert reckonings(whole.states, tmp_path) == {moment: expected.lines(moment) for moment in MOMENTS}


def test_what_does_not_tie_out_is_named_with_its_kind_and_amount(whole: Happened) -> None:
    """And nothing else is: each difference is an anomaly's."""
    assert whole.differences == expected.differences()


def test_what_comes_late_waits_and_what_was_typed_over_is_found(whole: Happened) -> None:
    """Cell by cell; and no step has failed at anything."""
    assert whole.waiting == expected.waiting()
    assert whole.typed == expected.typed()
    assert whole.failures == []


def test_every_anomaly_is_on_the_page() -> None:
    """There are fourteen, and the page tells what each does."""
    assert len(ANOMALIES) == 14
    assert set(ANOMALIES) == expected.named()


def assert_certified(found: Happened, moment: str, without: Sequence[str] = ()) -> None:
    """Every certificate of a moment says what the page says: each line, what does not tie out, and what waits."""
    for books, said in found.certificates[moment].items():
        of_it = whole_lines(expected.lines_without(moment, *without), books)
        assert certifying.lines_of(said) == of_it, books
        named = certifying.differences_of(said, found.documents)
        wanted = expected.certified(moment, books, without=without)
        if moment == CLOSING:  # what is of no period is named from then on when it is known
            named, wanted = ([each for each in some if each.period] for some in (named, wanted))
        assert named == wanted, books
        late = [each for each in expected.waiting(without=without) if (each.company, each.period) == books[:2]]
        assert certifying.waiting_of(said, found.documents) == (late if moment == END else []), books


def whole_lines(lines: Amounts, books: Books) -> Amounts:
    """The lines of one company's period; bookings of all customers are one line of a certificate."""
    found = defaultdict[Where, Decimal](Decimal)
    for where, amount in lines.items():
        if (where.company, where.period) == books[:2]:
            found[where._replace(line=where.line.partition(" of ")[0])] += amount
    return {where: amount for where, amount in found.items() if amount}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_certificate_of_each_period_says_so(whole: Happened, moment: str) -> None:
    """Line by line, break by break; and what is in the way of signing it."""
    assert len(whole.certificates[moment]) == 6
    assert_certified(whole, moment)
    for books, said in whole.certificates[moment].items():
        assert certifying.in_the_way(said) == expected.in_the_way(moment, books), books
        assert not said["verdict"]["ties_out"]


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_without_an_anomaly_exactly_the_lines_are_otherwise_that_say_so(
    group: Addresses, anomaly: str, tmp_path: Path
) -> None:
    """Everything else is to the minor unit what it was with it."""
    found = happen(quarter().acts(without=[anomaly]), group)
    assert reckonings(found.states, tmp_path) == found.lines
    for moment in MOMENTS:
        assert found.lines[moment] == expected.lines_without(moment, anomaly)
        assert_certified(found, moment, [anomaly])
    assert found.differences == expected.differences(without=[anomaly])
    assert found.waiting == expected.waiting(without=[anomaly])
    assert found.typed == expected.typed(without=[anomaly])


def test_without_any_anomaly_everything_ties_out(group: Addresses) -> None:
    """The ordinary quarter has no difference, nothing waits, planning holds what the systems say, and all of it could be signed."""
    found = happen(quarter().acts(without=ANOMALIES), group)
    assert (found.differences, found.waiting, found.typed) == ([], [], [])
    assert found.lines[CLOSING] == found.lines[END] == expected.lines_without(END, *ANOMALIES)
    for moment in MOMENTS:
        assert_certified(found, moment, ANOMALIES)
        assert all(said["verdict"]["ties_out"] for said in found.certificates[moment].values())
