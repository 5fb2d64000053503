"""Builds an entry's ledger lines from its rows: three amounts each, and the dimensions of its ledger account; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tieout.errors import UnreadableRecordError
from tieout.facts.balancing import balanced, rounded
from tieout.facts.documents import LedgerLine
from tieout.money import Money
from tieout.systems.dynamics_finance.accounts import account_class, account_role, parts_of_account
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.rows import Row, company_of, number_of, stated_text, text_of


class Party(NamedTuple):
    """Whom a document is with.

    Attributes:
        role: `customer` or `supplier`.
        account: the source's id.
    """

    role: str
    account: str


class _Amounts(NamedTuple):
    """What one line is worth, in each of the currencies it is kept in."""

    transaction: Money
    functional: Money
    group: Money | None


def ledger_lines(header: Row, rows: Sequence[Row], party: Party | None, options: Options) -> tuple[LedgerLine, ...]:
    """The posted lines in the order of their entry.

    Raises:
        UnreadableRecordError: if a line came twice, or the lines do not balance: then some are missing.
        MalformedError: if a row lacks what every posted line has.
    """
    if len({stated_text(row, "EntryRecId") for row in rows}) != len(rows):
        raise UnreadableRecordError("a line was given more than once")
    own, groups = stated_text(header, "AccountingCurrencyCode"), text_of(header, "ReportingCurrencyCode")
    functional = balanced([number_of(row, "AccountingCurrencyAmount") for row in rows], own)
    transaction = _transaction_amounts(rows)
    group: Sequence[Money | None] = [None] * len(rows)
    if groups:
        group = balanced([number_of(row, "ReportingCurrencyAmount") for row in rows], groups)
    # Each line has the rate of its own day and rate type, which Dynamics does not show: the two currencies name what it keeps.
    rate = f"dynamics:{company_of(header)}:{own}>{groups}" if groups else None
    return tuple(
        _line(row, _Amounts(transaction[place], functional[place], group[place]), rate, party, options)
        for place, row in enumerate(rows)
    )


def _transaction_amounts(rows: Sequence[Row]) -> list[Money]:
    """The amounts in each line's own currency; zero on a line that was posted in the company's currency alone."""
    currencies = [stated_text(row, "TransactionCurrencyCode") for row in rows]
    amounts: dict[int, Money] = {}
    for currency in dict.fromkeys(currencies):
        places = [place for place, each in enumerate(currencies) if each == currency]
        numbers = [number_of(rows[place], "TransactionCurrencyAmount") for place in places]
        amounts |= zip(places, rounded(numbers, currency), strict=True)
    return [amounts[place] for place in range(len(rows))]


def _line(row: Row, amounts: _Amounts, rate: str | None, party: Party | None, options: Options) -> LedgerLine:
    display_value = stated_text(row, "LedgerAccountDisplayValue")
    parts = parts_of_account(display_value, options.dimensions, options.dimension_delimiter)
    attributes: dict[str, Any] = ({party.role: party.account} if party is not None else {}) | dict(parts)
    return LedgerLine(
        line_id=stated_text(row, "EntryRecId"),
        account_class=account_class(row),
        account_role=account_role(row, parts["account"], options.cash_accounts),
        transaction=amounts.transaction,
        functional=amounts.functional,
        legal_entity=company_of(row),
        group=amounts.group,
        group_rate=rate,
        **attributes,  # `Options` lets nothing be a dimension but fields that are texts
    )
