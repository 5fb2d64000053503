"""Reads a record of the REST API, whose key casing and value shapes drift between releases.

The REST API shows no ledger lines, so nothing is posted from it. It answers one question SuiteQL cannot: SuiteQL leaves
out without a word what our role may not see, so a missing row is only a deleted record once the REST API says 404.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.systems.netsuite.master_types import MASTER_TYPES

_RECORD_TYPES: Mapping[str, Sequence[str]] = {
    "invoice": ("invoice",),
    "credit_memo": ("creditMemo",),
    "payment": ("customerPayment",),
    "journal_entry": ("journalEntry",),
    "bill": ("vendorBill", "vendorCredit"),
    **{entity: of.in_rest for entity, of in MASTER_TYPES.items()},
}
_INTERCOMPANY = {"journal_entry": ("interCompanyJournalEntry", "advInterCompanyJournalEntry")}


def record_types(entity: str, *, intercompany: bool) -> Sequence[str]:
    """The record types a record of the entity may have, with those of intercompany journals where the account has them.

    None for items, which are of too many types to ask for each.
    """
    return (*_RECORD_TYPES[entity], *(_INTERCOMPANY.get(entity, ()) if intercompany else ()))


def value(record: Mapping[str, Any], name: str) -> object:
    """The value under a key in whatever casing: `postingperiod` of 2020 is `postingPeriod` today."""
    wanted = name.lower()
    return next((each for key, each in record.items() if key.lower() == wanted), None)


def word(record: Mapping[str, Any], name: str) -> str:
    """A field as one word: `"Open"`, and also `{"id": "Open", "refName": "Open"}`; empty where there is none."""
    found = value(record, name)
    if isinstance(found, Mapping):
        found = value(found, "refName") or value(found, "id")
    return str(found) if isinstance(found, str | int) else ""
