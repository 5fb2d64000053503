"""What is planned where several connections know the same: what its owner says, once, and of everybody where nobody owns it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.planning_model import sandbox_landscape, sandbox_model
from tieout.calendars import EntityCalendars
from tieout.facts.documents import AccountClass, Invoice, LedgerLine
from tieout.facts.opportunity import Opportunity
from tieout.facts.sales import BillingDocument, SalesLine, SalesStatus
from tieout.fiscal import FiscalCalendar, LegalEntity, StatedPeriod
from tieout.money import Money
from tieout.ownership import Owner, Ownership, owner_of_plain
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

BILLING, ERP = "some-billing", "some-erp"
OWNED = Owner(name="bills", connection=BILLING, facts=("BillingDocument",), legal_entities=("EMEA",))
BILL = BillingDocument(
    number="1",
    status=SalesStatus.POSTED,
    day=date(2026, 3, 31),
    lines=(SalesLine(line_id="1", amount=Money(10_000, "USD")),),
)


def planned(connection: str, *owners: Owner, company: str = "EMEA") -> tuple[Contribution, ...]:
    """What a bill of a company contributes, as a connection tells of it."""
    model = replace(sandbox_model({connection: company}), ownership=Ownership(owners))
    found = model.contributions(connection, BILL, {MappingKey.rate("average", "USD", "USD", "2026-03"): "1"})
    assert not isinstance(found, Unmapped)
    return found


def test_a_bill_that_two_systems_know_is_planned_of_its_owner() -> None:
    """Of another company, which nobody was declared to own, it is planned as told; so is every other fact."""
    assert planned(BILLING, OWNED)
    assert planned(ERP, OWNED) == ()
    assert planned(ERP, OWNED, company="APAC") == planned(ERP, company="APAC") != ()
    assert planned(ERP, replace(OWNED, facts=("SalesOrder",))) != ()


def test_what_is_not_planned_needs_no_entries() -> None:
    """Nobody has to say what its customers are called in planning, so it is not held for them."""
    model = replace(sandbox_model({ERP: "EMEA"}), ownership=Ownership((OWNED,)))
    unknown = replace(BILL, customer="C-1")
    assert model.mapping_keys(ERP, unknown, {}) == frozenset()
    assert model.contributions(ERP, unknown, {}) == ()


def test_nor_the_entries_that_say_what_its_lines_are() -> None:
    """Such as the stage of a deal: it is asked for once anything is planned."""
    deal = Opportunity(
        name=None,
        stage="open/new",
        customer=None,
        product=None,
        amount=Money(10_000, "USD"),
        close_date=date(2026, 3, 31),
        probability=None,
    )
    owned = replace(OWNED, facts=("Opportunity",))
    model = replace(sandbox_model({ERP: "EMEA", BILLING: "EMEA"}), ownership=Ownership((owned,)))
    stage = MappingKey(ERP, "stage", "open/new")
    assert model.mapping_keys(ERP, deal, {}) == frozenset()
    assert model.contributions(ERP, deal, {}) == ()
    assert model.contributions(BILLING, deal, {}) == Unmapped(stage._replace(connection=BILLING))
    elsewhere = replace(model, legal_entities={ERP: "APAC"})
    assert elsewhere.contributions(ERP, deal, {}) == Unmapped(stage)


def test_the_company_is_asked_for_all_the_same() -> None:
    """It says whose the fact is: until it is known the fact waits for it, and it is among what planning it has used."""
    stated = replace(BILL, legal_entity="7", customer="C-1")
    company = MappingKey(ERP, "legal_entity", "7")
    model = replace(sandbox_model({ERP: "EMEA"}), ownership=Ownership((OWNED,)))
    assert company in model.mapping_keys(ERP, stated, {})
    assert model.contributions(ERP, stated, {}) == Unmapped(company)
    assert model.mapping_keys(ERP, stated, {company: "EMEA"}) == {company}
    assert model.contributions(ERP, stated, {company: "EMEA"}) == ()
    assert model.contributions(ERP, stated, {company: "APAC"}) == Unmapped(MappingKey(ERP, "customer", "C-1"))


POSTED = Invoice(
    number="1",
    document_date=date(2026, 3, 31),
    posting_period=None,
    lines=tuple(
        LedgerLine(
            line_id=company,
            account="4000",
            account_class=AccountClass.INCOME,
            transaction=Money(100, "USD"),
            functional=Money(100, "USD"),
            legal_entity=company,
            posting_date=date(2031, 1, 1),
            customer=f"of {company}",
        )
        for company in ("theirs", "ours")
    ),
)
BOTH = {MappingKey(ERP, "legal_entity", "theirs"): "EMEA", MappingKey(ERP, "legal_entity", "ours"): "APAC"}
HALF_A_YEAR = FiscalCalendar(
    name="half",
    kind="table",
    label="HY",
    table=(StatedPeriod(period="HY2026-P01", first_day="2026-01-01", last_day="2026-06-30"),),
)


def test_a_fact_of_several_companies_waits_for_nothing_that_anothers_lines_name() -> None:
    """Neither for a customer nor for the period of a day behind its company's calendar: their owner plans them."""
    owned = replace(OWNED, facts=("Invoice",))
    calendars = EntityCalendars((HALF_A_YEAR,), (LegalEntity(name="EMEA", calendar="half"),))
    model = replace(sandbox_model({ERP: "APAC"}), ownership=Ownership((owned,)), calendars=calendars)
    needed = model.mapping_keys(ERP, POSTED, BOTH)
    assert {key.key for key in needed if key.table in {"customer", "period"}} == {"of ours"}
    assert needed >= BOTH.keys()
    theirs = replace(POSTED, lines=POSTED.lines[:1])
    assert model.mapping_keys(ERP, theirs, BOTH) == {MappingKey(ERP, "legal_entity", "theirs")}
    assert model.contributions(ERP, theirs, BOTH) == ()
    waits = model.contributions(ERP, POSTED, BOTH)
    assert isinstance(waits, Unmapped)
    assert waits.key in needed - BOTH.keys()


