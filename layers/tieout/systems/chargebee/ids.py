"""What Chargebee calls its resources and their ids -> the ledger's entities and record ids. Pure.

Invoices and credit notes are numbered by sequences that a site chooses, which may be the same: so what a billing document is
stands before its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

BILLING_DOCUMENT, PAYMENT, SUBSCRIPTION, CUSTOMER = "billing_document", "payment", "subscription", "customer"


class Kind(NamedTuple):
    """One kind of resource.

    Attributes:
        word: by which events and answers name it.
        entity: what the ledger calls its records.
        prefix: of their ids in the ledger.
        collection: of its resources, behind `/api/v2/`.
        listed_by: what its list can be sorted by.
    """

    word: str
    entity: str
    prefix: str
    collection: str
    listed_by: str


SUBSCRIPTIONS = Kind("subscription", SUBSCRIPTION, "", "subscriptions", "updated_at")
INVOICES = Kind("invoice", BILLING_DOCUMENT, "invoice:", "invoices", "updated_at")
CREDIT_NOTES = Kind("credit_note", BILLING_DOCUMENT, "credit_note:", "credit_notes", "date")
TRANSACTIONS = Kind("transaction", PAYMENT, "", "transactions", "updated_at")
CUSTOMERS = Kind("customer", CUSTOMER, "", "customers", "updated_at")

KINDS: Mapping[str, Kind] = MappingProxyType(
    {each.word: each for each in (SUBSCRIPTIONS, INVOICES, CREDIT_NOTES, TRANSACTIONS, CUSTOMERS)}
)
"""By word, what is read; customers where a connection wants them."""


def kinds_wanted(*, customers: bool) -> Sequence[Kind]:
    """What a connection tells of and lists."""
    return [each for each in KINDS.values() if customers or each != CUSTOMERS]


# A site may choose ids of its own. Nothing that has to be quoted in a list of ids, and `#` parts the ledger's keys.
_ID = re.compile("[A-Za-z0-9_][A-Za-z0-9_.:@+=~/-]{0,99}", re.ASCII)
_MADE_UP = "cbdemo_"


def is_made_up(ids: Iterable[object]) -> bool:
    """Whether one of the ids in an event is none of a site's: its dashboard made it up, to test whether events arrive."""
    return any(isinstance(each, str) and each.startswith(_MADE_UP) for each in ids)


def is_id(text: object) -> bool:
    """Whether a value can be the id of a resource, and safely be asked for."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def kind_of(entity: str, record_id: str) -> Kind | None:
    """What kind of resource a record is; None for what is a record of none."""
    for kind in KINDS.values():
        if kind.entity == entity and record_id.startswith(kind.prefix) and is_id(record_id.removeprefix(kind.prefix)):
            return kind
    return None
