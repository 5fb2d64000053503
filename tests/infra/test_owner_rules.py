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
    owned = replace(shipped, owners=(BILLS,))
    read = Landscape.of_json(compile_landscape(owned).encode())
    assert read.owners == (BILLS,)
    is_planned = PlanningModel.of(read).ownership.is_planned
    assert [is_planned(each, "BillingDocument", "GROUP") for each in ("sap-europe", "stripe-global")] == [True, False]
