"""The names of the ledger's items and the values of its indexes: whatever is written is named here."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tieout.arriving.notice import RecordKey
from tieout.closing import Books
from tieout.ledger.table import Key
from tieout.moments import moment_text
from tieout.planning.mapping import MappingKey

STATE = "STATE"
HELD = "HELD"  # the value of the index `catalogue` for facts that wait
PART_PREFIX = "PART#"
OPEN_PREFIX = "OPEN#"
DONE_PREFIX = "DONE#"
FOUND_PREFIX = "FOUND#"
RUN_PREFIX = "RUN#"
WINDOW_PREFIX = "WINDOW#"
LATE_PREFIX = "LATE#"
WAITS_PREFIX = "WAITS#"
RESTATED_PREFIX = "RESTATED#"
# What the item of an intersection holds for each measure, under these and the measure's name.
TOTAL = "total:"
CURRENCY = "currency:"
WRITTEN = "written:"
REFUSED = "refused:"
UNDONE = "undone:"
DOUBTED = "doubted:"
LAG = "lag:"  # and the name of a flow and a lag: how many changes planning was not given yet


def fact_key(record: RecordKey) -> Key:
    """Where a record's fact stands."""
    return (f"FACT#{record}", STATE)


def record_of(key: Key) -> RecordKey:
    """The record whose fact stands there."""
    _, connection, entity, record_id = key[0].split("#", 3)
    return RecordKey(connection, entity, record_id)


def facts_of(connection: str, entity: str) -> str:
    """The value of the index `catalogue` for the facts of one entity of a connection."""
    return f"FACT#{connection}#{entity}"


def cell_key(target: str, intersection_id: str) -> Key:
    """Where the totals of an intersection stand."""
    return (f"CELL#{target}#{intersection_id}", STATE)


def part_key(target: str, intersection_id: str, record: RecordKey) -> Key:
    """Where a record's contribution to an intersection stands."""
    return (f"CELL#{target}#{intersection_id}", f"{PART_PREFIX}{record}")


def waiting_for(entry: MappingKey) -> str:
    """The partition of the facts that wait for a mapping entry."""
    return f"HELD#{entry}"


def held_key(waits_for: MappingKey, record: RecordKey) -> Key:
    """Where it stands that a record's fact waits for a mapping entry."""
    return (waiting_for(waits_for), str(record))


def entries_of(connection: str, table: str) -> str:
    """The partition of the entries of one mapping table of a connection."""
    return f"MAP#{connection}#{table}"


def mapping_key(entry: MappingKey) -> Key:
    """Where a mapping entry stands."""
    return (entries_of(entry.connection, entry.table), entry.key)


def outcomes_of(connection: str, day: date) -> str:
    """The partition of the outcomes of what a connection delivered on a UTC day."""
    return f"OUTCOME#{connection}#{day.isoformat()}"


def outcome_key(connection: str, received_at: datetime, delivery_id: str, flow: str) -> Key:
    """Where the outcomes of a delivery's notices for one flow stand."""
    day = received_at.astimezone(UTC).date()
    return (outcomes_of(connection, day), f"{moment_text(received_at)}#{delivery_id}#{flow}")


def target_key(target: str) -> Key:
    """Where a target's own state stands."""
    return (f"TARGET#{target}", STATE)


def check_key(target: str) -> Key:
    """Where it stands how a target was found when it was last compared with the planning model."""
    return (f"TARGET#{target}", "CHECK")


def kept_members_key(target: str) -> Key:
    """Where it stands how the members of a target were found when they were last kept."""
    return (f"TARGET#{target}", "MEMBERS")


def member_writes_of(target: str) -> str:
    """The partition of what was added to a target's dimensions, and changed there."""
    return f"MEMBERS#{target}"


def member_write_key(target: str, begun_at: datetime, token: str) -> Key:
    """Where it stands what one call added or changed."""
    return (member_writes_of(target), f"{moment_text(begun_at)}#{token}")


def receipt_partition(target: str) -> str:
    """The partition of a target's receipts."""
    return f"RECEIPT#{target}"


def cells_of(target: str) -> str:
    """The value of the index `catalogue` for the intersections of a target."""
    return f"CELL#{target}"


BOOKS = "BOOKS"
"""The partition of what was closed, by plan version and legal entity."""

LATE = "LATE"
"""The value of the index `catalogue` for facts with late differences."""


