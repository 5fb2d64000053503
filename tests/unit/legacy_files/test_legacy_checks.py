from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.legacy_feeds import BALANCES, INVOICES, JOURNALS, balance, entry, flaws_of, read_file

FILE = "GL_BR01_202603_42.csv"
DROP = Dropped(batch=42, company="BR01")
SALE = entry("S1", ("1100", "1288.03"), ("4000", "-1073.36"), ("2200", "-214.67"))


def journals(*rows: Any, dropped: Dropped = DROP) -> bytes:  # noqa: ANN401 rows as `entry` makes them
    """A file of journal entries."""
    return write_file(JOURNALS, rows, dropped)


def told(content: bytes, name: str = FILE) -> list[tuple[int, str, str]]:
    """Line, column and finding of each flaw of a file of journal entries."""
    return [(each.line, each.column, each.found) for each in flaws_of(JOURNALS, name, content)]


def test_a_true_file_says_what_it_is() -> None:
    """Batch, rerun, company, period, rows and totals of a file are its own account of itself."""
    rows, checked = read_file(JOURNALS, FILE, journals(*SALE, dropped=DROP._replace(rerun=3)))
    stated = checked.stated
    assert stated is not None
    assert (stated.batch, stated.rerun, stated.company, stated.period) == (42, 3, "BR01", "2026-03")
    assert (stated.rows, stated.debit, stated.credit) == (3, Decimal("1288.03"), Decimal("1288.03"))
    assert [(row.record_id, row.line, row.line_id, row.amount) for row in rows] == [
        ("journals/BR01/S1", 2, "1", Decimal("1288.03")),
        ("journals/BR01/S1", 3, "2", Decimal("-1073.36")),
        ("journals/BR01/S1", 4, "3", Decimal("-214.67")),
    ]


def test_versions_grow_with_batches_and_their_reruns() -> None:
    """A rerun is newer than its batch, the next batch is newer than any rerun of it, and the tenth than the ninth."""
    versions = []
    for batch, rerun in ((9, 0), (9, 2), (9, 11), (10, 0)):
        dropped = DROP._replace(batch=batch, rerun=rerun)
        _, checked = read_file(JOURNALS, f"GL_BR01_202603_{batch}.csv", journals(*SALE, dropped=dropped))
        assert checked.stated is not None
        versions.append(checked.stated.version)
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    ("differs", "column", "found"),
    [
        ({"count": 4}, "count", "3"),
        ({"debit": Decimal("1288.04")}, "debit total", "1288.03, added up"),
        ({"credit": Decimal("1288.02")}, "credit total", "1288.03, added up"),
        ({"batch": 43}, "header 4 (batch)", "43"),
        ({"company": "BR02"}, "header 2 (company)", "BR02"),
        ({"period": (2026, 4)}, "header 3 (period)", "2026-04"),
    ],
)
def test_a_file_that_contradicts_itself_is_flawed(differs: Mapping[str, Any], column: str, found: str) -> None:
    """Counts, totals, and what name and header both say have to agree."""
    flaws = told(journals(*SALE, dropped=DROP._replace(differs=differs)))
    assert (column, found) in {each[1:] for each in flaws}


def test_header_and_trailer_stand_once_and_in_their_places() -> None:
    """A file that was cut off, glued together or begun twice is told by its ends."""
    whole = journals(*SALE)
    header, *rows, trailer = whole.splitlines(keepends=True)
    assert told(header + b"".join(rows)) == [(0, "trailer", "none")]
    assert told(b"".join(rows) + trailer) == [(0, "header", "none")]
    assert told(header + whole)[0] == (2, "header", "another after that of line 1")
    assert (6, "detail", "detail") in told(whole + rows[0])
    assert told(rows[0] + header + b"".join(rows[1:]) + trailer)[0] == (2, "header", "behind other lines")


def test_a_flaw_names_line_column_what_was_expected_and_what_was_found() -> None:
    """A person at the ERP finds the field, and sees what should stand there."""
    content = journals(*SALE).replace(b"1.288,03;", b"1,288.03;", 1)
    (flaw,) = (each for each in flaws_of(JOURNALS, FILE, content) if each.line)
    assert flaw == (2, "10 (amount)", "an amount such as 1.234,56-", "1,288.03")


def test_bytes_that_are_no_text_are_told_by_line_and_byte() -> None:
    """The encoding is held strictly; what it has no character for is shown as bytes."""
    line = next(each for each in journals(*SALE).splitlines() if b"4000" in each)
    content = journals(*SALE).replace(b"4000;CC1", b"4000;CC\x81")
    flaw = next(each for each in flaws_of(JOURNALS, FILE, content) if "byte" in each.column)
    assert (flaw.line, flaw.column, flaw.found) == (3, f"byte {line.index(b'CC1') + 3}", "81")


