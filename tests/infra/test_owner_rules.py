"""How owners of facts may be declared: each fact is planned of one connection, and of one that there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.landscape import compile_landscape
from infra.owner_rules import owner_problems
from tests.support.planning_model import sandbox_landscape
from tieout.landscape import Landscape
from tieout.ownership import Owner
from tieout.planning.model import PlanningModel

BILLS = Owner(name="bills", connection="sap-europe", facts=("BillingDocument",), legal_entities=("GROUP",))

CUSTOMERS = Owner(
    name="customers",
    connection="netsuite-group",
    facts=("Customer", "Product"),
    codes="C_{number}",
    linked_by=("tax_id",),
)
NAMES = Owner(name="names", connection="hubspot-emea", facts=("Customer",), fields=("name", "external_ids"))


@pytest.fixture(scope="module")
def shipped() -> Landscape:
    """What the sandbox declares."""
    return sandbox_landscape()


@pytest.mark.parametrize(
    ("owners", "problem"),
    [
        ((BILLS,), None),
        ((BILLS, replace(BILLS, name="others", legal_entities=("EMEA",))), None),
        ((BILLS, replace(BILLS, name="orders", facts=("SalesOrder",))), None),
        ((replace(BILLS, connection="sap"),), (("owners", 0, "connection"), "'sap' is no connection (")),
        ((replace(BILLS, facts=()),), (("owners", 0, "facts"), "it owns nothing")),
        ((replace(BILLS, facts=("Bills",)),), (("owners", 0, "facts"), "'Bills' is no canonical fact (Opportunity, ")),
        (
            (BILLS, replace(BILLS, name="all", connection="stripe-global", legal_entities=())),
            (("owners", 1), "it owns what 'bills' owns already"),
        ),
        ((CUSTOMERS,), None),
        ((CUSTOMERS, NAMES), None),
        (
            (NAMES, replace(NAMES, name="also", fields=("country", "name"))),
            (("owners", 1), "it owns what 'names' owns"),
        ),
        (
            (replace(BILLS, codes="B_{number}"),),
            (("owners", 0, "codes"), "it is said of BillingDocument too, and only"),
        ),
        ((replace(BILLS, fields=("name",)),), (("owners", 0, "fields"), "it is said of BillingDocument too, and only")),
        ((replace(BILLS, linked_by=("tax_id",)),), (("owners", 0, "linked_by"), "it is said of BillingDocument too")),
        (
            (replace(NAMES, fields=("colour",)),),
            (("owners", 0, "fields"), "'colour' is no field of master data (name, "),
        ),
        ((replace(CUSTOMERS, codes="C_"),), (("owners", 0, "codes"), "'C_' does not say {number} once")),
        ((replace(NAMES, codes="C_{number}"),), (("owners", 0, "fields"), "who owns some fields alone neither names")),
    ],
)
def test_owners_are_of_this_landscape_and_own_nothing_twice(
    shipped: Landscape, owners: tuple[Owner, ...], problem: tuple[tuple[str | int, ...], str] | None
) -> None:
    """Two of one fact would leave it to the order of the files whose numbers are in planning."""
    found = [(place, said) for place, said in owner_problems(replace(shipped, owners=owners))]
    if problem is None:
        assert found == []
        return
    [(place, said)] = found
    assert (place, said[: len(problem[1])]) == problem


def test_what_is_compiled_plans_as_declared(shipped: Landscape) -> None:
    """The function that records reads the same owners."""
    owned = replace(shipped, owners=(BILLS, CUSTOMERS, NAMES))
    read = Landscape.of_json(compile_landscape(owned).encode())
    assert read.owners == (BILLS, CUSTOMERS, NAMES)
    is_planned = PlanningModel.of(read).ownership.is_planned
    assert [is_planned(each, "BillingDocument", "GROUP") for each in ("sap-europe", "stripe-global")] == [True, False]
