"""Rows of entries that come to nothing, and why; and that no digit of those that come to something is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.dynamics_answers import KEY, entry, invoice_lines, line
from tests.support.dynamics_statements import fact, reason
from tieout.errors import UnreadableRecordError
from tieout.systems.dynamics_finance.translate import key_of

Rows = Sequence[Mapping[str, Any]]


@pytest.mark.parametrize("column", ["AccountingCurrencyAmount", "ReportingCurrencyAmount"])
def test_lines_that_do_not_balance_are_refused(column: str) -> None:
    """One is missing or hidden: half an entry is never planned."""
    rows = invoice_lines()
    rows[0][column] = "1200.01"
    assert "balance" in reason(lines=rows)
    assert "balance" in reason(lines=rows[1:])


def test_a_line_that_comes_twice_is_refused() -> None:
    """Also a pair of them that balances."""
    pair = [line(1, "1", "Asset", "X", "5"), line(1, "1", "Asset", "X", "-5")]
    assert "more than once" in reason(lines=pair)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("AccountingCurrencyAmount", None), ("AccountingCurrencyAmount", "x"), ("AccountingCurrencyAmount", True),
        ("TransactionCurrencyAmount", None), ("TransactionCurrencyCode", ""), ("TransactionCurrencyCode", "US"),
        ("EntryRecId", None), ("EntryRecId", ""), ("LedgerAccountDisplayValue", None), ("dataAreaId", ""),
        ("AccountingCurrencyAmount", "1e30"),
    ],
)  # fmt: skip
def test_a_line_that_lacks_something_is_refused(column: str, value: object) -> None:
    """Nothing of it is taken for zero, or for the usual."""
    rows = invoice_lines()
    rows[1][column] = value
    reason(lines=rows)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("AccountingCurrencyCode", ""), ("AccountingCurrencyCode", "usd"), ("FiscalPeriodName", ""), ("FiscalYear", None),
        ("FiscalPeriodStartDate", "31.03.2026"), ("DocumentDate", "2026-02-30T12:00:00Z"), ("ModifiedDateTime", None),
        ("ModifiedDateTime", "2026-03-31T23:21:06"),
    ],
)  # fmt: skip
def test_a_header_that_lacks_something_is_refused(column: str, value: Any) -> None:  # noqa: ANN401 JSON
    """Nobody would know where it belongs, or which of two readings is the newer."""
    reason([entry(**{column: value})])


def test_amounts_keep_every_digit() -> None:
    """A float would lose the cents of a large one."""
    rows = [line(1, "1", "Asset", "X", "90071992547409.93"), line(2, "2", "Liability", "X", "-90071992547409.93")]
    assert fact(lines=rows).lines[0].functional.decimal() == Decimal("90071992547409.93")


@pytest.mark.parametrize(
    "changes",
    [{"Voucher": ""}, {"AccountingDate": "1900-01-01T12:00:00Z"}, {"AccountingDate": "x"}, {"dataAreaId": None}],
)
def test_an_entry_that_cannot_be_named_is_refused(changes: dict[str, Any]) -> None:
    """And one that can is named by company, day and voucher."""
    assert key_of(entry(dataAreaId="USMF"), KEY.connection) == KEY
    with pytest.raises(UnreadableRecordError):
        key_of(entry(**changes), KEY.connection)
