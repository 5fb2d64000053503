"""How long the ledger keeps what only tells of the past: outcomes and receipts of writes that are done.

DynamoDB removes such an item some time after the moment in it, and the journal has it still. Nothing that decides ever
expires: facts, contributions, cells, mappings, what is held and what is open have no such moment, and nothing is decided by
the absence of an item that has one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

DEFAULT_DAYS = 400  # an audit of a year, with a month to spare
EXPIRES_AT = "expires_at"
"""The attribute DynamoDB looks at: seconds since 1970."""


def expires_at(moment: datetime, days: int) -> int:
    """The second after which an item of that moment may go."""
    return int((moment + timedelta(days=days)).timestamp())
