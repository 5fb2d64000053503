"""NetSuite's account types in the ledger's words: class, role, and the rate type that consolidates the account."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from tieout.errors import UnreadableRecordError
from tieout.facts.documents import AccountClass
from tieout.systems.netsuite.rows import Row

RateType = Literal["current", "average", "historical"]

ACCOUNT_TYPES = {
    "income": AccountClass.INCOME,
    "othincome": AccountClass.INCOME,
    "cogs": AccountClass.EXPENSE,
    "expense": AccountClass.EXPENSE,
    "othexpense": AccountClass.EXPENSE,
    "bank": AccountClass.ASSET,
    "acctrec": AccountClass.ASSET,
    "unbilledrec": AccountClass.ASSET,
    "othcurrasset": AccountClass.ASSET,
    "fixedasset": AccountClass.ASSET,
    "othasset": AccountClass.ASSET,
    "deferexpense": AccountClass.ASSET,
    "acctpay": AccountClass.LIABILITY,
    "credcard": AccountClass.LIABILITY,
    "othcurrliab": AccountClass.LIABILITY,
    "longtermliab": AccountClass.LIABILITY,
    "deferrevenue": AccountClass.LIABILITY,
    "equity": AccountClass.EQUITY,
}
_UNDEPOSITED_FUNDS = "undepfunds"  # an account of type OthCurrAsset, told apart only by its special-account word

# What NetSuite sets on a new account of the class; used where an account states no rate type of its own.
_USUAL_RATES: dict[AccountClass, RateType] = {
    AccountClass.INCOME: "average",
    AccountClass.EXPENSE: "average",
    AccountClass.ASSET: "current",
    AccountClass.LIABILITY: "current",
    AccountClass.EQUITY: "historical",
}
RATE_TYPES: dict[str, RateType] = {"current": "current", "average": "average", "historical": "historical"}


def account_name(row: Row) -> str:
    """The account's number, or its internal id in a company that numbers no accounts."""
    return row.get("acctnumber") or row["accountid"]


def account_class(row: Row) -> AccountClass:
    """The class of a line's account.

    Raises:
        UnreadableRecordError: for a type that takes no part in a balance sheet or income statement.
    """
    try:
        return ACCOUNT_TYPES[row.get("accttype", "").lower()]
    except KeyError as error:
        raise UnreadableRecordError("a posted line on an account of unknown type") from error


def account_role(row: Row, cash_accounts: Collection[str]) -> str | None:
    """`cash` for Bank, Undeposited Funds and the accounts configured as cash, `receivable` for A/R, else None."""
    kind = row.get("accttype", "").lower()
    if kind == "bank" or row.get("specialaccount", "").lower() == _UNDEPOSITED_FUNDS:
        return "cash"
    if kind == "acctrec":
        return "receivable"
    return "cash" if account_name(row) in cash_accounts else None


def rate_type(row: Row) -> RateType:
    """Which of a period's three consolidated rates converts the account: its general rate type."""
    return RATE_TYPES.get(row.get("generalrate", "").lower()) or _USUAL_RATES[account_class(row)]
