"""Builds a document's ledger lines from its general ledger entries: amounts, the account's class and role, dimensions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.balancing import balanced, rounded
from tieout.facts.documents import AccountClass, LedgerLine
from tieout.money import Money
from tieout.systems.business_central.amounts import in_invoice_currency
from tieout.systems.business_central.companies import Company
from tieout.systems.business_central.entries import account_of, debit_of, entry_number
from tieout.systems.business_central.fields import Row, number_of, text_of, unreadable
from tieout.systems.business_central.headers import Header
from tieout.systems.business_central.options import Options


def ledger_lines(
    rows: Sequence[Row], header: Header | None, company: Company, options: Options, posting_date: date | None
) -> tuple[LedgerLine, ...]:
    """A line for each entry, in the order of their numbers; with the day that decides its period, where that is given.

    Raises:
        UnreadableRecordError: naming what cannot be read, or if the entries do not balance.
        UnavailableError: for an account that may be newer than what is known of the accounts.
        MalformedError: for an amount or a currency that is none.
    """
    accounts = [account_of(row) for row in rows]
    in_the_books = balanced if options.documents_balance else rounded
    functional = in_the_books([debit_of(row) for row in rows], company.currency)
    transaction = _transaction(accounts, functional, header, options)
    group = _group(rows, functional, company, options)
    return tuple(
        LedgerLine(
            line_id=str(entry_number(row)),
            account=accounts[place],
            account_class=_class_of(accounts[place], company),
            account_role=_role(accounts[place], options),
            transaction=transaction[place],
            functional=functional[place],
            group=group[place] if group else None,
            group_rate=_group_rate(company, options) if group else None,
            legal_entity=company.id,
            posting_date=posting_date,
            customer=header.customer if header else None,
            supplier=header.supplier if header else None,
            **_dimensions(row, options),
        )
        for place, row in enumerate(rows)
    )


def _transaction(
    accounts: Sequence[str], functional: Sequence[Money], header: Header | None, options: Options
) -> Sequence[Money]:
    """The amounts in the currency of the document; the books' own where no invoice says which that is, or has nothing claimed."""
    claim_accounts = {*options.receivable_accounts, *options.payable_accounts}
    claims = [place for place, account in enumerate(accounts) if account in claim_accounts]
    claimed = sum(functional[place].amount_minor for place in claims)
    if header is None or header.currency in {None, functional[0].currency} or not claimed or not header.total:
        return functional
    assert header.currency is not None
    total = Money.of(header.total.copy_sign(claimed), header.currency)
    return in_invoice_currency(functional, claims, total)


def _group(rows: Sequence[Row], functional: Sequence[Money], company: Company, options: Options) -> Sequence[Money]:
    """The amounts in the group's currency, where the company keeps its books in it; none where it did not yet when it posted."""
    if options.group_currency == company.currency:
        return functional
    if not options.group_currency or options.group_currency != company.additional_currency:
        return ()
    numbers = [
        number_of(row, "additionalCurrencyDebitAmount") - number_of(row, "additionalCurrencyCreditAmount")
        for row in rows
    ]
    if not any(numbers) and any(each.amount_minor for each in functional):
        return ()
    return rounded(numbers, options.group_currency)


def _group_rate(company: Company, options: Options) -> str:
    """Which rate made the amounts in the group's currency: none, or the one that the company posted with."""
    return f"business_central:{'own' if options.group_currency == company.currency else 'additional'}"


def _class_of(account: str, company: Company) -> AccountClass:
    if account not in company.accounts:
        if company.asked_again_in_seconds is not None:
            raise UnavailableError("an entry on a new account", retry_after_seconds=company.asked_again_in_seconds)
        raise UnreadableRecordError("an entry on an account without a category")
    return company.accounts[account]


def _role(account: str, options: Options) -> str | None:
    if account in options.cash_accounts:
        return "cash"
    return "receivable" if account in options.receivable_accounts else None


def _dimensions(row: Mapping[str, Any], options: Options) -> dict[str, str | None]:
    """The values of an entry's dimensions, by the names of a line."""
    stated = row.get("dimensionSetLines") or []
    if not isinstance(stated, list) or not all(isinstance(each, dict) for each in stated):
        raise unreadable("dimensionSetLines", "not_rows")
    values = {text_of(each, "code"): text_of(each, "valueCode") for each in stated}
    wanted = {name: code for name, code in options.dimensions.plain().items() if code}
    return {name: values.get(code) for name, code in wanted.items()}
