"""Chargebee's own library for Python knows what we ask for, what we read, and what it may be: an independent check of all names."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_args

import pytest
from chargebee.models import enums

from tests.support.chargebee_api import MadeUpApi, as_sent
from tests.support.chargebee_rows import document, key_of, line, subscription
from tieout.arriving.excerpts import Wanted
from tieout.facts.listing import Window
from tieout.systems.chargebee import billing, cash, discounts, wanted
from tieout.systems.chargebee.ids import CREDIT_NOTES, KINDS
from tieout.systems.chargebee.subscriptions import STATUSES

DAY = Window(datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
WANTED = {
    "subscription": wanted.SUBSCRIPTION,
    "invoice": wanted.INVOICE,
    "credit_note": wanted.CREDIT_NOTE,
    "transaction": wanted.TRANSACTION,
    "customer": wanted.CUSTOMER,
    "coupon": wanted.COUPON,
}
_PARAMETER = re.compile(r"([a-z_]+)(?:\[([a-z_]+)\])?")


def theirs(word: str, part: str) -> Any:  # noqa: ANN401 a module of a library without types
    """What their library knows of a kind of resource: its `operations` or its `responses`."""
    return importlib.import_module(f"chargebee.models.{word}.{part}")


def class_of(word: str) -> str:
    """What their classes of a kind are called."""
    return "".join(each.title() for each in word.split("_"))


def unknown(names: Wanted, response: Any) -> Iterator[str]:  # noqa: ANN401 as above
    """What we read of a resource that no response of theirs has."""
    known = {each.name: each.type for each in fields(response)} | {"object": str}
    for name, inside in names.items():
        if name not in known:
            yield name
        elif inside is not ...:
            [element] = get_args(known[name]) or [known[name]]
            assert is_dataclass(element)
            yield from (f"{name}.{each}" for each in unknown(inside, element))


@pytest.mark.parametrize("word", WANTED)
def test_all_that_is_read_of_a_resource_is_among_its_attributes(word: str) -> None:
    """Of either product catalog."""
    assert [*unknown(WANTED[word], getattr(theirs(word, "responses"), f"{class_of(word)}Response"))] == []


def test_a_name_that_is_none_would_be_found() -> None:
    """On any level."""
    response = theirs("invoice", "responses").InvoiceResponse
    assert [*unknown({"odd": ..., "line_items": {"id": ..., "odd": ...}}, response)] == ["odd", "line_items.odd"]


def values_of(word: str, name: str) -> set[str]:
    """What an attribute of a resource may be, by their library."""
    found: type[Enum] = getattr(getattr(theirs(word, "operations"), class_of(word)), name)
    return {str(each.value) for each in found}


@pytest.mark.parametrize(
    ("ours", "word", "name"),
    [
        (set(STATUSES) | {"transferred"}, "subscription", "Status"),  # which goes to a person
        (set(billing.INVOICE_STATUSES), "invoice", "Status"),
        (set(billing.CREDIT_NOTE_STATUSES), "credit_note", "Status"),
        (set(cash.TYPES), "transaction", "Type"),
        (set(cash.STATUSES), "transaction", "Status"),
    ],
)
def test_every_value_that_decides_is_known(ours: set[str], word: str, name: str) -> None:
    """And no other is expected."""
    assert ours == values_of(word, name)


def test_what_we_single_out_is_among_what_there_is() -> None:
    """By the very same words."""
    assert billing.WRITE_OFF in values_of("credit_note", "ReasonCode")
    assert discounts.FOREVER in values_of("coupon", "DurationType") & {each.value for each in enums.DurationType}
    assert set(discounts.KINDS) < values_of("coupon", "DiscountType") & values_of("discount", "Type")
    assert {discounts.ON_ALL, discounts.ON_EACH} <= values_of("coupon", "ApplyOn")
    assert {each.value for each in enums.ApplyOn} == {discounts.ON_ALL, discounts.ON_ONE}
    assert set(discounts.CONSTRAINTS) < values_of("coupon", "ItemConstraintConstraint")
    assert {each.value for each in enums.ItemType} == {"plan", "addon", "charge"}
    assert {"adhoc"} < values_of("invoice", "LineItemEntityType") & values_of("credit_note", "LineItemEntityType")
    assert {each.value for each in enums.PriceType} == {"tax_exclusive", "tax_inclusive"}
    assert values_of("subscription", "BillingPeriodUnit") == {"day", "week", "month", "year"}


def asked_of(word: str, resource: str) -> Mapping[str, Any]:
    """The parameters that their library lets a list, or one resource, be asked by."""
    found: Mapping[str, Any] = getattr(getattr(theirs(word, "operations"), class_of(word)), resource).__annotations__
    return found


def check(word: str, resource: str, parameters: Mapping[str, str]) -> None:
    """That each parameter is one of theirs, its operator among those of its filter."""
    known = asked_of(word, resource)
    for each in parameters:
        matched = _PARAMETER.fullmatch(each)
        assert matched is not None
        name, operator = matched.groups()
        assert name in known, name
        if operator is not None:
            [filtering] = get_args(known[name])
            assert operator.upper() in filtering.__annotations__


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_lists_are_asked_by_parameters_that_they_have(kind: Any) -> None:  # noqa: ANN401 one of ours
    """Those of a window, and those by ids."""
    api = MadeUpApi()
    cursor = "" if kind != CREDIT_NOTES else CREDIT_NOTES.collection
    api.listing(customers=True).page(kind.entity, DAY, cursor)
    row = {"object": kind.word, "id": "x-1"}
    api.reader().read([key_of(row)])
    lists = [asked for path, asked in api.asked if path == kind.collection]
    assert len(lists) == 2
    for each in lists:
        check(kind.word, "ListParams", each)


def test_coupons_and_long_documents_too() -> None:
    """By the parameters of their own."""
    row = subscription(coupons=[{"coupon_id": "TEN"}])
    bill = document("invoice", "7", line()) | {"line_items_next_offset": "a"}
    api = MadeUpApi(row, bill)
    api.says = lambda path, _: as_sent({"invoice": document("invoice", "7")}) if path == "invoices/7" else None
    api.reader().read([key_of(row), key_of(bill)])
    [coupons] = [asked for path, asked in api.asked if path == "coupons"]
    check("coupon", "ListParams", coupons)
    [lines] = [asked for path, asked in api.asked if path == "invoices/7"]
    check("invoice", "RetrieveParams", lines)


def test_kinds_are_all_looked_at() -> None:
    """An empty list would prove nothing."""
    assert {*KINDS, "coupon"} == set(WANTED)
