"""What a certificate tells beside its bridge and cells: books, what came late or waits, entries, what was read and listed; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.certifying.coverage import gaps, overlaps
from tieout.certifying.subject import Plain, decimal_text
from tieout.closing import Books, BooksState
from tieout.facts.listing import Window
from tieout.ledger.censuses import CompleteWindow
from tieout.ledger.closed_period import PlannedBy
from tieout.ledger.closing import LateFact
from tieout.ledger.cycles import Cycle
from tieout.ledger.differences import CellDifference
from tieout.ledger.gate import Change
from tieout.ledger.late_rows import LateRow
from tieout.ledger.mappings import HeldFact, MappingEntry
from tieout.moments import moment_text
from tieout.planning.mapping import MappingKey

IMPLIED = "implied"
"""The origin of an entry that nobody has stored: what its owner's numbers imply."""


def books_rows(books: Iterable[Books], changes: Mapping[Books, Change]) -> list[Plain]:
    """Each plan version's books of the period, with who closed them, when and why."""
    rows = []
    for each in sorted(books):
        change = changes.get(each)
        rows.append(
            {
                "version": each.version,
                "state": str(change.state if change else BooksState.OPEN),
                "is_done": change.is_done if change else True,
                "at": moment_text(change.at) if change else "",
                "by": change.by if change else "",
                "reason": change.reason if change else "",
            }
        )
    return rows


def late_rows(facts: Iterable[LateFact]) -> list[Plain]:
    """What came after the closing, difference by difference: held, to be restated, restated, or booked to which period."""
    return [_late(fact, row) for fact in facts for row in fact.rows]


def held_rows(facts: Iterable[HeldFact]) -> list[Plain]:
    """The facts that wait for a mapping entry, and since when: of which period they will be, nobody can say of all of them."""
    rows = [
        {
            "record": str(each.record),
            "waits_for": str(each.waits_for),
            "since": moment_text(each.lineage.recorded_at),
            "notice": each.lineage.notice.notice_id,
            "delivery": each.lineage.delivery_id,
        }
        for each in facts
    ]
    return sorted(rows, key=lambda row: (row["record"], row["waits_for"]))


def mapping_rows(planned_by: Mapping[RecordKey, PlannedBy], stored: Mapping[MappingKey, MappingEntry]) -> list[Plain]:
    """The entries that contributing facts were planned with, each with its member; how many facts; and what is stored of it."""
    used = Counter((key, member) for each in planned_by.values() for key, member in each.used.items())
    return [_mapping(key, member, count, stored.get(key)) for (key, member), count in sorted(used.items())]


def difference_rows(found: Iterable[CellDifference]) -> list[Plain]:
    """The cells of which planning was read to hold something else than it was given."""
    return [
        {
            "cell": each.cell_id,
            "target": each.target,
            "cube": each.cube,
            "measure": each.measure,
            "members": [list(member) for member in each.members],
            "currency": each.currency,
            "wanted": decimal_text(each.wanted_minor, each.currency),
            "held": None if each.held is None else f"{each.held:f}",
            "since": moment_text(each.since),
        }
        for each in found
    ]


def cycle_row(target: str, cycle: Cycle | None, written_at: str) -> Plain:
    """The last time all of a target's cells were read back, and whether that was begun after the period's last write.

    Args:
        target: whose.
        cycle: the last one that came to its end; where none did, the one under way.
        written_at: when a cell of the period was last written there; empty where none was.
    """
    is_whole = cycle is not None and cycle.finished_at is not None
    started_at = moment_text(cycle.started_at) if cycle else ""
    return {
        "target": target,
        "started_at": started_at,
        "finished_at": moment_text(cycle.finished_at) if cycle and cycle.finished_at else "",
        "equal": cycle.equal if cycle else 0,
        "different": cycle.different if cycle else 0,
        "last_write": written_at,
        "is_behind_last_write": is_whole and started_at >= written_at,
    }


def census_row(
    connection: str, entity: str, windows: Sequence[CompleteWindow], span: Window, *, is_listed: bool
) -> Plain:
    """What was compared of one entity of a connection, window by window, and which of the period's days no window covers.

    Args:
        connection: whose.
        entity: what of it.
        windows: all that were complete.
        span: the days of the period.
        is_listed: whether the source can list the entity at all.
    """
    inside = [each for each in windows if overlaps(span, each.window)]
    return {
        "connection": connection,
        "entity": entity,
        "is_listed": is_listed,
        "windows": [_window(each) for each in inside],
        "gaps": [[moment_text(each.since), moment_text(each.until)] for each in gaps(span, (i.window for i in inside))],
    }


def _late(fact: LateFact, row: LateRow) -> Plain:
    return {
        "record": str(fact.record),
        "version": row.books.version,
        "kind": str(row.kind),
        "into": row.into.period if row.into else "",
        "target": row.intersection.target,
        "cube": row.intersection.cube,
        "members": [list(each) for each in row.intersection.members],
        "amounts": [
            {
                "measure": each.measure,
                "currency": each.currency,
                "amount": decimal_text(each.amount_minor, each.currency),
                "rate": each.rate,
            }
            for each in row.amounts
        ],
        "approval": strict_json.parse(fact.approval.encode()) if fact.approval else None,
        "notice": fact.lineage.notice.notice_id,
        "delivery": fact.lineage.delivery_id,
        "flow": fact.lineage.flow,
        "recorded_at": moment_text(fact.lineage.recorded_at),
    }


def _mapping(key: MappingKey, member: str, facts: int, entry: MappingEntry | None) -> Plain:
    return {
        "connection": key.connection,
        "table": key.table,
        "key": key.key,
        "member": member,
        "facts": facts,
        "stored": entry.member if entry else "",
        "origin": entry.origin if entry else IMPLIED,
        "stored_by": entry.stored_by if entry else "",
        "stored_at": moment_text(entry.stored_at) if entry else "",
        "proposal": entry.proposal if entry else "",
        "approved_by": entry.approved_by if entry else "",
    }


def _window(each: CompleteWindow) -> Plain:
    return {
        "since": moment_text(each.window.since),
        "until": moment_text(each.window.until),
        "purpose": str(each.purpose),
        "finished_at": moment_text(each.finished_at),
        "listed": each.tally.listed,
        "worth": {name: decimal_text(minor, name) for name, minor in sorted(each.tally.worth_minor.items())},
        "differences": {str(name): count for name, count in sorted(each.tally.differences.items())},
    }