@pytest.mark.parametrize("encoding", ["cp037", "cp500", "cp1140"])
@pytest.mark.parametrize("line_end", [b"\x25", b"\x15", b"\x0d\x25", b"\x0d\x15"], ids=["LF", "NEL", "CR LF", "CR NEL"])
def test_lines_of_a_mainframe_end_with_either_of_its_characters(encoding: str, line_end: bytes) -> None:
    """Most of its programs write NEL, what was moved there from elsewhere has LF; the rows and the line numbers are the same."""
    feed = {**JOURNALS, "encoding": encoding}
    content = write_file(feed, SALE, DROP).replace(b"\x0d\x25", b"\x25")
    rows, checked = read_file(feed, FILE, content.replace(b"\x25", line_end))
    assert checked.flaws.told == []
    assert [(row.line, row.amount) for row in rows] == [
        (2, Decimal("1288.03")),
        (3, Decimal("-1073.36")),
        (4, Decimal("-214.67")),
    ]


@pytest.mark.parametrize("flag", ["D", "s", "S H"])
def test_a_flag_is_a_declared_one(flag: str) -> None:
    """A blank flag is a debit where that is declared; what is not declared is a flaw."""
    blank = journals(*SALE).replace(b";S;", b";;")
    assert told(blank) == []
    content = journals(*SALE).replace(b";S;", f";{flag};".encode())
    assert (2, "9 (flag)", flag) in told(content)


def test_an_amount_beside_a_flag_has_no_sign() -> None:
    """Where the flag says the side, a minus would say it again, or the contrary."""
    assert (2, "10 (amount)", "-1288.03") in told(journals(*SALE).replace(b"1.288,03;", b"1.288,03-;", 1))


def test_rows_of_another_company_or_period_are_flaws() -> None:
    """All rows are of the company and the period of the file."""
    other = entry("S2", ("1100", "5"), ("4000", "-5"), company="BR02")
    assert {(2, "2 (company)", "BR02"), (3, "2 (company)", "BR02")} <= set(told(journals(*other)))
    april = [{**each, "posting_date": each["posting_date"].replace(month=4, day=1)} for each in SALE]
    assert (2, "7 (posting_date)", "2026-04") in told(journals(*april))


@pytest.mark.parametrize(
    ("differs", "flaw"),
    [
        ({"company": "BR02"}, (1, "2 (company)", "BR01")),
        ({"period": (2026, 4)}, (1, "7 (posting_date)", "2026-03")),
        ({}, None),
    ],
)
def test_what_a_trailer_says_of_the_rows_is_held_against_them(
    differs: Mapping[str, Any], flaw: tuple[int, str, str] | None
) -> None:
    """It comes behind all of them; what is said of them there must be so, too, or the file would stand for another period."""
    feed = {
        **JOURNALS,
        "files": r"GL_(?P<batch>[0-9]+)\.csv",
        "header": None,
        "trailer": {"mark": "T", "columns": ["company", "period", "count", "debit", "credit"]},
    }
    content = write_file(feed, SALE, DROP._replace(differs=differs))
    found = [(each.line, each.column, each.found) for each in flaws_of(feed, "GL_42.csv", content)]
    assert found == ([flaw] if flaw else [])


def test_a_trailer_can_say_the_period_of_rows_that_say_none() -> None:
    """What is said once of all rows need not stand before them."""
    columns = [each for each in JOURNALS["detail"]["columns"] if each != "posting_date"]
    feed = {
        **JOURNALS,
        "files": r"GL_(?P<batch>[0-9]+)\.csv",
        "header": None,
        "detail": {"mark": "D", "columns": columns},
        "trailer": {"mark": "T", "columns": ["period", "count"]},
    }
    _, checked = read_file(feed, "GL_42.csv", write_file(feed, SALE, DROP))
    assert checked.stated is not None
    assert checked.stated.period == "2026-03"


def test_the_days_of_a_special_period_are_those_of_another() -> None:
    """What auditors find is posted to the last day of the year, whichever special period it is of."""
    december = [{**each, "posting_date": each["posting_date"].replace(month=12)} for each in SALE]
    content = journals(*december, dropped=DROP._replace(period=(2026, 13)))
    _, checked = read_file(JOURNALS, "GL_BR01_202613_42.csv", content)
    assert checked.flaws.told == []
    assert checked.stated is not None
    assert checked.stated.period == "2026-13"


@pytest.mark.parametrize(("months", "period"), [(True, "2026-03"), (False, "")])
def test_the_days_of_rows_say_the_period_where_periods_are_months(period: str, *, months: bool) -> None:
    """Where nothing else does; else each row's own day decides, by the company's calendar."""
    feed = {**JOURNALS, "files": r"GL_(?P<batch>[0-9]+)\.csv", "header": None, "months": months}
    _, checked = read_file(feed, "GL_42.csv", write_file(feed, SALE, DROP))
    assert checked.stated is not None
    assert checked.stated.period == period


