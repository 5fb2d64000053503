"""The tables of the lake, declared once: the catalogue, the rows, the statements that merge them, and the tests follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SCHEMA_VERSION = 2
"""Which of these declarations a row was made by; a change of a column or of what it means raises it."""

PREFIX = "rows/"
"""Where the rows of all tables stand, before they are merged."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"  # a whole number that counts something
    TRUTH = "truth"
    AMOUNT = "amount"  # whole units of a currency, exact to its last minor unit, as text in rows


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        meaning: one sentence for the catalogue, where whoever writes a query reads it.
    """

    name: str
    meaning: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what is told of some of the ledger's items, a row for each thing that a change of an item is about.

    Attributes:
        key: the columns that say what a row is about; of rows with the same key the one with the greatest `sequence` counts.
        own: the columns beyond those that every table has.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    own: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns in their order; the partition `date` stands in the objects' names."""
        return (*EVERY_ROW, *self.own)


EVERY_ROW = (
    Column(
        "sequence", "The stream's number of the change, in 40 digits: texts of one key compare as their changes did."
    ),
    Column(
        "row_id", "The row's own name, the same whenever it is derived: the change's event id and what it is about."
    ),
    Column("changed_at", "When the ledger changed, to the second, in UTC."),
    Column("is_removed", "A tombstone: from this change on there is no such thing in the ledger.", Kind.TRUTH),
    Column("is_expired", "It was removed because its retention was over, not because anything changed.", Kind.TRUTH),
    Column("schema_version", "Which declaration of this table the row was made by.", Kind.WHOLE),
)

_RECORD = (
    Column("connection", "The configured instance of a source system."),
    Column("entity", "What kind of record it is, in the ledger's words."),
    Column("record_id", "The record's id in its source."),
)
_SOURCE_VERSION = Column(
    "source_version", "The source's own stamp of the record; of one record texts compare as versions do."
)
LINEAGE = (
    Column("notice_id", "The source's own key of the notice that led here."),
    Column("notice_kind", "What the source called the notice."),
    Column("occurred_at", "When it happened in the source's clock, where the source says."),
    Column("notice_position", "Where the notice stands in its delivery.", Kind.WHOLE),
    Column(
        "payload", "The object of the archive that holds what was delivered, where the record is completed from it."
    ),
    Column("delivery_id", "The delivery that brought the notice."),
    Column("flow", "The flow the notice went through."),
    Column("received_at", "When the delivery was received."),
    Column("recorded_at", "When it was recorded."),
    Column("code_version", "Which code recorded it."),
)
_PLACE = (
    Column("target", "The planning system."),
    Column("intersection_id", "The coordinates without the measure, as 32 hexadecimal digits."),
    Column("measure", "The measure."),
    Column("planning_cube", "The cube, or module, of the coordinates."),
    Column("members", "The coordinates as JSON: pairs of dimension and member."),
    Column("period", "The planning period of the coordinates: a month or a period of a fiscal year."),
    Column("legal_entity", "The company of the coordinates."),
    Column("currency", "ISO 4217 of all amounts of the row."),
)

