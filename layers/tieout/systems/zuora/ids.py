"""What Zuora calls its objects -> the ledger's entities and record ids. Pure.

An id of Zuora has 32 hexadecimal digits and says of nothing what it is the id of, so a record's begins with the kind of its object
(`invoice-8ad0875995aa292e0195b7de80796305`). Of a subscription each version has an id of its own, and all have one number: that is
the record (`A-S00000159`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

BILLING_DOCUMENT, PAYMENT, SUBSCRIPTION = "billing_document", "payment", "subscription"

Kind = Literal["subscription", "invoice", "credit_memo", "debit_memo", "payment", "refund"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a callout can tell of."""

ENTITY_OF: Mapping[str, str] = MappingProxyType(
    {
        "subscription": SUBSCRIPTION,
        "invoice": BILLING_DOCUMENT,
        "credit_memo": BILLING_DOCUMENT,
        "debit_memo": BILLING_DOCUMENT,
        "payment": PAYMENT,
        "refund": PAYMENT,
    }
)

_ID = re.compile("[0-9a-f]{32}", re.ASCII)
# A tenant may give numbers of its own; these are safe in a filter, an address and a query without being quoted.
_NUMBER = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
_BETWEEN = "-"


def record_id_of(kind: str, name: str) -> str | None:
    """The ledger's id of the record an object's id names, or of the subscription that a number does; None: it names none."""
    if kind == SUBSCRIPTION:
        return name if _NUMBER.fullmatch(name) else None
    return f"{kind}{_BETWEEN}{name}" if kind in ENTITY_OF and _ID.fullmatch(name) else None


def object_of(entity: str, record_id: str) -> tuple[str, str] | None:
    """The kind and the id of the object a record is, or its number for a subscription; None for what is no record of the entity."""
    kind, name = (SUBSCRIPTION, record_id) if entity == SUBSCRIPTION else _parted(record_id)
    if ENTITY_OF.get(kind) != entity or record_id_of(kind, name) is None:
        return None
    return kind, name


def _parted(record_id: str) -> tuple[str, str]:
    kind, _, name = record_id.partition(_BETWEEN)
    return kind, name
