"""Fits rows into a table of which every row stands on one line, in as much room as there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size

GAP = 2  # between two columns
_NOTHING = "-"
_LEAST_DIGITS = 8  # of an id that is shortened
_LEAST_CUT = 6  # no text is cut to less
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"(?<![^\s(])(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)\.\d{3}Z(?![^\s),])")  # and no part of a name
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Ids that commands take whole alone: those of sources, of planning systems and of the journal.
_WHOLE = frozenset({"delivery", "reference"})
# What people copy into the next command is never cut; other ids may be shortened, since commands take their beginnings.
_COPIED = _WHOLE.union(
    {
        "break",
        "cell",
        "connection",
        "kept_as",
        "key",
        "message",
        "queue",
        "receipt",
        "reconciliation",
        "record",
        "target",
    }
)
# What people miss least where there is no room for it, from the first on. What a row is about, its first column, stays.
_LEFT_OUT = (
    "source_version",
    "arrivals",
    "oldest_opened_at",
    "open_receipts",
    "malformed_items",
    "body_bytes",
    "stored_by",
    "currency",
    "received_at",
    "recorded_at",
    "stored_at",
    "held_at",
    "completion",
    "system",
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it is printed: what stands above it, and its text in every row."""

    name: str
    texts: tuple[str, ...]

    @property
    def heading(self) -> str:
        """What stands above it."""
        return self.name.replace("_", " ")

    @property
    def width(self) -> int:
        """How many places of a terminal it takes."""
        return max(map(cell_len, (self.heading, *self.texts)))

    @property
    def is_empty(self) -> bool:
        """Whether no row has a value for it."""
        return all(text == _NOTHING for text in self.texts)

    @property
    def is_number(self) -> bool:
        """Whether it has values, and every one is a number."""
        return not self.is_empty and all(text == _NOTHING or _NUMBER.fullmatch(text) for text in self.texts)

    @property
    def may_be_cut(self) -> bool:
        """Whether its texts may end in an ellipsis."""
        return self.name not in _COPIED and not self.is_number

    def cut(self, width: int) -> Column:
        """The column with no text wider than that."""
        return self.with_texts(lambda text: text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…")

    def with_texts(self, change: Callable[[str], str]) -> Column:
        """The column with each text changed."""
        return Column(self.name, tuple(map(change, self.texts)))


@dataclass(frozen=True, slots=True)
class Fitted:
    """The columns that are printed, and those for which there is no room."""

    columns: tuple[Column, ...]
    left_out: tuple[Column, ...]

    @property
    def lack(self) -> str:
        """What people should know is not in the table; empty where everything is."""
        empty = ", ".join(column.heading for column in self.left_out if column.is_empty)
        more = ", ".join(column.heading for column in self.left_out if not column.is_empty)
        said = [f"Nothing has a value for: {empty}."] if empty else []
        said += [f"No room for: {more}. --json has everything."] if more else []
        return " ".join(said)


def fitted(found: Sequence[Row], names: Sequence[str], width: int) -> Fitted:
    """The columns of these names in a table at most `width` places wide, as long as what is never cut has room in it.

    As far as it must be: ids are shortened to as many digits as tell them apart, moments to the second and then to the
    minute; columns without any value are left out, then those people miss least; then the longest texts are cut.
    """
    columns = [Column(name, tuple(text_of(row.get(name), in_table=True) for row in found)) for name in names]
    for shorten in (_short_ids, _to_the_second, _to_the_minute):
        if width_of(columns) > width:
            columns = [shorten(column) for column in columns]
    kept = _left_in(columns, width)
    left_out = tuple(column for column in columns if column not in kept)
    return Fitted(tuple(_cut(kept, width)), left_out)


def width_of(columns: Sequence[Column]) -> int:
    """How many places these columns take side by side."""
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)


def text_of(value: object, *, in_table: bool = False) -> str:
    """A value as people read it; in a table without anything that would end the line or command the terminal."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={text_of(each, in_table=in_table)}" for name, each in value.items()) or _NOTHING
    if isinstance(value, list):
        return ", ".join(text_of(each, in_table=in_table) for each in value) or _NOTHING
    return _CONTROL.sub(" ", str(value)) if in_table else str(value)


def _short_ids(column: Column) -> Column:
    ids = {text for text in column.texts if _ID.fullmatch(text) and column.name not in _WHOLE}
    digits = _LEAST_DIGITS
    while len({each[:digits] for each in ids}) < len(ids):
        digits += 1
    return column.with_texts(lambda text: text[:digits] if text in ids else text)


def _to_the_second(column: Column) -> Column:
    return column if column.name == "source_version" else column.with_texts(lambda text: _MOMENT.sub(r"\1 \2\3", text))


def _to_the_minute(column: Column) -> Column:
    second = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d")
    return column.with_texts(lambda text: second.sub(r"\1", text) if second.fullmatch(text) else text)


def _left_in(columns: Sequence[Column], width: int) -> list[Column]:
    """The columns without those that are left out, of which there are no more than the width demands."""
    order = [column.name for column in columns[1:] if column.is_empty]
    order += [name for name in _LEFT_OUT if name in {column.name for column in columns[1:]} - set(order)]
    kept = list(columns)
    for name in order:
        if width_of(kept) <= width:
            break
        kept = [column for column in kept if column.name != name]
    return kept


def _cut(columns: Sequence[Column], width: int) -> list[Column]:
    """The columns with the widest texts cut, each as little as the width allows."""
    cut = list(columns)
    while (too_much := width_of(cut) - width) > 0:
        widths = {at: each.width for at, each in enumerate(cut) if each.may_be_cut and each.width > _least(each)}
        if not widths:
            break
        at = max(widths, key=lambda at: widths[at])
        second = max((each for place, each in widths.items() if place != at), default=0)
        room = max(_least(cut[at]), widths[at] - too_much, min(second, widths[at] - 1))
        cut[at] = cut[at].cut(room)
    return cut


def _least(column: Column) -> int:
    return max(_LEAST_CUT, cell_len(column.heading))
