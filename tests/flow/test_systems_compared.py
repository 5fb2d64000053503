"""Every delivered comparison of two systems: what both tell of ties out, and one discrepancy is one break of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import pytest

from tests.support.systems_compared import (
    billed_by_sap,
    billed_by_zuora,
    collected_by_netsuite,
    collected_by_sap,
    collected_by_zuora,
    compared,
    connected_landscape,
    declared,
    entered,
    invoiced_by_central,
    invoiced_by_netsuite,
    invoiced_by_sap,
    ordered,
    won,
    written_past_the_customers,
)
from tieout.facts.statement import Statement
from tieout.reconciling.breaks import BreakKind


class Story(NamedTuple):
    """What two systems tell of one value.

    Attributes:
        name: the reconciliation.
        told: what ties out.
        tied_out: in how many groups of records.
        amiss: what one of them tells instead, or besides.
        kind, off: of the break, and by how much the left side has more, place by place: company, period and amount in cents.
    """

    name: str
    told: tuple[Statement, ...]
    tied_out: int
    amiss: Statement
    kind: BreakKind
    off: Mapping[tuple[str, str], int]


_SOLD = ({"PartnerCompany": "1010"}, {"CompanyCode": "1510", "AccountingDocumentType": "SA"})
_BOUGHT = ({"PartnerCompany": "1510"}, {"CompanyCode": "1010", "AccountingDocumentType": "SA"})


def _sold(amount: str, transaction: str = "IC-7") -> Statement:
    """What one company of the group earns from another."""
    lines = (("41000000", f"-{amount}", _SOLD[0]), ("13000000", amount, _SOLD[0]))
    return entered("200000001", *lines, IntercompanyTransaction=transaction, **_SOLD[1])


def _bought(amount: str, transaction: str = "IC-7") -> Statement:
    """What it costs the other."""
    lines = (("61003000", amount, _BOUGHT[0]), ("21100000", f"-{amount}", _BOUGHT[0]))
    return entered("200000002", *lines, IntercompanyTransaction=transaction, **_BOUGHT[1])


STORIES = (
    Story(
        "billing-to-books",
        (
            *(billed_by_zuora("INV1", "100"), billed_by_zuora("INV2", "50")),
            *(invoiced_by_netsuite("1", "100"), invoiced_by_netsuite("2", "50")),
        ),
        2,
        invoiced_by_netsuite("2", "50", customer="7939"),
        BreakKind.MAPPING,
        {("SPAIN", "2026-03"): 0},
    ),
    Story(
        "bookings-to-orders",
        (
            *(won("9001", "1500"), won("9003", "200"), ordered("9", "200", PurchaseOrderByCustomer="9003")),
            *(ordered(number, amount, ExternalDocumentID="9001") for number, amount in (("7", "1000"), ("8", "500"))),
        ),
        2,
        won("9002", "700"),
        BreakKind.MISSING_THERE,
        {("EMEA", ""): 70_000},
    ),
    Story(
        "bookings-to-invoices",
        (won("9001", "1500"), invoiced_by_sap("100000001", "1500", DocumentReferenceID="9001")),
        1,
        invoiced_by_sap("100000001", "1500.01", DocumentReferenceID="9001"),
        BreakKind.UNEXPLAINED,
        {("EMEA", ""): -1},
    ),
    Story(
        "orders-to-billing",
        (ordered("7", "1000", "500"), billed_by_sap("90000001", "1000", "7"), billed_by_sap("90000002", "500", "7")),
        1,
        billed_by_sap("90000003", "500", "7"),
        BreakKind.DUPLICATE,
        {("EMEA", ""): -50_000},
    ),
    Story(
        "orders-to-invoices",
        (
            *(ordered("7", "1000", PurchaseOrderByCustomer="PO-7"), ordered("8", "200")),
            invoiced_by_central("I-1", "1000.00", customerPurchaseOrderReference="PO-7"),
            invoiced_by_central("I-2", "200.00", orderNumber="8"),
        ),
        2,
        invoiced_by_central("I-3", "30.00", externalDocumentNumber="9001"),
        BreakKind.MISSING_HERE,
        {("EMEA", ""): -3_000},
    ),
    Story(
        "receivables",
        (invoiced_by_netsuite("1", "100"), collected_by_netsuite("3", "60")),
        2,
        written_past_the_customers("4", "40"),
        BreakKind.MISSING_HERE,
        {("SPAIN", "2026-03"): 4_000},
    ),
    Story(
        "payments-to-books",
        (collected_by_zuora("P-1"), collected_by_sap("140000001", "100", DocumentReferenceID="P-1")),
        1,
        collected_by_sap("140000001", "100", DocumentReferenceID="P-1", FiscalPeriod="004"),
        BreakKind.CUT_OFF,
        {("SPAIN", "2026-03"): -10_000, ("SPAIN", "2026-04"): 10_000},
    ),
    Story(
        "intercompany",
        (_sold("300"), _bought("300")),
        1,
        _bought("290"),
        BreakKind.UNEXPLAINED,
        {("SPAIN", "2026-03"): -1_000},
    ),
)


@pytest.mark.parametrize("story", STORIES, ids=[each.name for each in STORIES])
def test_what_both_systems_tell_ties_out_and_one_discrepancy_is_one_break(story: Story) -> None:
    """Exactly one, of that kind and amount, and in its place."""
    sound = compared(declared(story.name), *story.told)
    assert (sound.breaks, sound.tied_out) == ((), story.tied_out)
    assert sound.left
    told = {each.key: each for each in story.told} | {story.amiss.key: story.amiss}
    [one] = compared(declared(story.name), *told.values()).breaks
    assert one.kind is story.kind
    off: dict[tuple[str, str], int] = {}
    for place, amount in one.residuals.items():
        where = (place.legal_entity, place.period)
        off[where] = off.get(where, 0) + amount.transaction
    assert off == story.off


def test_every_delivered_comparison_of_systems_is_told_of() -> None:
    """One story each."""
    of_systems = {each.name for each in connected_landscape().reconciliations if each.is_of_systems}
    assert of_systems == {each.name for each in STORIES}


def test_what_one_company_has_with_nobody_of_the_group_is_between_none() -> None:
    """Whoever compares all partners of a company says none of them."""
    asked = declared("intercompany")
    among_all = replace(asked, right=replace(asked.right, where={"account_class": ("income", "expense")}))
    with_nobody = invoiced_by_sap("100000001", "1500")
    found = compared(among_all, _sold("300"), _bought("300"), with_nobody)
    assert {place.legal_entity for place in found.right} == {"SPAIN", "EMEA"}
    assert sum(amount.transaction for place, amount in found.right.items() if place.legal_entity == "SPAIN") == -30_000
    assert with_nobody.key not in {record for each in found.breaks for record in each.right}


def test_what_is_of_other_connections_is_not_compared() -> None:
    """A deal and an order of other systems, of the same customer and the same number."""
    told = (won("9001", "1500"), ordered("7", "1500", ExternalDocumentID="9001"))
    asked = declared("bookings-to-orders")
    elsewhere = replace(asked, right=replace(asked.right, connections=("netsuite-group",)))
    assert [each.kind for each in compared(elsewhere, *told).breaks] == [BreakKind.MISSING_THERE]
    assert compared(replace(elsewhere, left=elsewhere.right), *told).breaks == ()
