"""Dynamics' main accounts and posting types in the ledger's words, and the parts of a ledger account's display value; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.errors import UnreadableRecordError
from tieout.facts.documents import AccountClass
from tieout.systems.dynamics_finance.options import UNUSED
from tieout.systems.dynamics_finance.rows import Row, text_of

CUSTOMER_BALANCE, SUPPLIER_BALANCE, BANK = "custbalance", "vendbalance", "bank"
"""The posting types, in small letters, of lines on the accounts that customers, suppliers and banks are summed up in."""

_ESCAPE = "\\"
CLASSES: Mapping[str, AccountClass] = {
    "revenue": AccountClass.INCOME,
    "expense": AccountClass.EXPENSE,
    "cost": AccountClass.EXPENSE,
    "asset": AccountClass.ASSET,
    "liability": AccountClass.LIABILITY,
    "equity": AccountClass.EQUITY,
}


def posting_type(row: Row) -> str:
    """A line's posting type in small letters."""
    return text_of(row, "PostingType").lower()


def account_class(row: Row) -> AccountClass:
    """The class of a line's account.

    Raises:
        UnreadableRecordError: for a type that says only on which statement the account stands, or nothing.
    """
    try:
        return CLASSES[text_of(row, "MainAccountType").lower()]
    except KeyError:
        raise UnreadableRecordError("a posted line on a main account of no certain type") from None


def account_role(row: Row, account: str, cash_accounts: Sequence[str]) -> str | None:
    """`cash` for lines posted as a bank's and accounts configured as cash, `receivable` for customers' balances, else None."""
    kind = posting_type(row)
    if kind == CUSTOMER_BALANCE:
        return "receivable"
    return "cash" if kind == BANK or account in cash_accounts else None


def parts_of_account(display_value: str, dimensions: Sequence[str], delimiter: str) -> Mapping[str, str]:
    """The parts of a display value such as `401100-CC_SALES--DEMF` by what they are; empty ones and unused ones are left out.

    A delimiter within a value stands behind a backslash. Parts at the end may be missing: an account structure can be shorter
    than the format in which dimensions are written.

    Raises:
        UnreadableRecordError: for more parts than are declared, or no account.
    """
    values = _split(display_value, delimiter)
    if len(values) > len(dimensions):
        raise UnreadableRecordError("a ledger account has more parts than dimensions are declared")
    named = zip(dimensions, values, strict=False)
    parts = {name: value.strip() for name, value in named if name != UNUSED and value.strip()}
    if "account" not in parts:
        raise UnreadableRecordError("a posted line without a main account")
    return parts


def _split(display_value: str, delimiter: str) -> list[str]:
    values, escaped = [""], False
    for sign in display_value:
        if escaped or sign not in {delimiter, _ESCAPE}:
            values[-1] += sign
            escaped = False
        elif sign == _ESCAPE:
            escaped = True
        else:
            values.append("")
    return values
