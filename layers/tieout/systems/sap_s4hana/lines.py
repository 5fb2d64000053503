"""Builds a journal entry's ledger lines from its items in one ledger: three amounts each, and the dimensions; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tieout.errors import UnreadableRecordError
from tieout.facts.balancing import balanced
from tieout.facts.documents import LedgerLine
from tieout.money import Money
from tieout.systems.sap_s4hana.accounts import account_class, account_role
from tieout.systems.sap_s4hana.fields import Row, decimal_in, number_text, required_text, text_of
from tieout.systems.sap_s4hana.options import Options

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the translation must know of the tenant; see `options.Options`."""

    ledger: str
    group_amount: str
    calendar_year_companies: Sequence[str]
    account_classes: Mapping[str, str]
    cash_accounts: Sequence[str]
    document_types: Mapping[str, str] = field(default_factory=dict)
    closing_document_types: Sequence[str] = ()

    @classmethod
    def of(cls, options: Options) -> Books:
        """The books that options describe."""
        return cls(
            ledger=options.ledger,
            group_amount=options.group_amount,
            calendar_year_companies=options.calendar_year_companies,
            account_classes=options.account_classes,
            cash_accounts=options.cash_accounts,
            document_types=options.document_types,
            closing_document_types=options.closing_document_types,
        )


def ledger_lines(rows: Sequence[Row], books: Books) -> tuple[LedgerLine, ...]:
    """The lines in the order of the entry; debit positive, as S/4HANA keeps its amounts.

    Raises:
        UnreadableRecordError: if an item is there twice, an account has no class, or the lines do not balance.
        MalformedError: if a currency is none, or an amount beyond any document.
    """
    if len({required_text(row, "AccountingDocumentItem") for row in rows}) != len(rows):
        raise UnreadableRecordError("an item is there more than once: which ledger is meant?")
    transaction = _amounts(rows, "TransactionCurrency", "AmountInTransactionCurrency")
    functional = _amounts(rows, "CompanyCodeCurrency", "AmountInCompanyCodeCurrency")
    group = _group_amounts(rows, books.group_amount)
    customer, supplier = (_only(rows, name) for name in ("Customer", "Supplier"))
    return tuple(
        _line(row, (transaction[place], functional[place], group[place]), (customer, supplier), books)
        for place, row in enumerate(rows)
    )


def _amounts(rows: Sequence[Row], currency_name: str, amount_name: str) -> list[Money]:
    """One amount of every line; they add up to zero in each currency."""
    currencies = [required_text(row, currency_name) for row in rows]
    amounts: dict[int, Money] = {}
    for currency in dict.fromkeys(currencies):
        places = [place for place, each in enumerate(currencies) if each == currency]
        amounts |= zip(
            places, balanced([decimal_in(rows[place], amount_name) for place in places], currency), strict=True
        )
    return [amounts[place] for place in range(len(rows))]


def _group_amounts(rows: Sequence[Row], which: str) -> list[Money | None]:
    """The amounts in the group's currency; none at all where the company code keeps none: then planning's rates decide."""
    currency_name, amount_name = f"AdditionalCurrency{which}", f"AmountInAdditionalCurrency{which}"
    if not which or any(text_of(row, currency_name) is None for row in rows):
        return [None] * len(rows)
    return [*_amounts(rows, currency_name, amount_name)]


def _line(
    row: Row, amounts: tuple[Money, Money, Money | None], partners: tuple[str | None, str | None], books: Books
) -> LedgerLine:
    transaction, functional, group = amounts
    customer, supplier = partners
    account = number_text(row, "GLAccount") or ""
    company = required_text(row, "CompanyCode")
    return LedgerLine(
        line_id=required_text(row, "AccountingDocumentItem"),
        account=account,
        account_class=account_class(account, books.account_classes),
        account_role=account_role(row, account, books.cash_accounts),
        transaction=transaction,
        functional=functional,
        legal_entity=company,
        group=group,
        group_rate=f"sap:{company}:{functional.currency}>{group.currency}" if group is not None else None,
        customer=number_text(row, "Customer") or customer,
        supplier=number_text(row, "Supplier") or supplier,
        cost_centre=number_text(row, "CostCenter"),
        profit_centre=number_text(row, "ProfitCenter"),
        segment=text_of(row, "Segment"),
        partner=number_text(row, "PartnerCompany"),
        product=number_text(row, "Product"),
    )


def _only(rows: Sequence[Row], name: str) -> str | None:
    """The customer or supplier of an entry that names exactly one: lines of revenue and cost may name none themselves."""
    named = {number_text(row, name) for row in rows} - {None}
    return named.pop() if len(named) == 1 else None