FACTS = Table(
    name="facts",
    meaning="What each record is, as the ledger committed it, and which notice said so.",
    key=("connection", "entity", "record_id"),
    own=(
        *_RECORD,
        Column("revision", "Counts the ledger's commits of the record.", Kind.WHOLE),
        Column("readings", "Counts commits and the readings that confirmed one.", Kind.WHOLE),
        _SOURCE_VERSION,
        Column("outcome", "What became of the notice: applied, held or ignored."),
        Column("kind", "The fact's family member, such as Invoice; of a record without a fact why there is none."),
        Column("absence", "A tombstone of the source: deleted, merged or not_posted; null where there is a fact."),
        Column("event_date", "The document's own date, or the day a deal closes, where the fact has one."),
        Column("posting_period", "The accounting period as the ERP names it, where it names one."),
        Column("amount", "What the fact as a whole is worth, where its family states that.", Kind.AMOUNT),
        Column("currency", "ISO 4217 of the amount."),
        Column("statement", "Everything the source said, as JSON; amounts are texts such as 1500.00 EUR."),
        Column("mappings", "The mapping entries it was planned with, each with its member, as JSON."),
        Column("held_for", "The mapping entry it waits for, as JSON; null where it waits for none."),
        *LINEAGE,
    ),
)
CONTRIBUTIONS = Table(
    name="contributions",
    meaning="What each fact adds to each cell, and which notice said so.",
    key=("target", "intersection_id", "measure", "connection", "entity", "record_id"),
    own=(
        *_PLACE,
        *_RECORD,
        Column("amount", "What the fact adds to the cell; null in a tombstone.", Kind.AMOUNT),
        Column("rate", "The identity of the rate it was converted by."),
        _SOURCE_VERSION,
        *LINEAGE,
    ),
)
CELLS = Table(
    name="cells",
    meaning="What each planning cell holds by the ledger, and what planning was last given.",
    key=("target", "intersection_id", "measure"),
    own=(
        *_PLACE,
        Column("total", "The sum of the contributions.", Kind.AMOUNT),
        Column("written", "What planning was last given; null if nothing, or if nobody can say.", Kind.AMOUNT),
        Column("undone", "What planning is to hold instead of the total, where a write was undone.", Kind.AMOUNT),
        Column("refused_reason", "Why planning refused the total; null where it did not."),
        Column("is_doubted", "Nobody can say what planning holds.", Kind.TRUTH),
        Column("generation", "Counts the changes of the intersection's totals.", Kind.WHOLE),
        Column("dirty_since", "Since when planning lacks a cell of the intersection; null where it lacks none."),
        Column("last_receipt", "The receipt under which a cell of the intersection was last written."),
        Column("written_at", "When that was marked."),
    ),
)
RECEIPTS = Table(
    name="receipts",
    meaning="What was written to planning: each cell of each write with its value before and after.",
    key=("target", "receipt", "state", "intersection_id", "measure"),
    own=(
        Column("receipt", "The receipt's name: when it was opened, and its id."),
        Column("state", "open, and beside it done once the write has ended."),
        *_PLACE,
        Column(
            "amount_before",
            "What planning held or was given before (before_is); null if nothing, or if nobody knew.",
            Kind.AMOUNT,
        ),
        Column("amount_after", "What it was given by this write.", Kind.AMOUNT),
        Column("is_doubtful", "Nobody knew what planning held before.", Kind.TRUTH),
        Column("before_is", "Where amount_before comes from: read, last given, or unknown."),
        Column("refused_reason", "Why planning refused the cell; null where it did not."),
        Column("opened_at", "When the write was begun."),
        Column("closed_at", "When it ended."),
        Column("ending", "written, not written, abandoned or undo."),
        Column("answer", "The target's own words, or counts."),
        Column("reference", "The ids under which the target knows the write."),
        Column("undoes", "The receipt whose values before were restored."),
        Column("asked_by", "Who had them restored."),
    ),
)
OUTCOMES = Table(
    name="outcomes",
    meaning="What became of each notice.",
    key=("connection", "received_at", "delivery_id", "flow", "notice_position"),
    own=(
        _RECORD[0],
        Column("received_at", "When the delivery was received."),
        Column("delivery_id", "The delivery."),
        Column("flow", "The flow."),
        Column("notice_position", "Where the notice stands in its delivery.", Kind.WHOLE),
        Column("outcome", "applied, duplicate, superseded, ignored, held or parked."),
    ),
)

TABLES = (FACTS, CONTRIBUTIONS, CELLS, RECEIPTS, OUTCOMES)


def object_key(table: str, journal_object: str) -> str:
    """Where the rows stand that an object of the journal tells for a table: partitioned as the journal is."""
    return f"{PREFIX}{table}/{journal_object.split('/', 1)[1]}"
