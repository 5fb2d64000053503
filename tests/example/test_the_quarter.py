"""A quarter of two companies in which fourteen things go wrong: the line says of each what a person has worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.example import expected
from tests.example.declaring import ROUNDS, quarter
from tests.example.outcome import CLOSING, END, Amounts
from tests.example.reckoning import State, reckoned
from tests.example.running import Happened, happen
from tests.example.systems import Addresses

ANOMALIES = [anomaly.name for anomaly in quarter().anomalies]
MOMENTS = (CLOSING, END)


def reckoned_at(moment: str, states: dict[int, State], folder: Path) -> Amounts:
    """What every line came to at a moment by SQL: of each period at its closing, or of all at the end."""
    if moment == END:
        return reckoned(folder, states[max(states)])
    found = Amounts()
    for number, state in states.items():
        found |= {where: amount for where, amount in reckoned(folder, state).items() if where.period in ROUNDS[number]}
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_line_is_what_a_person_has_worked_out(whole: Happened, moment: str) -> None:
    """Of every company, period and currency, as its systems say it and as planning has it, to the minor unit."""
    assert whole.lines[moment] == expected.lines(moment)


@pytest.mark.parametrize("moment", MOMENTS)
def test_sql_over_what_the_systems_hold_comes_to_the_same(whole: Happened, moment: str, tmp_path: Path) -> None:
    """A reckoning that shares no code with the line."""
    assert reckoned_at(moment, whole.states, tmp_path) == expected.lines(moment)


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


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_without_an_anomaly_exactly_the_lines_are_otherwise_that_say_so(
    group: Addresses, anomaly: str, tmp_path: Path
) -> None:
    """Everything else is to the minor unit what it was with it."""
    found = happen(quarter().acts(without=[anomaly]), group)
    for moment in MOMENTS:
        assert found.lines[moment] == expected.lines_without(moment, anomaly)
        assert reckoned_at(moment, found.states, tmp_path) == found.lines[moment]
    assert found.differences == expected.differences(without=[anomaly])
    assert found.waiting == expected.waiting(without=[anomaly])
    assert found.typed == expected.typed(without=[anomaly])


def test_without_any_anomaly_everything_ties_out(group: Addresses) -> None:
    """The ordinary quarter has no difference, nothing waits, and planning holds what the systems say."""
    found = happen(quarter().acts(without=ANOMALIES), group)
    assert (found.differences, found.waiting, found.typed) == ([], [], [])
    assert found.lines[CLOSING] == found.lines[END] == expected.lines_without(END, *ANOMALIES)