def books_key(version: str, legal_entity: str) -> Key:
    """Where it stands which books of a legal entity and plan version are not open."""
    return (BOOKS, f"{version}#{legal_entity}")


def gate_key(shard: int) -> Key:
    """Where it stands how often books were closed or opened: what every commit checks, one of many alike."""
    return (f"GATE#{shard:03}", STATE)


def late_in(books: Books) -> str:
    """The partition of what came too late for closed books."""
    return f"{LATE_PREFIX}{books}"


def late_key(books: Books, record: RecordKey) -> Key:
    """Where it stands what of a record's fact came too late for closed books."""
    return (late_in(books), f"{WAITS_PREFIX}{record}")


def restated_key(books: Books, record: RecordKey, at: datetime) -> Key:
    """Where it stands how closed books were restated for a record's fact."""
    return (late_in(books), f"{RESTATED_PREFIX}{moment_text(at)}#{record}")


def dirty(target: str) -> str:
    """The value of the index `cells_by_state` for intersections of which planning does not hold every total yet."""
    return f"dirty#{target}"


def refused(target: str) -> str:
    """The value of the index `cells_by_state` for intersections of which the target refused a cell, and lacks no other."""
    return f"refused#{target}"


def undone(target: str) -> str:
    """The value of the index `cells_by_state` for intersections with an undone cell that lack none and have none refused."""
    return f"undone#{target}"


def census_of(connection: str) -> str:
    """The partition of everything that comparing a connection's source with the ledger leaves behind."""
    return f"CENSUS#{connection}"


def run_key(connection: str, entity: str, purpose: str) -> Key:
    """Where the last run of an entity and purpose stands."""
    return (census_of(connection), f"{RUN_PREFIX}{entity}#{purpose}")


def window_key(connection: str, entity: str, since: datetime) -> Key:
    """Where it stands that a window of an entity was complete."""
    return (census_of(connection), f"{WINDOW_PREFIX}{entity}#{moment_text(since)}")


def found_key(connection: str, entity: str, started_at: datetime, record_id: str) -> Key:
    """Where it stands what the run begun then found of a record."""
    return (census_of(connection), f"FOUND#{entity}#{moment_text(started_at)}#{record_id}")


def pages_key(connection: str, day: date) -> Key:
    """Where it stands how many pages of a source were asked for on a UTC day."""
    return (census_of(connection), f"PAGES#{day.isoformat()}")


def conflicts_of(connection: str) -> str:
    """The partition of where a connection contradicts an owner of master data."""
    return f"CONFLICT#{connection}"


def drifts_of(connection: str) -> str:
    """The partition of what a connection's answers were other than expected in."""
    return f"DRIFT#{connection}"


def readback_of(target: str) -> str:
    """The partition of everything that reading a target back leaves behind."""
    return f"READBACK#{target}"


def cycle_key(target: str) -> Key:
    """Where the last cycle of a target stands, or the one under way."""
    return (readback_of(target), "CYCLE")


def last_whole_key(target: str) -> Key:
    """Where the cycle of a target stands that was done before that one."""
    return (readback_of(target), "WHOLE")


def sampled_key(target: str) -> Key:
    """Where it stands up to when writes to a target were sampled."""
    return (readback_of(target), "SAMPLED")


def difference_key(target: str, cell_id: str) -> Key:
    """Where it stands that a cell of a target differs."""
    return (readback_of(target), f"{FOUND_PREFIX}{cell_id}")


def repaired_key(target: str, cell_id: str) -> Key:
    """Where it stands when a cell that differed was last written again."""
    return (readback_of(target), f"REPAIRED#{cell_id}")


def files_of(connection: str) -> str:
    """The partition of everything that the files of a connection leave behind."""
    return f"FILE#{connection}"


def file_run_key(connection: str, run: str) -> Key:
    """Where a drop stands, and what became of it."""
    return (files_of(connection), f"{RUN_PREFIX}{run}")


def scope_key(connection: str, feed: str, scope: str) -> Key:
    """Where it stands which accepted file stands for a scope."""
    return (files_of(connection), f"SCOPE#{feed}/{scope}")


def sent_key(connection: str, run: str, chunk: int | None = None) -> Key:
    """Where it stands that a chunk is on the bus; without a chunk, how all of a run begin."""
    return (files_of(connection), f"SENT#{run}#{'' if chunk is None else format(chunk, '06d')}")
