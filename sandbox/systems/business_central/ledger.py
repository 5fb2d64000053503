"""Posts to a company's general ledger: entries that balance, with their dimensions, and never changed but for being reversed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sandbox.systems.business_central.environment import Saving
from sandbox.systems.business_central.schema import NO_DAY
from sandbox.systems.business_central.tables import Row
from sandbox.systems.business_central.values import amount, cents

_ENTRIES = "generalLedgerEntries"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a posting, debit positive, in the company's local currency.

    Attributes:
        is_correction: post a negative debit where others post a credit, and the other way round.
        partner: the code of the company of the own group that it is with; empty where it is with nobody of it.
    """

    account: str
    value: Decimal
    description: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    is_correction: bool = False
    partner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What a set of entries has in common.

    Attributes:
        document_type: ` `, `Invoice`, `Credit Memo` or `Payment`.
        origin: `journal` or `document`; only the former can be reversed.
        is_closing: posted on the closing date, between the day and the next.
    """

    day: str
    number: str
    document_type: str = " "
    origin: str = "journal"
    is_closing: bool = False


def post(saving: Saving, posting: Posting, entries: Iterable[Entry]) -> list[str]:
    """Add the entries to the ledger; their ids. An entry of nothing is left out.

    Raises:
        ValueError: if they do not balance, the day may not be posted to, or an account may not.
    """
    wanted = [each for each in entries if each.value]
    if sum((each.value for each in wanted), _ZERO):
        raise ValueError("the entries do not balance")
    _check_day(saving.setup(), date.fromisoformat(posting.day).isoformat())
    (last,) = saving.tables.select(
        f"SELECT MAX(entryNumber) AS entry, MAX(transaction_number) AS number FROM {_ENTRIES} WHERE _company = ?",  # noqa: S608 our own names
        (saving.company,),
    )
    head: Row = {
        "postingDate": posting.day,
        "documentNumber": posting.number,
        "documentType": posting.document_type,
        "origin": posting.origin,
        "closing": int(posting.is_closing),
        "transaction_number": int(last["number"] or 0) + 1,
    }
    additional = _additional(saving, [each.value for each in wanted])
    ids = []
    for place, (entry, other) in enumerate(zip(wanted, additional, strict=True), int(last["entry"] or 0) + 1):
        ids.append(_insert(saving, {**head, "entryNumber": place}, entry, other))
    return ids


def set_dimensions(saving: Saving, parent_id: str, parent_type: str, dimensions: Mapping[str, str]) -> None:
    """Give a record these values of dimensions, by code, and no others.

    Raises:
        KeyError: for a dimension or a value that the company has not.
    """
    saving.tables.delete("dimensionSetLines", saving.company, parentId=parent_id)
    for code, value_code in sorted(dimensions.items()):
        dimension = saving.tables.row("dimensions", saving.company, code=code)
        value = saving.tables.row("dimensionValues", saving.company, dimensionId=dimension["id"], code=value_code)
        told: Row = {
            "id": dimension["id"],
            "code": code,
            "parentId": parent_id,
            "parentType": parent_type,
            "displayName": dimension["displayName"],
            "valueId": value["id"],
            "valueCode": value_code,
            "valueDisplayName": value["displayName"],
        }
        saving.insert("dimensionSetLines", told)


def dimensions_of(saving: Saving, parent_id: str) -> dict[str, str]:
    """The values of dimensions that a record has, by code."""
    rows = saving.tables.rows("dimensionSetLines", saving.company, parentId=parent_id)
    return {str(each["code"]): str(each["valueCode"]) for each in rows}


def _insert(saving: Saving, head: Row, entry: Entry, additional: Decimal) -> str:
    account = saving.tables.row("accounts", saving.company, number=entry.account)
    if account["accountType"] != "Posting" or account["blocked"]:
        raise ValueError(f"nothing can be posted to account {entry.account}")
    debit, credit = _sides(entry.value, is_correction=entry.is_correction)
    other_debit, other_credit = _sides(additional, is_correction=entry.is_correction)
    told: Row = {
        **head,
        "accountId": account["id"],
        "accountNumber": entry.account,
        "description": entry.description or str(account["displayName"]),
        "debitAmount": str(debit),
        "creditAmount": str(credit),
        "additionalCurrencyDebitAmount": str(other_debit),
        "additionalCurrencyCreditAmount": str(other_credit),
        "partner": entry.partner,
    }
    entry_id = saving.insert(_ENTRIES, told)
    set_dimensions(saving, entry_id, "General Ledger Entry", entry.dimensions)
    return entry_id


def _sides(value: Decimal, *, is_correction: bool) -> tuple[Decimal, Decimal]:
    """A value as debit and credit, of which one is zero; a correction has it on the other side, negative."""
    is_debit = (value > 0) != is_correction
    return (value, _ZERO) if is_debit else (_ZERO, -value)


def _additional(saving: Saving, values: list[Decimal]) -> list[Decimal]:
    """The values in the additional reporting currency, in balance: what rounding leaves goes to the first of them."""
    company = saving.tables.row("companies", saving.company, id=saving.company)
    rate = amount(company["additional_rate"])
    others = [cents(each * rate) for each in values]
    if others:
        others[0] -= sum(others, _ZERO)
    return others


def _check_day(setup: Row, day: str) -> None:
    """That accounting periods are closed hinders nobody; these two days do."""
    first, last = str(setup["allowPostingFrom"]), str(setup["allowPostingTo"])
    if (first != NO_DAY and day < first) or (last != NO_DAY and day > last):
        raise ValueError(f"{day} is not within your range of allowed posting dates")
