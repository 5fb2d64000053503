"""How long the ledger keeps what only tells of the past."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many days the ledger keeps what only tells of the past; the journal keeps it for good.

    Attributes:
        outcomes: what became of every notice, counted from the day it was received.
        receipts: writes to planning that are done, from the day they were.
    """

    outcomes: int = 400
    receipts: int = 400
