"""What a target's deliver function does in one run, wired as its handler wires it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from functions.deliver import settings as delivering
from functions.deliver.judging import Judging
from functions.deliver.members import keep_when_due, make_sure
from functions.deliver.pipeline import DeliverReport, DeliverStep, flush
from tests.simulation.before_writing import reading_before
from tests.simulation.keeping_members import member_step
from tieout.errors import TransientError

if TYPE_CHECKING:
    from tests.simulation.line import Line
    from tests.simulation.targets import SimulatedTarget

DELIVER_LIFETIME_MS = 1000 * delivering.RUN_SECONDS


def flush_once(line: Line, target: SimulatedTarget) -> DeliverReport:
    """Keep members where that is due, then write what planning lacks."""
    started, clock, writer = line.schedule.milliseconds, line.clock_of_a_worker(), target.open_writer()

    def has_time(seconds: float) -> bool:
        return line.schedule.milliseconds - started + 1000 * seconds < DELIVER_LIFETIME_MS

    members = member_step(line, target, writer, clock, has_time)
    step = DeliverStep(
        target=target.name,
        cells=line.cells,
        writer=writer,
        judging=Judging(target=target.name, objectives=line.objectives, tell=line.aging.tell),
        clock=clock,
        entropy=line.entropy,
        before=reading_before(line, writer, clock),
        has_time=has_time,
        behind=target.behind,
        make_sure=lambda named: make_sure(members, named),
        maintenance=target.maintenance,
    )
    with suppress(TransientError):
        keep_when_due(members)
    return flush(step)
