"""Master data as facts: whom documents are with, what is sold, where it is booked. Nothing is planned of one: it has no amounts.

Each has the number that documents name it by; the mapping table of its kind says what planning calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from tieout.errors import MalformedError
from tieout.facts.documents import AccountClass
from tieout.facts.family import Fact, Family, Line, Lookup

TAX_ID, DOMAIN = "tax_id", "domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """What somebody else calls a record, or what nobody else has: two records with the same one may be the same.

    Attributes:
        name: whose it is: `tax_id`, `domain`, or any other the connection declares, such as `erp_number`.
        value: as it compares, so that two systems that write it otherwise agree (see `of`).
    """

    name: str
    value: str

    @classmethod
    def of(cls, name: str, text: str | None) -> Self | None:
        """What a source's text comes to; None where it says nothing.

        A tax number without spaces, dots and dashes, in capitals; of an address on the web its host in small letters, without
        `www.`; anything else without the blanks around it.
        """
        value = _COMPARED.get(name, str.strip)(text or "")
        return cls(name=name, value=value) if value else None


def external_ids(texts: Mapping[str, str | None]) -> tuple[ExternalId, ...]:
    """Those of some names that say anything, in order of the names."""
    found = (ExternalId.of(name, text) for name, text in sorted(texts.items()))
    return tuple(each for each in found if each is not None)


def _tax_id(text: str) -> str:
    return "".join(each for each in text if each.isalnum()).upper()


def _domain(text: str) -> str:
    address = "".join(text.split()).lower().rpartition("://")[2]
    host = re.split("[/?#:]", address, maxsplit=1)[0]
    return re.sub(r"^(?:www\.|\.)+", "", host).rstrip(".")


_COMPARED = {TAX_ID: _tax_id, DOMAIN: _domain}


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterData(Fact):
    """What records of master data have in common.

    Attributes:
        number: the source's own: its documents name the record so.
        parent: the number of the record of the same kind that it stands below; None at the top.
        external_ids: each name once, in their order.
        is_active: whether the source still lets it be used.
        valid_from, valid_until: the first and the last day it may be used on; None where the source sets no bound.
        legal_entity: the source's id of the company whose it is; None where all share it.
    """

    number: str
    name: str | None = None
    parent: str | None = None
    external_ids: tuple[ExternalId, ...] = ()
    is_active: bool = True
    valid_from: date | None = None
    valid_until: date | None = None
    legal_entity: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nothing could be named by, and a record below itself; raises `MalformedError`."""
        if not self.number:
            raise MalformedError("number_missing")
        if self.parent == self.number:
            raise MalformedError("parent_is_the_record_itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(MasterData):
    """Somebody who is sold to; its parent is the customer it belongs to, as a subsidiary to its group.

    Attributes:
        country: as the source writes it.
        currency: ISO 4217 of what it is billed in; None where the source does not say.
    """

    country: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(MasterData):
    """What is sold; its parent is the product line it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(MasterData):
    """An account of the general ledger; its parent is the account it is a part of.

    Attributes:
        account_class: None where the source does not say, as of one that only sums up others.
    """

    account_class: AccountClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCentre(MasterData):
    """Who answers for what is spent; its parent is the department it belongs to."""


TABLES: Mapping[type[MasterData], str] = {
    Customer: "customer",
    Product: "product",
    Account: "account",
    CostCentre: "cost_centre",
}
"""The mapping table that says what planning calls the records of a kind."""

ENTITIES: Mapping[type[MasterData], tuple[str, ...]] = {
    Customer: ("account", "customer"),
    Product: ("product",),
    Account: ("gl_account",),
    CostCentre: ("cost_centre",),
}
"""What the records of a kind go by in notices: a customer is an `account` where sellers keep it, else a `customer`."""


def _lines(_record: MasterData, _lookup: Lookup) -> Iterator[Line]:
    yield from ()


FAMILY = Family(name="master data", kinds=tuple(TABLES), attributes={}, amounts=(), lines=_lines)
