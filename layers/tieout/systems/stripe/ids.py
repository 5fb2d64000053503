"""What Stripe calls its objects and their ids -> the ledger's entities. Pure.

An id begins with what it is the id of, and has 255 characters at most. Stripe reserves to change how ids begin, as a change that
breaks nobody: https://docs.stripe.com/upgrades. Here it would be seen, since what begins otherwise is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

BILLING_DOCUMENT, PAYMENT, SUBSCRIPTION = "billing_document", "payment", "subscription"
CUSTOMER, PRODUCT = "customer", "product"


class Named(NamedTuple):
    """What the ledger calls the records that one kind of object states.

    Attributes:
        prefixes: with one of which their ids begin, without the underscore behind it.
    """

    entity: str
    prefixes: tuple[str, ...]


OBJECTS: Mapping[str, Named] = MappingProxyType(
    {
        "invoice": Named(BILLING_DOCUMENT, ("in",)),
        "credit_note": Named(BILLING_DOCUMENT, ("cn",)),
        "charge": Named(PAYMENT, ("ch", "py")),  # `py_` where no card paid
        "refund": Named(PAYMENT, ("re", "pyr")),
        "dispute": Named(PAYMENT, ("dp", "du")),
        "payout": Named(PAYMENT, ("po",)),
        "subscription": Named(SUBSCRIPTION, ("sub",)),
        "customer": Named(CUSTOMER, ("cus",)),
        "product": Named(PRODUCT, ("prod",)),
    }
)
"""By the word in which an object says what it is (`object`)."""

_ID = re.compile(
    "([a-z]{1,8})_[A-Za-z0-9]{1,246}", re.ASCII
)  # 255 characters at most; `sub_sched_...` is none of these
_ENTITIES = {prefix: named.entity for named in OBJECTS.values() for prefix in named.prefixes}


def entity_of(record_id: str) -> str | None:
    """The entity of a record by how its id begins; None for what is the id of nothing we read."""
    return _ENTITIES.get(_prefix_of(record_id))


def is_record_id(text: str) -> bool:
    """Whether a text is the id of a record we read, and safe as a part of an address."""
    return entity_of(text) is not None


def is_id_of(text: object, word: str) -> bool:
    """Whether a value is the id of an object of this kind, one of `OBJECTS`."""
    return isinstance(text, str) and _prefix_of(text) in OBJECTS[word].prefixes


def _prefix_of(record_id: str) -> str:
    match = _ID.fullmatch(record_id)
    return match[1] if match else ""
