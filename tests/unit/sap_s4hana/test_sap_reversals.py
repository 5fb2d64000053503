"""What entries are that take others back: which one they name, and what kind they are whatever their type."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sap_rows import BOOKS, ENTRY, entry_item, invoice_entry, key
from tieout.facts.documents import JournalEntry, Payment, PostedDocument
from tieout.systems.sap_s4hana.translate import journal_statement


def document(rows: list[dict[str, Any]]) -> PostedDocument:
    """The fact that an entry is."""
    fact = journal_statement(key("journal_entry", ENTRY), rows, BOOKS).fact
    assert isinstance(fact, PostedDocument)
    return fact


def test_a_reversal_names_what_it_reverses_and_both_stay() -> None:
    """S/4HANA links both to each other; only one of them reverses."""
    linked = {"ReverseDocument": "0100000007", "ReverseDocumentFiscalYear": "2025"}
    assert document(invoice_entry(IsReversal=True, **linked)).reverses == "1710/2025/100000007"
    assert document(invoice_entry(IsReversal=False, **linked)).reverses is None
    assert document(invoice_entry()).reverses is None


@pytest.mark.parametrize(
    ("document_type", "is_reversal", "accounts", "kind"),
    [
        ("DA", True, ("11001000", "12100000"), Payment),
        ("AB", True, ("11001000", "12100000"), Payment),
        ("DA", False, ("11001000", "12100000"), JournalEntry),
        ("KA", True, ("11001000", "21100000"), JournalEntry),
        ("DA", True, ("41000000", "12100000"), JournalEntry),
        ("DZ", True, ("11001000", "12100000"), Payment),
    ],
)
def test_a_reversed_payment_takes_its_cash_back(
    document_type: str,
    is_reversal: bool,  # noqa: FBT001 a case
    accounts: tuple[str, str],
    kind: type[PostedDocument],
) -> None:
    """S/4HANA posts reversals by types of their own, which do not say what is taken back: bank and customer together do."""
    changed = {"AccountingDocumentType": document_type, "IsReversal": is_reversal, "ReverseDocument": "1400000001"}
    changed |= {"ReverseDocumentFiscalYear": "2026"}
    first = entry_item("1", accounts[0], "-500.000", **changed)
    of_customers = {"FinancialAccountType": "D" if accounts[1].startswith("12") else "K"}
    found = document([first, entry_item("2", accounts[1], "500.000", **of_customers, **changed)])
    assert type(found) is kind