def test_a_row_of_no_period_is_told() -> None:
    """Neither the file says one, nor the row a day."""
    feed = {**JOURNALS, "files": r"GL_(?P<batch>[0-9]+)\.csv", "header": None}
    content = write_file(feed, SALE, DROP).replace(b"31.03.2026", b"")
    assert [(each.line, each.column) for each in flaws_of(feed, "GL_42.csv", content)] == [(1, "posting_date")]


def test_a_document_keeps_its_name_in_whichever_period_of_its_year_it_is() -> None:
    """Numbers begin anew with a year; a document that a later batch posts to another month is the same one."""
    columns = ["company", "year", "period", "document", "line", "account", "currency", "amount"]
    feed = {
        **JOURNALS,
        "files": r"GL_(?P<batch>[0-9]+)\.csv",
        "header": None,
        "key": ["company", "year", "document"],
        "periods": "number",
        "signs": "debit_positive",
        "detail": {"mark": "D", "columns": columns},
    }
    named = []
    for period in ("03", "04"):
        rows = [{**each, "year": "2026", "period": period} for each in SALE]
        found, checked = read_file(feed, "GL_42.csv", write_file(feed, rows, DROP))
        assert checked.flaws.told == []
        named.append({row.record_id for row in found})
    assert named == [{"journals/BR01/2026/S1"}] * 2


def test_the_first_hundred_flaws_are_told_and_all_are_counted() -> None:
    """A file of another form does not make a report of its own size."""
    content = journals(*SALE * 100).replace(b"BRL", b"R$ ")
    _, checked = read_file(JOURNALS, FILE, content, chunk_bytes=4096)
    assert len(checked.flaws.told) == 100
    assert len(checked.flaws) >= 300


def test_a_field_may_hold_a_new_line_and_lines_are_still_counted() -> None:
    """A quoted text of two lines is one field; what follows stands where an editor shows it."""
    content = journals(*SALE).replace(b"1.288,03;\r\n", b'1.288,03;"two\r\nlines; and more"\r\n', 1)
    rows, checked = read_file(JOURNALS, FILE, content)
    assert not checked.flaws.told
    assert [row.line for row in rows] == [2, 4, 5]


def test_a_line_without_an_end_is_given_up() -> None:
    """A file without lines costs no memory: it is refused when its first line grows too long."""
    _, checked = read_file(JOURNALS, FILE, b"H;" + b"x" * 200_000, chunk_bytes=4096)
    assert "at most 65536 bytes" in checked.flaws.told[0].expected


def test_lines_of_fixed_width_are_exactly_as_wide() -> None:
    """A line that is shorter or longer than its columns is a flaw, and so is an amount that is not overpunched right."""
    name = "TB_BR01_202603_7.txt"
    good = write_file(BALANCES, [balance("6000", "1073.36"), balance("2000", "-1073.36")], Dropped(batch=7))
    rows, checked = read_file(BALANCES, name, good)
    assert checked.stated is not None
    assert checked.stated.scope == "period/BR01/2026-03"
    assert [row.texts[3] for row in rows] == ["00000000010733F", "00000000010733O"]
    assert flaws_of(BALANCES, name, good[:-3] + b"\r\n")[0][:3] == (2, "", "33 characters")
    assert flaws_of(BALANCES, name, good.replace(b"F\r", b"!\r"))[0][:2] == (1, "19-33 (amount)")


def test_a_trial_balance_balances_by_company() -> None:
    """Debits and credits of each company are equal, or the file is refused."""
    content = write_file(BALANCES, [balance("6000", "10"), balance("2000", "-9")], Dropped(batch=7))
    assert flaws_of(BALANCES, "TB_BR01_202603_7.txt", content)[0].found == "1.00 more debits"


def test_titles_are_exactly_as_declared() -> None:
    """A column that moved is seen before a number of it is read; a byte-order mark is none of the text."""
    row = {"customer": "C1", "document": "I1", "posting_date": SALE[0]["posting_date"], "currency": "EUR"}
    row |= {"amount": Decimal("-100.00"), "local_amount": Decimal("-620.00"), "local_currency": "BRL"}
    content = write_file(INVOICES, [row], Dropped(batch=3))
    assert content.startswith(b"\xef\xbb\xbf")
    assert flaws_of(INVOICES, "AR_3.csv", content) == []
    moved = content.replace(b"Customer,Document", b"Document,Customer")
    assert flaws_of(INVOICES, "AR_3.csv", moved)[0][:2] == (1, "titles")


def test_a_file_of_nothing_is_told() -> None:
    """An upload of no bytes is no batch without entries, which says so in its trailer."""
    assert flaws_of(INVOICES, "AR_3.csv", b"")[0].found == "no row"
    assert told(journals()) == []
