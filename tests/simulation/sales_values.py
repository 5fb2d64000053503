"""The values that records of a Salesforce organisation take by chance, among them those that translations stumble over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

ORGANIZATION = "00D3k00000Qz7ApEAJ"
OTHER_ORGANIZATION = "00D3k00000Sandb"  # a sandbox that was copied from ours, with everything in it
OWN_CLIENT = "Tieout"  # whose changes are our own
PREFIXES = {"Opportunity": "006", "OpportunityLineItem": "00k", "Contract": "800", "Account": "001"}
_SUFFIX_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def record_id(kind: str, number: int) -> str:
    """An id of 18 characters; the last three say which of the others are in upper case."""
    first = f"{PREFIXES.get(kind, 'a0B')}3k000{'bQ'[number % 2]}0A{number:04d}"
    suffix = ""
    for part in (first[:5], first[5:10], first[10:15]):
        suffix += _SUFFIX_DIGITS[sum(2**place for place, each in enumerate(part) if each.isupper())]
    return first + suffix


ACCOUNTS = tuple(record_id("Account", number) for number in range(1, 5))
PRODUCTS = ("01t3k00000Gd1AAAAZ", "01t3k00000Gd2BBBBY")
STAGES = (  # record type and stage; a stage may hold what parts the two in our own key
    *(("NewBusiness", "Prospecting"), ("NewBusiness", "Negotiation/Review"), ("NewBusiness", "Closed Won")),
    *(("NewBusiness", "Closed Lost"), ("Renewal", "Prospecting"), ("Renewal", "Closed Won"), (None, "Prospecting")),
)
CURRENCIES = ("EUR", "USD", "JPY", "KWD")
AMOUNTS = (
    *(2000, Decimal("1500.00"), Decimal("0.125"), Decimal("10.005"), Decimal("33.33"), Decimal("-250.5"), 0, None),
    *(Decimal("77.7777"), Decimal("1.25E+4")),
)
PROBABILITIES = (20, Decimal("33.3333"), Decimal("0.00005"), 100, 0, 50, 50, None)
DAYS = (  # where weeks and months end
    *("2026-03-01", "2026-03-28", "2026-03-29", "2026-03-31", "2026-04-30", "2026-05-02", "2026-05-03", "2026-05-30"),
    *("2026-05-31", "2026-06-27"),
)
TOTALS = (1200, Decimal("99.99"), Decimal("0.05"), Decimal("33.335"), 12, 0, Decimal("-20.1"))
RECURRING: tuple[tuple[Any, Any], ...] = ((None, None), (None, 3), (100, None), (Decimal("99.99"), 12), (7, 3), (1, 0))
TERMS = (None, 12, Decimal("18.0"), 0)
STATUSES = ("Draft", "InApproval", "Activated", "Activated", "Activated", "Terminated", "Expired")
RENEWALS = (None, None, 1200, Decimal("99.995"), Decimal("0.05"), 0)
RUNS: tuple[tuple[Any, Any, Any], ...] = (  # first day, last day, months
    *(("2025-04-01", "2026-03-31", 12), ("2025-03-29", None, 12), ("2025-05-03", None, 12)),
    *(("2023-05-31", "2026-05-30", None), (None, None, None), ("2024-04-30", None, 24)),
)
