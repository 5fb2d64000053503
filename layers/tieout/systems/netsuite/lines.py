"""Builds a document's ledger lines from its posted rows: three amounts each, dimensions, and the rate's identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tieout.errors import UnreadableRecordError
from tieout.facts.balancing import balanced
from tieout.facts.documents import LedgerLine
from tieout.money import Money, decimal_of
from tieout.periods import PostingPeriod
from tieout.systems.netsuite.accounts import account_class, account_name, account_role, rate_type
from tieout.systems.netsuite.amounts import at_precision
from tieout.systems.netsuite.parties import Parties, parties_of
from tieout.systems.netsuite.rate_identities import identity, own_identity, stated_rate
from tieout.systems.netsuite.rows import Row

# By (posting period, from subsidiary): the consolidated rates to the group's subsidiary.
Rates = Mapping[tuple[str, str], Row]

_UNAPPLIED = ":unapplied"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the translation must know of the account.

    Attributes:
        default_currency: the functional currency where an account has no subsidiaries.
        group_subsidiary: its consolidated rates give the group amounts; empty: there are none.
        cash_accounts: see `options.Options`.
    """

    time_zone: str
    default_currency: str
    group_subsidiary: str
    cash_accounts: Sequence[str] = field(default=())


def ledger_lines(
    entity: str, header: Row, rows: Sequence[Row], period: PostingPeriod, rates: Rates, books: Books
) -> tuple[LedgerLine, ...]:
    """The posted lines in the order of the document; those of a payment show apart what is not applied yet.

    Raises:
        UnreadableRecordError: if a line is posted twice (several accounting books), has no account or no subsidiary's currency
            that we may see, or the lines do not balance.
        MalformedError, KeyError: if a row lacks what every posted line has.
    """
    if len({row["line"] for row in rows}) != len(rows):
        raise UnreadableRecordError("a line is posted more than once: which accounting book is meant?")
    if not all("accountid" in row for row in rows):
        raise UnreadableRecordError("a posted line has no account, or one that our role may not see")
    if any("subsidiary" in row and "functionalcurrency" not in row for row in rows):
        raise UnreadableRecordError("a posted line is of a subsidiary whose currency our role may not see")
    functional = _functional_amounts(rows, books.default_currency)
    transaction = _transaction_amounts(header, rows, functional)
    lines = [
        _line(row, transaction[place], functional[place], parties, books)
        for place, (row, parties) in enumerate(zip(rows, parties_of(entity, header, rows), strict=True))
    ]
    if entity == "payment":
        lines, rows = _unapplied_apart(lines, rows, header)
    return tuple(_with_group_amount(line, row, period, rates, books) for line, row in zip(lines, rows, strict=True))


def _functional_amounts(rows: Sequence[Row], default_currency: str) -> list[Money]:
    """The amounts in each line's subsidiary's own currency: an advanced intercompany journal has several."""
    currencies = [row.get("functionalcurrency", default_currency) for row in rows]
    amounts: dict[int, Money] = {}
    for currency in set(currencies):
        places = [place for place, each in enumerate(currencies) if each == currency]
        numbers = [_number(rows[place], "amount", "functionalprecision") or _ZERO for place in places]
        amounts |= zip(places, balanced(numbers, currency), strict=True)
    return [amounts[place] for place in range(len(rows))]


def _transaction_amounts(header: Row, rows: Sequence[Row], functional: Sequence[Money]) -> list[Money]:
    """The amounts in the document's currency.

    A line NetSuite makes itself (cost of goods, rounding) has none: it is posted in the subsidiary's currency alone.
    """
    if not rows:
        return []
    currency = header["currency"]
    numbers = []
    for row, own in zip(rows, functional, strict=True):
        number = _number({**header, **row}, "foreignamount", "currencyprecision")
        if number is None:
            number = own.decimal() if own.currency == currency else _ZERO
        numbers.append(number)
    return balanced(numbers, currency)


def _number(row: Row, name: str, precision_name: str) -> Decimal | None:
    text = row.get(name)
    if text is None:
        return None
    precision = row.get(precision_name, "")
    return at_precision(decimal_of(text), int(precision) if precision.isdigit() else None)


def _line(row: Row, transaction: Money, functional: Money, parties: Parties, books: Books) -> LedgerLine:
    return LedgerLine(
        line_id=row["line"],
        account=account_name(row),
        account_class=account_class(row),
        account_role=account_role(row, books.cash_accounts),
        transaction=transaction,
        functional=functional,
        legal_entity=row.get("subsidiary"),
        customer=parties.customer,
        supplier=parties.supplier,
        cost_centre=row.get("department"),
        segment=row.get("segment"),
        location=row.get("location"),
        partner=parties.partner,
        product=row.get("item"),
    )


def _unapplied_apart(
    lines: Sequence[LedgerLine], rows: Sequence[Row], header: Row
) -> tuple[list[LedgerLine], list[Row]]:
    """Split the receivable line of a payment into what invoices took and what still waits for one.

    Left whole where NetSuite does not state both amounts, or where several receivable lines share them.
    """
    receivable = [place for place, line in enumerate(lines) if line.account_role == "receivable"]
    waiting = _number(header, "foreignunused", "currencyprecision")
    if len(receivable) != 1 or not waiting:
        return list(lines), list(rows)
    place = receivable[0]
    line, row = lines[place], rows[place]
    own_waiting = _number(row, "unused", "functionalprecision")
    if own_waiting is None and line.transaction.currency == line.functional.currency:
        own_waiting = waiting
    if own_waiting is None:
        return list(lines), list(rows)
    # NetSuite states what waits as a positive amount; on the receivable account it is a credit.
    transaction = Money.of(-abs(waiting), line.transaction.currency)
    functional = Money.of(-abs(own_waiting), line.functional.currency)
    unapplied = replace(line, line_id=line.line_id + _UNAPPLIED, transaction=transaction, functional=functional)
    applied = replace(line, transaction=line.transaction + -transaction, functional=line.functional + -functional)
    pair = (
        [unapplied]
        if applied.transaction.amount_minor == 0 == applied.functional.amount_minor
        else [applied, unapplied]
    )
    return [*lines[:place], *pair, *lines[place + 1 :]], [*rows[:place], *[row] * len(pair), *rows[place + 1 :]]


def _with_group_amount(line: LedgerLine, row: Row, period: PostingPeriod, rates: Rates, books: Books) -> LedgerLine:
    """The line with the group's amount, by the posting period's rate of the account's rate type.

    No rate, no amount: the ledger then holds the fact until there is one, and never falls back to the header's rate.
    """
    subsidiary, group = row.get("subsidiary"), books.group_subsidiary
    if subsidiary is None or not group:
        return line
    if subsidiary == group:
        return replace(line, group=line.functional, group_rate=own_identity(group, period))
    kind = rate_type(row)
    stated = rates.get((period.period_id, subsidiary), {})
    rate = stated_rate(stated, kind)
    if rate <= 0:
        return line
    amount = line.functional.converted(rate, stated["currency"])
    if not line.functional.amount_minor:  # nothing is nothing at any rate: no change of rates concerns it
        return replace(line, group=amount)
    return replace(line, group=amount, group_rate=identity(subsidiary, group, period, kind, rate))
