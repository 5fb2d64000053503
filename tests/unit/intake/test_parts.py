from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from functions.intake import parts
from functions.intake.parts import Document, before_line, documents_of, examine, record_text, row_line, was_here_line
from tieout.files import Flaw, Flaws, KeptRow

if TYPE_CHECKING:
    import pytest

S1, S2 = record_text("BR01/S1"), record_text("BR01/Ação \t 2")


def row(record: bytes, line: int, line_id: str, amount: str = "0.00", balance: str = "BRL") -> bytes:
    """A row as it is kept, with its line as its text."""
    return row_line(record, KeptRow("", line, line_id, balance, Decimal(amount), (f"of line {line}", "")))


def told(*lines: bytes, has_lines: bool = True) -> list[Flaw]:
    """What is found wrong in a part."""
    flaws = Flaws()
    examine(lines, flaws, has_lines=has_lines)
    return flaws.told


def test_rows_that_balance_have_no_flaw() -> None:
    """In each currency by itself; and lines without a name, or of another document, are not there twice."""
    assert not told(
        row(S1, 2, "1", "100.00"),
        row(S2, 3, "1", "0.10"),
        row(S1, 4, "2", "-100.00"),
        row(S1, 5, "3", "7", "USD"),
        row(S2, 6, "", "-0.05"),
        row(S2, 7, "", "-0.05"),
        row(S1, 8, "4", "-7", "USD"),
        row(S1, 9, "5", "5.00", ""),
        was_here_line(S1),
        before_line(S1, b'[["9"]]'),
    )


def test_what_does_not_balance_is_named_by_document_and_currency() -> None:
    """At the first line of the document, with how much more was debited; a credit too many is negative."""
    assert told(row(S2, 3, "1", "0.10"), row(S2, 4, "2", "0.20"), row(S2, 5, "3", "-1", "USD")) == [
        Flaw(3, "balance", "debits equal to credits of BR01/Ação \t 2 in BRL", "0.30 more debits"),
        Flaw(3, "balance", "debits equal to credits of BR01/Ação \t 2 in USD", "-1 more debits"),
    ]


def test_a_line_that_its_document_has_is_named() -> None:
    """With the place of the second one."""
    assert told(row(S1, 2, "7"), row(S1, 3, "8"), row(S1, 9, "7")) == [
        Flaw(9, "line", "a line that BR01/S1 has not yet", "7")
    ]


def test_a_second_row_is_named_where_a_record_has_one() -> None:
    """With where the first one stands; the third is named like the second."""
    lines = (row(S1, 2, "", balance=""), row(S2, 3, "", balance=""), row(S1, 4, "", balance=""))
    assert told(*lines, row(S1, 5, "", balance=""), has_lines=False) == [
        Flaw(4, "key", "one row of BR01/S1", "another after that of line 2"),
        Flaw(5, "key", "one row of BR01/S1", "another after that of line 2"),
    ]


def test_a_document_has_no_more_bytes_than_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its texts, all rows together; to the byte."""
    lines = (row(S1, 2, "1"), row(S1, 3, "2"), row(S2, 4, "1"))
    size = sum(len(each) for each in (b'["of line 2",""]', b'["of line 3",""]'))
    monkeypatch.setattr(parts, "_MOST_DOCUMENT_BYTES", size)
    assert told(*lines) == []
    monkeypatch.setattr(parts, "_MOST_DOCUMENT_BYTES", size - 1)
    assert told(*lines) == [Flaw(2, "document", f"at most {size - 1} bytes of BR01/S1", str(size))]


def test_documents_come_in_the_order_of_their_first_lines() -> None:
    """With their rows in order, and what they were in the period before; one of which neither is left is gone."""
    lost = record_text("BR01/lost")
    found = list(
        documents_of(
            [
                row(S2, 2, "1", "1"),
                row(S1, 3, "a\tb", "1"),
                row(S2, 4, "2", "-1"),
                was_here_line(lost),
                was_here_line(S2),
                before_line(S1, b'[["1"],["2"]]'),
                before_line(record_text("BR01/before"), b'[["3"]]'),
            ]
        )
    )
    assert found == [
        Document(S2, [b'["of line 2",""]', b'["of line 4",""]'], b""),
        Document(S1, [b'["of line 3",""]'], b'[["1"],["2"]]'),
        Document(lost, [], b""),
        Document(record_text("BR01/before"), [], b'[["3"]]'),
    ]
    assert [each.is_gone for each in found] == [False, False, True, False]