def test_the_owners_a_landscape_declares_are_those_of_its_model() -> None:
    """What is deployed plans nothing twice."""
    ownership = PlanningModel.of(replace(sandbox_landscape(), owners=(OWNED,))).ownership
    assert ownership.is_planned(BILLING, "BillingDocument", "EMEA")
    assert not ownership.is_planned(ERP, "BillingDocument", "EMEA")


OWNED_HERE = Owner(name="a", connection="a", facts=("Customer",), legal_entities=("EMEA",), fields=("name",))


@pytest.mark.parametrize(
    ("other", "both"),
    [
        ({}, True),
        ({"facts": ("Product",)}, False),
        ({"facts": ("Product", "Customer")}, True),
        ({"legal_entities": ("APAC",)}, False),
        ({"legal_entities": ()}, True),
        ({"fields": ("country",)}, False),
        ({"fields": ("country", "name")}, True),
        ({"fields": ()}, False),  # who owns the field stands before who owns all
    ],
)
def test_owners_overlap_where_both_would_own_a_field(other: dict[str, tuple[str, ...]], *, both: bool) -> None:
    """Of one kind, of one company; whichever of them is asked."""
    there = replace(OWNED_HERE, name="b", connection="b", **other)  # type: ignore[arg-type]  # lists of names alone
    assert (OWNED_HERE.overlaps(there), there.overlaps(OWNED_HERE)) == (both, both)
    whole, wholes = replace(OWNED_HERE, fields=()), replace(there, fields=())
    if "fields" not in other:
        assert (whole.overlaps(wholes), wholes.overlaps(whole)) == (both, both)


@pytest.mark.parametrize(
    "owner",
    [
        replace(OWNED_HERE, facts=("Customer", "Product"), fields=("name", "parent")),
        Owner(name="b", connection="b", facts=("Account",), codes="A_{number}", linked_by=("tax_id", "domain")),
    ],
)
def test_an_owner_is_read_as_it_was_compiled(owner: Owner) -> None:
    """As JSON has it; what is not declared is not there."""
    plain = {name: value for name, value in json.loads(json.dumps(asdict(owner))).items() if value}
    assert owner_of_plain(plain) == owner


def test_what_an_owner_has_is_called_by_its_numbers() -> None:
    """Its own records of the kinds it owns alone."""
    ownership = Ownership(
        (
            Owner(name="a", connection="a", facts=("Customer", "Invoice"), codes="C_{number}"),
            Owner(name="b", connection="b", facts=("Product",)),
        )
    )
    assert ownership.implied("a", "customer", "4711") == "C_4711"
    for connection, table in (("b", "customer"), ("a", "product"), ("b", "product"), ("a", "rate")):
        assert ownership.implied(connection, table, "4711") is None


@pytest.mark.parametrize("number", [" 4711", "4711 ", "47\n11", "\u00a04711"])
def test_a_number_that_no_member_can_be_called_by_implies_nothing(number: str) -> None:
    """Planning drops blanks at the ends, and shows no line breaks: somebody has to say what it is called."""
    ownership = Ownership((Owner(name="a", connection="a", facts=("Customer",), codes="C_{number}"),))
    assert ownership.implied("a", "customer", number) is None
    assert ownership.implied("a", "customer", "顧客 № 5/ü") == "C_顧客 № 5/ü"


def test_who_owns_a_field_is_asked_before_who_owns_the_kind() -> None:
    """For a company that is named, and for all of them."""
    kind, field = replace(OWNED_HERE, fields=()), replace(OWNED_HERE, connection="b")
    everywhere = replace(OWNED_HERE, connection="c", facts=("Product",), legal_entities=(), fields=())
    ownership = Ownership((kind, field, everywhere))
    assert ownership.of("Customer", "EMEA", "name") is field
    assert ownership.of("Customer", "EMEA", "country") is kind
    assert ownership.of("Customer", "EMEA") is kind
    assert ownership.of("Customer", "APAC", "name") is None
    assert ownership.of("Product", "APAC", "name") is everywhere


KINDS, COMPANIES, CONNECTIONS = ("Invoice", "Payment"), ("EMEA", "APAC"), ("a", "b", "c")


@given(
    declared=st.lists(
        st.builds(
            Owner,
            name=st.just("owner"),
            connection=st.sampled_from(CONNECTIONS),
            facts=st.lists(st.sampled_from(KINDS), min_size=1, unique=True).map(tuple),
            legal_entities=st.lists(st.sampled_from(COMPANIES), unique=True).map(tuple),
        ),
        max_size=4,
    ),
    kind=st.sampled_from(KINDS),
    company=st.sampled_from(COMPANIES),
)
def test_a_fact_is_planned_of_its_owner_alone(declared: list[Owner], kind: str, company: str) -> None:
    """Of exactly one connection where an owner is declared, whatever else is, and of all of them otherwise."""
    owners: list[Owner] = []
    for each in declared:
        if not any(each.overlaps(other) for other in owners):
            owners.append(each)
    owning = {
        each.connection
        for each in owners
        if kind in each.facts and (not each.legal_entities or company in each.legal_entities)
    }
    assert len(owning) <= 1
    ownership = Ownership(owners)
    assert {each for each in CONNECTIONS if ownership.is_planned(each, kind, company)} == (owning or set(CONNECTIONS))
