from __future__ import annotations

from collections import deque
from contextlib import suppress

from functions.intake.errors import FlowBusyError
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.intake_desk import IntakeDesk
from tests.support.legacy_feeds import JOURNALS, entry

WORKERS = 4
AT_ONCE = 2  # chunks that the map offers at the same time


def test_a_webhook_waits_for_no_more_than_a_few_chunks_of_the_largest_file() -> None:
    """While a file of many chunks is sent as fast as the flow takes it, what a webhook tells finds a short queue, always."""
    desk = IntakeDesk({**JOURNALS, "chunk_documents": 1})
    rows = [row for number in range(200) for row in entry(f"D{number:03d}", ("1100", "1.00"), ("4000", "-1.00"))]
    run = desk.check(desk.drop("GL_BR01_202603_42.csv", write_file(JOURNALS, rows, Dropped(42, company="BR01"))))
    offered, queue, ahead = deque(desk.manifest(run)), deque[str](), []
    while offered:
        # Two of the map look at the queue at the same moment, and both may find it short.
        seen = len(queue)
        for _ in range(min(AT_ONCE, len(offered))):
            desk.is_busy = seen >= WORKERS
            chunk = offered.popleft()
            told = len(desk.bus.entries)
            try:
                desk.send(chunk)
            except FlowBusyError:
                offered.append(chunk)
            queue.extend("chunk" for _ in desk.bus.entries[told:])
        ahead.append(len(queue))  # what a webhook that comes now waits for
        with suppress(IndexError):
            queue.popleft()
    assert len(desk.bus.entries) == run.chunks == 200
    assert max(ahead) <= WORKERS - 1 + AT_ONCE
