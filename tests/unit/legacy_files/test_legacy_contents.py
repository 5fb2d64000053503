from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.legacy_feeds import BALANCES, JOURNALS, balance, entry, legacy_connection, read_file
from tieout.arriving.payload import Payload
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import AccountClass, JournalEntry
from tieout.facts.reading import Content
from tieout.facts.statement import Absence, Statement
from tieout.files import CHUNK_HEADERS
from tieout.money import Money
from tieout.systems.legacy_files.contents import read_contents

SALE = entry("0042", ("1100", "1288.03"), ("4000", "-1073.36"), ("2200", "-214.67"))


def contents(documents: dict[str, Sequence[Sequence[str]]], feed: str = "journals", columns: str = "") -> list[Content]:
    """What a chunk of documents states."""
    wanted = JOURNALS if feed == "journals" else BALANCES
    named = columns or ",".join(each for each in wanted["detail"]["columns"] if each)
    headers = dict(zip(CHUNK_HEADERS, (feed, "7.0", "BR01", "2026-03", named), strict=True))
    body = "\n".join(json.dumps({"id": each, "rows": rows}) for each, rows in documents.items())
    return list(read_contents(Payload(headers, body.encode()), legacy_connection()))


def journal_rows() -> list[tuple[str, ...]]:
    """The kept rows of a journal entry of three lines."""
    name = "GL_BR01_202603_42.csv"
    rows, _ = read_file(JOURNALS, name, write_file(JOURNALS, SALE, Dropped(batch=42, company="BR01")))
    return [row.texts for row in rows]


def fact(content: Content) -> JournalEntry:
    """The journal entry a content states."""
    assert isinstance(content.reading, Statement)
    assert isinstance(content.reading.fact, JournalEntry)
    return content.reading.fact


def test_rows_of_a_document_are_its_lines_debit_positive() -> None:
    """Number, period, accounts with their classes, and exact amounts of a journal entry are those of its rows."""
    (content,) = contents({"journals/BR01/0042": journal_rows()})
    said = fact(content)
    assert content.key == ("ledger-latam", "journal_entry", "journals/BR01/0042")
    assert (said.number, said.posting_period and said.posting_period.period_id) == ("0042", "2026-03")
    assert said.posting_period is not None
    assert (said.posting_period.first_day, said.posting_period.last_day) == (date(2026, 3, 1), date(2026, 3, 31))
    assert [(line.account, line.account_class, line.transaction, line.legal_entity) for line in said.lines] == [
        ("1100", AccountClass.ASSET, Money(128803, "BRL"), "BR01"),
        ("4000", AccountClass.INCOME, Money(-107336, "BRL"), "BR01"),
        ("2200", AccountClass.LIABILITY, Money(-21467, "BRL"), "BR01"),
    ]
    assert [line.account_role for line in said.lines] == ["receivable", None, None]


def test_a_row_of_a_trial_balance_is_a_document_of_its_own() -> None:
    """A special period has no days, so the mapping table says where it goes."""
    rows, _ = read_file(
        BALANCES,
        "TB_BR01_202613_7.txt",
        write_file(
            BALANCES, [balance("6000", "1", period=(2026, 13)), balance("2000", "-1", period=(2026, 13))], Dropped(7)
        ),
    )
    assert [row.record_id for row in rows] == ["balances/BR01/2026-13/6000", "balances/BR01/2026-13/2000"]
    said = fact(contents({rows[0].record_id: [rows[0].texts]}, "balances")[0])
    assert said.posting_period is not None
    assert (said.posting_period.period_id, said.posting_period.first_day) == ("2026-13", None)


def test_a_document_without_rows_is_gone() -> None:
    """What a rerun has no more is a deletion at the rerun's version."""
    (content,) = contents({"journals/BR01/0042": []})
    assert isinstance(content.reading, Statement)
    assert (content.reading.absence, content.reading.source_version) == (Absence.DELETED, "7.0")


def test_a_row_nobody_can_make_a_fact_of_costs_its_own_document() -> None:
    """An account of no declared class fails one document; its neighbour stands."""
    good = journal_rows()
    strange = [(*row[:3], "9999", *row[4:]) for row in good]
    first, second = contents({"a": strange, "b": good})
    assert isinstance(first.reading, UnreadableRecordError)
    assert fact(second).number == "0042"


def test_kept_rows_are_read_by_the_columns_they_were_kept_with() -> None:
    """A column that is declared elsewhere today does not change what a chunk of yesterday says."""
    names = [each for each in JOURNALS["detail"]["columns"] if each]
    turned = [tuple(reversed(row)) for row in journal_rows()]
    (content,) = contents({"a": turned}, columns=",".join(reversed(names)))
    assert fact(content) == fact(contents({"a": journal_rows()})[0])


@pytest.mark.parametrize(
    ("closing", "document", "period", "is_closing"),
    [
        ({"closing_numbers": ["CL-", "YE"]}, "CL-2026", "2026-12", True),
        ({"closing_numbers": ["CL-", "YE"]}, "2026-CL-", "2026-12", False),
        ({"closing_periods": [16]}, "0042", "2026-16", True),
        ({"closing_periods": [16]}, "0042", "2026-13", False),
        ({}, "CL-2026", "2026-16", False),
    ],
)
def test_what_only_closes_a_year_is_no_movement(
    closing: dict[str, Any], document: str, period: str, *, is_closing: bool
) -> None:
    """It takes back all that a year has earned: what auditors find in the same month is told from it."""
    rows = [(*texts[:1], document, *texts[2:]) for texts in journal_rows()]
    columns = ",".join(each for each in JOURNALS["detail"]["columns"] if each)
    headers = dict(zip(CHUNK_HEADERS, ("journals", "7.0", "BR01", period, columns), strict=True))
    body = json.dumps({"id": f"journals/BR01/{document}", "rows": rows}).encode()
    [content] = read_contents(Payload(headers, body), legacy_connection({**JOURNALS, **closing}))
    assert fact(content).closing is is_closing
