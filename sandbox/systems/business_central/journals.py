"""What is posted from journals: entries by hand, their reversal, and the closing of a year.

https://learn.microsoft.com/dynamics365/business-central/finance-how-reverse-journal-posting
https://learn.microsoft.com/dynamics365/business-central/year-close-income-statement
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.systems.business_central.environment import Saving
from sandbox.systems.business_central.ledger import Entry, Posting, dimensions_of, post
from sandbox.systems.business_central.tables import Row
from sandbox.systems.business_central.values import amount, cents

_ENTRIES = "generalLedgerEntries"
_RETAINED_EARNINGS = "3100"
_OF_THE_YEAR = ("Income", "Cost of Goods Sold", "Expense")


def post_journal(saving: Saving, stated: Mapping[str, Any]) -> list[str]:
    """Post `lines` (`account`, `amount` in the local currency with debits positive, `dimensions`, `correction`) under a `number`.

    `date` is the posting date. The number may be one that was used before, as for a bill and its reversal in the month after.
    """
    posting = Posting(day=stated["date"], number=stated["number"], document_type=stated.get("document_type", " "))
    return post(saving, posting, [_entry(each) for each in stated["lines"]])


def reverse(saving: Saving, number: str) -> list[str]:
    """Reverse what was last posted from a journal under a number: with the same number and day, and the opposite sign.

    Raises:
        ValueError: if it is reversed already, came from a document, or the company has an additional reporting currency:
            then it has to be posted by hand.
    """
    rows = saving.tables.rows(_ENTRIES, saving.company, documentNumber=number)
    if not rows:
        raise KeyError(number)
    last = [each for each in rows if each["transaction_number"] == rows[-1]["transaction_number"]]
    if saving.setup()["additionalReportingCurrency"]:
        raise ValueError("entries cannot be reversed where an additional reporting currency is used")
    if any(each["reversed"] or each["origin"] != "journal" for each in last):
        raise ValueError("you can only reverse entries that were posted from a journal, once")
    opposite = [
        Entry(
            account=str(each["accountNumber"]), value=-balance_of(each), description=str(each["description"]),
            dimensions=dimensions_of(saving, str(each["id"])), partner=str(each["partner"]),
        )
        for each in last
    ]  # fmt: skip
    posting = Posting(day=str(last[0]["postingDate"]), number=number, document_type=str(last[0]["documentType"]))
    ids = post(saving, posting, opposite)
    for entry_id in (*ids, *(str(each["id"]) for each in last)):
        saving.update(_ENTRIES, entry_id, {"reversed": 1})
    return ids


def close_year(saving: Saving, last_day: str, number: str) -> list[str]:
    """Bring every account of income and expense to zero as of a year's last day; what came after an earlier run is closed too."""
    ends = date.fromisoformat(last_day)
    starts = ends.replace(year=ends.year - 1)
    results: dict[str, Decimal] = {}
    kinds = {str(each["number"]): each["category"] for each in saving.tables.rows("accounts", saving.company)}
    for row in saving.tables.rows(_ENTRIES, saving.company):
        account = str(row["accountNumber"])
        if kinds[account] in _OF_THE_YEAR and starts.isoformat() < str(row["postingDate"]) <= last_day:
            results[account] = results.get(account, Decimal(0)) + balance_of(row)
    said = "Close Income Statement"
    entries = [Entry(account=each, value=-total, description=said) for each, total in sorted(results.items())]
    entries.append(Entry(account=_RETAINED_EARNINGS, value=sum(results.values(), Decimal(0)), description=said))
    return post(saving, Posting(day=last_day, number=number, is_closing=True), entries)


def balance_of(entry: Row) -> Decimal:
    """What an entry adds to its account, debit positive: its debit less its credit, either of which may be negative."""
    return amount(entry["debitAmount"]) - amount(entry["creditAmount"])


def _entry(stated: Mapping[str, Any]) -> Entry:
    return Entry(
        account=stated["account"],
        value=cents(amount(stated["amount"])),
        description=stated.get("description", ""),
        dimensions=stated.get("dimensions", {}),
        is_correction=bool(stated.get("correction", False)),
        partner=stated.get("partner", ""),
    )
