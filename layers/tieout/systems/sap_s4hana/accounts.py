"""What the accounts and document types of one tenant are, in the ledger's words; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tieout.facts.documents import AccountClass
from tieout.systems.sap_s4hana.fields import Row, text_of, unreadable
from tieout.systems.sap_s4hana.options import Family

_RECEIVABLE = "D"  # FinancialAccountType: a line of the customers' ledger

# SAP's own document types. Who renames or adds some says so in the options.
_DOCUMENT_TYPES: Mapping[str, Family] = {
    "RV": "customer",
    "DR": "customer",
    "DG": "customer_credit",
    "DZ": "customer_payment",
    "KR": "supplier",
    "KN": "supplier",
    "KG": "supplier",
    "RE": "supplier",
    "RN": "supplier",
}


def account_class(account: str, classes: Mapping[str, str]) -> AccountClass:
    """The class of an account, by the longest entry that fits it.

    Raises:
        UnreadableRecordError: if none does: what it is planned as would be a guess.
    """
    fitting = [pattern for pattern in classes if _fits(account, pattern)]
    if not fitting:
        raise unreadable("GLAccount", "of_no_class_in_the_options")
    return AccountClass(classes[max(fitting, key=_closeness)])


def account_role(row: Row, account: str, cash_accounts: Iterable[str]) -> str | None:
    """`cash` for the accounts the options name, `receivable` for lines of the customers' ledger, else None."""
    if any(_fits(account, pattern) for pattern in cash_accounts):
        return "cash"
    return "receivable" if text_of(row, "FinancialAccountType") == _RECEIVABLE else None


def family_of(document_type: str, own_types: Mapping[str, Any]) -> Family:
    """What a document of a type is; a journal where nobody says otherwise."""
    family: Family = own_types.get(document_type) or _DOCUMENT_TYPES.get(document_type, "journal")
    return family


def _fits(account: str, pattern: str) -> bool:
    return account.startswith(pattern[:-1]) if pattern.endswith("*") else account == pattern


def _closeness(pattern: str) -> tuple[int, bool]:
    return len(pattern.removesuffix("*")), not pattern.endswith("*")
