"""A company's books that can only drop files: how its files are laid out, and what takes them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulation.companies import COMPANY_OF
from tieout.landscape import Connection

FILES = "ledger-latam"
COMPANY = "BR01"
ACCOUNTS = ("4000", "4100", "6000", "6100")
CENTRES = ("CC1", "CC2", "")
# The months a year of balances has, in periods of the ledger's own, and where a controller has said that they go.
PERIODS = {"2026-01": "2026-03", "2026-02": "2026-04", "2026-03": "2026-05"}
_CLASSES = {"1": "asset", "4": "income", "6": "expense"}

JOURNALS: Mapping[str, Any] = {
    "name": "journals",
    "files": r"GL_(?P<period>[0-9]{6})_(?P<batch>[0-9]+)_(?P<rerun>[0-9]+)\.csv",
    "entity": "journal_entry",
    "fact": "JournalEntry",
    "delimiter": ";",
    "key": ["company", "document"],
    "amounts": {"decimal": ",", "negative": "trailing"},
    "signs": "flag",
    "debit_flags": ["S"],
    "credit_flags": ["H"],
    "header": {"mark": "H", "columns": ["batch", "rerun", "period"]},
    "detail": {
        "mark": "D",
        "columns": ["company", "document", "line", "account", "cost_centre", "currency", "flag", "amount"],
    },
    "trailer": {"mark": "T", "columns": ["count", "debit", "credit"]},
    "account_classes": _CLASSES,
    "chunk_documents": 2,
}
BALANCES: Mapping[str, Any] = {
    "name": "balances",
    "files": r"YTD_(?P<period>[0-9]{6})_(?P<batch>[0-9]+)\.txt",
    "entity": "journal_entry",
    "fact": "JournalEntry",
    "form": "fixed",
    "key": ["period", "account"],
    "amounts": {"negative": "overpunch", "implied_decimals": 2},
    "detail": {
        "columns": ["company", "period", "account", "currency", "amount"],
        "widths": [4, 6, 8, 3, 15],
    },
    "balanced": "company",
    "replaces": "period",
    "amounts_are": "to_date",
    "months": False,
    "account_classes": _CLASSES,
    "chunk_documents": 2,
}


def dropping_connection() -> Connection:
    """The connection as a landscape declares it."""
    return Connection(
        name=FILES,
        system="legacy_files",
        legal_entity=COMPANY_OF[FILES],
        time_zone="America/Sao_Paulo",
        default_currency="EUR",
        completion="payload",
        options={"feeds": [dict(JOURNALS), dict(BALANCES)]},
    )
