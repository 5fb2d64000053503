"""A small day struck at every call, and at every pair of calls."""

from __future__ import annotations

import pytest

from tests.simulation.crash_points import Trial, pairs, reference_day, report, sale, singles

_SHARES = 8  # of the work, so that it can be spread over processes


def _failed(trials: list[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.violations]


def test_the_reference_day_calls_every_kind_of_port() -> None:
    """A plan proves something only of the calls that the day makes."""
    trial = reference_day(())
    assert not trial.violations
    called = {point.split(".")[0] for point in trial.points}
    assert called >= {"secret", "bus", "ledger", "hubspot", "netsuite", "flush", "planning", "forecast_to_plan"}
    assert len(trial.points) >= 45


def test_no_single_fault_changes_the_end() -> None:
    """Whatever call is struck in whatever way: planning ends with what the sources say."""
    plans = list(singles())
    assert len(plans) >= 90
    assert not _failed([reference_day(plan) for plan in plans])


def test_a_writer_that_is_killed_blocks_its_target_for_five_minutes_at_most() -> None:
    """Its message is in nobody's hands until it is seen again; the sweeper's requests wait behind it."""
    call = reference_day(()).points.index("planning.set")
    trial = reference_day(((call, "crash before"),))
    runs = [at for name, at in trial.invoked if name == "deliver"]
    killed, next_one = runs[0], runs[1]
    assert 60_000 < next_one - killed <= 305_000  # a second or so until the queue is asked again


@pytest.mark.parametrize("share", range(_SHARES))
def test_no_pair_of_faults_changes_the_end(share: int) -> None:
    """A second fault may strike anywhere in what follows the first one, the repairing of it included."""
    plans = [pair for single in list(singles())[share::_SHARES] for pair in pairs(single)]
    assert len(plans) >= 450
    assert not _failed([reference_day(plan) for plan in plans])


def test_no_fault_and_no_pair_of_faults_costs_a_payload() -> None:
    """A notice is completed from what was kept, whatever call is struck, and whatever after one that keeps or fetches."""
    undisturbed = reference_day((), report)
    assert not undisturbed.violations
    assert {"archive.put", "archive.get"} <= set(undisturbed.points)
    plans = list(singles(report))
    assert len(plans) >= 60
    assert not _failed([reference_day(plan, report) for plan in plans])
    keeping = [plan for plan in plans if undisturbed.points[plan[0][0]] in {"archive.put", "bus.put", "archive.get"}]
    assert len(keeping) >= 10
    assert not _failed([reference_day(pair, report) for plan in keeping for pair in pairs(plan, report)])


def test_no_fault_and_no_pair_of_faults_costs_a_change_that_salesforce_tells_of() -> None:
    """Not where a message is answered, nor where a change event is relayed, nor where an overflow has all records listed."""
    undisturbed = reference_day((), sale)
    assert not undisturbed.violations
    assert {"secret.value", "bus.put", "salesforce.read", "forecast_to_plan.send"} <= set(undisturbed.points)
    plans = list(singles(sale))
    assert len(plans) >= 90
    assert not _failed([reference_day(plan, sale) for plan in plans])
    sending = {call for call, point in enumerate(undisturbed.points) if point in {"forecast_to_plan.send", "bus.put"}}
    telling = [plan for plan in plans if plan[0][0] in sending and plan[0][1] in {"crash after", "lost answer"}]
    assert len(telling) >= 8
    assert not _failed([reference_day(pair, sale) for plan in telling for pair in pairs(plan, sale)])
