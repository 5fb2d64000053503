"""Knows when the line has come to rest, and whether what was received adds up."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ops import ledger_views, queues, target_views
from ops.place import Place
from sandbox.aws import EmulatedAws
from sandbox.function_logs import read_function_logs
from sandbox.places import SandboxError

_PATIENCE_SECONDS = 120
_LOOK_EVERY_SECONDS = 0.5
_RESTING_LOOKS = 3  # queues report about what they hold: one quiet look may be luck


def wait_until_quiet(
    place: Place, aws: EmulatedAws, tell: Callable[[str], None], *, patience_seconds: float = _PATIENCE_SECONDS
) -> None:
    """Wait until every accepted notice has an outcome, no queue holds work, and planning lacks no change.

    Raises:
        SandboxError: if the line has not come to rest in time; the message says what was still open.
    """
    started, quiet, shown = time.monotonic(), 0, ""
    while quiet < _RESTING_LOOKS:
        left = _unfinished(place, aws, is_last_look=quiet == _RESTING_LOOKS - 1)
        quiet = 0 if left else quiet + 1
        if left and left != shown:
            tell(f"   ... {left}")
            shown = left
        if time.monotonic() - started > patience_seconds:
            raise SandboxError(f"the line did not come to rest within {patience_seconds:.0f} s: {left}")
        threading.Event().wait(_LOOK_EVERY_SECONDS)


def accepted_notices(aws: EmulatedAws) -> int:
    """How many notices the functions say they have put on the bus or listed, by their own logs."""
    return sum(int(str(line.get("Accepted", 0))) + int(str(line.get("listed", 0))) for line in _log_lines(aws))


def outcomes(place: Place) -> Counter[str]:
    """How every notice of today and yesterday ended (a demo may run at midnight)."""
    counted: Counter[str] = Counter()
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=1), today):
        for row in ledger_views.received(place.table, place.connections, day):
            counted.update(
                {name: count for name, count in row.items() if name not in {"connection", "flow", "accepted"}}
            )
    return counted


def _unfinished(place: Place, aws: EmulatedAws, *, is_last_look: bool) -> str:
    """What is still open, in words; empty when nothing is.

    The logs are read only by the last look, and where nothing else is open, because that costs ten times the rest. What has its
    outcome only since then may be on its way to planning only since then, so that is asked once more.
    """
    left = _in_queues(place) or _to_planning(place)
    if left or not is_last_look:
        return left
    return _without_outcome(place, aws) or _to_planning(place)


def _in_queues(place: Place) -> str:
    relayed = sum(sum(queues.depth(place.sqs, relay.queue_url).values()) for relay in place.relays)
    if relayed:
        return f"{counted(relayed, 'event')} of another bus"
    working = sum(sum(queues.depth(place.sqs, flow.queue_url).values()) for flow in place.flows)
    return f"{counted(working, 'message')} in the flows' queues" if working else ""


def _without_outcome(place: Place, aws: EmulatedAws) -> str:
    accepted, ended = accepted_notices(aws), outcomes(place).total()
    return f"{accepted - ended} of {accepted} notices without an outcome" if ended < accepted else ""


def _to_planning(place: Place) -> str:
    dirty = sum(target_views.planning_state(place.table, target)["dirty"] for target in place.targets)
    return f"{counted(dirty, 'cell')} on their way to planning" if dirty else ""


def counted(count: int, thing: str) -> str:
    """A number of things, as people say it."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _log_lines(aws: EmulatedAws) -> list[dict[str, object]]:
    """The functions' log lines that are JSON objects."""
    found = []
    for lines in read_function_logs(aws).values():
        for line in lines:
            try:
                plain = json.loads(line)
            except ValueError:
                continue
            if isinstance(plain, dict):
                found.append(plain)
    return found
