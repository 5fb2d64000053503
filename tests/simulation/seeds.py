"""Runs one seed to rest, judges it, replays everything and judges it again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from tests.simulation.invariants import Snapshot, snapshot, violations
from tests.simulation.traffic import Traffic
from tests.simulation.world import NeverAtRestError, Scenario, World
from tieout.ledger.keys import PART_PREFIX
from tieout.ledger.table import Item, Key

# Every class must be seen in a run of some thousand seeds, or the run proves less than it says.
FAULT_CLASSES = (
    *("crash_before", "crash_after", "timed_out", "lost_answer", "throttled", "unavailable", "conflict"),
    *("partial_put_events", "bus_down", "bus_delivered_twice", "archive_down", "sweep_failed"),
    *("cell_refused", "request_refused", "target_busy", "target_denied", "stalled", "landing_late"),
    *("overlapping_writers", "overlapping_records", "mapping_race", "stale_index", "part_facts"),
    *(
        "visibility_ran_out",
        "acknowledgement_lost",
        "delivered_twice",
        "reordered",
        "merged_delivery",
        "split_delivery",
    ),
    *("redriven", "released", "flush_request_lost", "skewed_clock", "secret_rotated", "forged", "delivery_refused"),
    *("malformed_item", "unrouted_notice", "record_read_failed", "stale_replica", "overflowed", "skewed_worker"),
    *("member_replaced", "outdated_sent", "refused_retried", "unreadable_payload"),
    *("tried_too_often", "payload_parked", "payload_not_kept", "payload_misread", "version_tied"),
    *("relay_lost", "relay_paused", "relay_overflowed", "relay_failed", "relayed_twice", "echo", "foreign_event"),
    *("given_up", "listed_twice", "short_answer", "list_behind", "page_for_people"),
    *("journal_failed", "journal_answer_lost", "journal_read_again", "journal_overlapped"),
    *("never_told", "census_failed", "rates_recalculated"),
    "maintained",
    *("planning_altered", "planning_rounded", "planning_dropped"),
    *("readback_failed", "repaired_by_itself", "repaired_by_hand"),
    *("not_read_before", "slice_unreadable", "changed_before_a_write"),
    *("undone", "undo_overtaken", "undo_released", "undo_after_closing"),
    *("books_closed", "books_opened", "restatement_approved", "restated"),
    *("linked", "linked_over_another", "parted", "parted_to_another", "implied_replaced"),
    *("foreign_company", "consent_asked", "stranger_asked", "nothing_shown"),
    *("welcome_asked", "token_ended", "token_withheld", "object_locked"),
    "challenged",
    *("file_refused", "file_replaced", "file_waited", "file_put_off", "file_stopped", "file_task_failed"),
)


@dataclass(slots=True)
class Judgement:
    """What came of one seed."""

    seed: int
    violations: list[str]
    faults: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    trace_hash: str = ""

    @property
    def command(self) -> str:
        """What replays the seed, with its trace."""
        return f"python -m tests.simulation --seed {self.seed}"

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}: {self.command}", *(f"  {each}" for each in self.violations[:8])])


def judge(seed: int, note: Callable[[str], None] | None = None, *, is_hashed: bool = False) -> Judgement:
    """Run a seed, and say what of the invariants does not hold."""
    digest = hashlib.blake2b(digest_size=8)

    def noted(text: str) -> None:
        digest.update(text.encode())
        if note is not None:
            note(text)

    world = World(Scenario(seed=seed), noted if note is not None or is_hashed else None)
    found = violations_of(world)
    return Judgement(seed, found, world.weather.counts, world.line.bus.taken, digest.hexdigest())


def violations_of(world: World) -> list[str]:
    """What does not hold after a world's story, and after everything ever said was said once more."""
    try:
        Traffic(world).run()
        found = violations(world)
        if found:
            return found
        before = snapshot(world)
        world.replay()
    except NeverAtRestError as error:
        return [str(error), *violations(world)]
    return [*violations(world), *changes_by_replay(before, snapshot(world))]


def changes_by_replay(before: Snapshot, after: Snapshot) -> list[str]:
    """What is not as it was."""
    said_anew = {key[0] for key, item in before[0].items() if "rates" in item and "rates" not in after[0].get(key, {})}
    facts = [key for key in _changed(before[0], after[0]) if not _is_alike(key, said_anew, before[0], after[0])]
    changed = [*facts, *_changed(before[1], after[1])]
    return [f"a replay changed {each}" for each in changed]


def _is_alike(key: Key, said_anew: Collection[str], before: Mapping[Key, Item], after: Mapping[Key, Item]) -> bool:
    """Whether a fact adds the same as before, and no more than by which rates is said anew, as its books are open again.

    What closed books keep says by which it came; the amounts are the same, or the difference would have waited. And what
    was told once, by somebody who gave up, of a customer of whom nothing is planned is heard of at last.
    """
    if key not in before and after[key].get("contributions") == "[]" and "held_for" not in after[key]:
        return True
    fact = key[0] if key[0].startswith("FACT#") else f"FACT#{key[1].removeprefix(PART_PREFIX)}"
    return fact in said_anew and _unrated(before.get(key, {})) == _unrated(after.get(key, {}))


def _unrated(item: Item) -> Item:
    """An item of a fact without by which rates it was converted, at which version, and what follows from that."""
    plain = {name: item[name] for name in item.keys() - {"rates", "digest", "revision", "source_version"}}
    if "contributions" in plain:
        rows = json.loads(plain["contributions"])
        plain["contributions"] = [[*row[:2], [share[:2] for share in row[2]], *row[3:]] for row in rows]
    if "shares" in plain:
        plain["shares"] = [share[:2] for share in json.loads(plain["shares"])]
    return plain


def _changed[Name](before: Mapping[Name, object], after: Mapping[Name, object]) -> list[Name]:
    return [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
