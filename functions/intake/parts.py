"""What is kept of a file while it is checked, line by line; what is wrong between the lines of a document; and documents again.

A line tells of one record: a row of the file, that the file it replaces had the record, or its balances of the period before.
A record is written as JSON text, as it will stand in a chunk, and so it has neither a tab nor a new line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tieout import strict_json
from tieout.files import Flaws, KeptRow
from tieout.money import EXACT

_ROW, _WAS_HERE, _BEFORE = b"R", b"W", b"B"
_MOST_DOCUMENT_BYTES = 1024 * 1024  # some 10,000 rows; the record step reads a document whole
_ZERO = Decimal(0)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # made once: there are millions of rows


class Document(NamedTuple):
    """What a file says of one record.

    Attributes:
        record: its id as JSON text.
        rows: each as a JSON array of its texts; none: the file says nothing of it any more.
        before: its rows of the period before as a JSON array; empty where there are none.
    """

    record: bytes
    rows: list[bytes]
    before: bytes

    @property
    def is_gone(self) -> bool:
        """Whether nothing is left of it."""
        return not self.rows and not self.before


@dataclass(slots=True)
class _Seen:
    """A document while its part is gone through."""

    line: int
    size: int = 0
    line_ids: set[bytes] = field(default_factory=set)
    balances: dict[bytes, Decimal] = field(default_factory=dict)


def record_text(record_id: str) -> bytes:
    """A record's id as JSON text."""
    return _ENCODER.encode(record_id).encode()


def row_line(record: bytes, row: KeptRow) -> bytes:
    """The line of a row of the file."""
    amount = str(row.amount).encode()
    texts = _ENCODER.encode(row.texts).encode()
    line_id = record_text(row.line_id) if row.line_id else b""
    return b"\t".join((_ROW, record, b"%d" % row.line, line_id, row.balance.encode(), amount, texts))


def was_here_line(record: bytes) -> bytes:
    """The line that says that the file this one replaces had a record."""
    return _WAS_HERE + b"\t" + record


def before_line(record: bytes, rows: bytes) -> bytes:
    """The line of a record's balances of the period before, a JSON array of rows."""
    return b"\t".join((_BEFORE, record, rows))


def examine(lines: Iterable[bytes], flaws: Flaws, *, has_lines: bool) -> None:
    """Tell what is wrong between the rows of the documents of one part: what is there twice, and what does not balance."""
    documents: dict[bytes, _Seen] = {}
    for line in lines:
        if line.startswith(_ROW):
            _, record, number, line_id, balance, amount, texts = line.split(b"\t", 6)
            seen = documents.get(record)
            if seen is None:
                seen = documents[record] = _Seen(int(number))
            elif not has_lines:
                flaws.add(int(number), "key", f"one row of {_read(record)}", f"another after that of line {seen.line}")
            if line_id and line_id in seen.line_ids:
                flaws.add(int(number), "line", f"a line that {_read(record)} has not yet", _read(line_id))
            seen.line_ids.add(line_id)
            seen.size += len(texts)
            if balance:
                seen.balances[balance] = EXACT.add(seen.balances.get(balance, _ZERO), Decimal(amount.decode()))
    for record, seen in documents.items():
        _weigh(record, seen, flaws)


def documents_of(lines: Iterable[bytes]) -> Iterator[Document]:
    """The documents of one part, in the order of their first lines."""
    rows: dict[bytes, list[bytes]] = {}
    before: dict[bytes, bytes] = {}
    for line in lines:
        kind, record, rest = (line + b"\t").split(b"\t", 2)
        mine = rows.setdefault(record, [])
        if kind == _ROW:
            mine.append(rest[:-1].rpartition(b"\t")[2])
        elif kind == _BEFORE:
            before[record] = rest[:-1]
    for record, mine in rows.items():
        yield Document(record, mine, before.get(record, b""))


def _weigh(record: bytes, seen: _Seen, flaws: Flaws) -> None:
    if seen.size > _MOST_DOCUMENT_BYTES:
        flaws.add(seen.line, "document", f"at most {_MOST_DOCUMENT_BYTES} bytes of {_read(record)}", str(seen.size))
    for currency, balance in seen.balances.items():
        if balance:
            of_what = f"debits equal to credits of {_read(record)} in {currency.decode()}"
            flaws.add(seen.line, "balance", of_what, f"{balance} more debits")


def _read(text: bytes) -> str:
    return str(strict_json.parse(text))
