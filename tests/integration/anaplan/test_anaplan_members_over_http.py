"""Members of an Anaplan model's lists are added and changed over real HTTP, by the answers and faults that Anaplan has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.systems.anaplan.definition import Dimension, ModelDefinition, sandbox_definition
from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import RunningTenant, running_tenant
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, UnavailableError
from tieout.landscape import Option
from tieout.members import HeldMember, Member
from tieout.systems.anaplan.members import ModelMembers, open_keeper

NUMBERED: dict[str, Option] = {"Supplier": {"numbered": True, "display": "Display name"}}


def numbered_suppliers() -> ModelDefinition:
    """The sandbox's model, whose suppliers are a numbered list, and whose customers are production data."""
    definition = sandbox_definition()
    return replace(definition, dimensions=tuple(map(_changed, definition.dimensions)))


def _changed(dimension: Dimension) -> Dimension:
    if dimension.name == "Customer":
        return replace(dimension, is_production=True)
    if dimension.name != "Supplier":
        return dimension
    return replace(dimension, members=(), is_numbered=True, properties=("Display name", "Terms"))


@pytest.fixture(scope="module")
def numbered() -> Iterator[RunningTenant]:
    """A tenant with lists of other kinds."""
    with running_tenant(numbered_suppliers()) as tenant:
        yield tenant


def keeper_of(tenant: RunningTenant, **options: Option) -> ModelMembers:
    """What keeps members there."""
    return open_keeper(tenant.writer(**options))


def held(keeper: ModelMembers, dimension: str, code: str) -> HeldMember | None:
    """A member as the model shows it."""
    return next((each for each in keeper.held(dimension) if each.code == code), None)


def test_members_are_added_below_their_parents_and_a_cell_can_name_them(tenant: RunningTenant) -> None:
    """A member without a name is called as its code says."""
    keeper = keeper_of(tenant)
    assert keeper.flaws("Customer") == ()
    assert keeper.add("Customer", [Member("NORTH", "North", "ALL_CUSTOMERS")]) == {}
    assert keeper.add("Customer", [Member("OSLO", parent="NORTH")]) == {}
    assert held(keeper, "Customer", "OSLO") == HeldMember("OSLO", "OSLO", frozenset({"north"}))
    assert keeper.having("Customer", ["oslo", "NOBODY"]) == {"oslo"}
    assert tenant.writer().write([pipeline_cell("a", customer="OSLO")]).refused == {}


def test_one_item_that_is_refused_stops_no_other_and_one_that_is_there_counts_as_added(tenant: RunningTenant) -> None:
    """A name that another code has, a parent nobody knows, and a code that was added by a call without an answer."""
    keeper = keeper_of(tenant)
    members = [
        Member("ACME2", "Acme Corporation"),
        Member("LOST", parent="NOWHERE"),
        Member("acme", "Any"),
        Member("NEW"),
    ]
    refused = keeper.add("Customer", members)
    assert set(refused) == {"ACME2", "LOST"}
    assert all(reason.startswith("INCORRECT_FORMAT: ") for reason in refused.values())
    assert held(keeper, "Customer", "NEW") is not None
    acme = held(keeper, "Customer", "ACME")
    assert acme is not None
    assert acme.name == "Acme Corporation"


def test_a_member_is_renamed_and_moved_by_its_code(tenant: RunningTenant) -> None:
    """What is not said stays; one that cannot be moved so is named."""
    keeper = keeper_of(tenant)
    keeper.add("Customer", [Member("NORTH", "North")])
    moves = [
        Member("ACME", "Acme Inc"),
        Member("GLOBEX", parent="NORTH"),
        Member("NORTH", parent="GLOBEX"),
        Member("NONE"),
    ]
    assert set(keeper.change("Customer", moves)) == {"NORTH", "NONE"}
    assert held(keeper, "Customer", "ACME") == HeldMember(
        "ACME", "Acme Inc", frozenset({"all_customers", "all customers"})
    )
    assert held(keeper, "Customer", "GLOBEX") == HeldMember("GLOBEX", "Globex GmbH", frozenset({"north"}))


def test_members_of_a_numbered_list_go_by_code_and_show_their_name_as_a_property(numbered: RunningTenant) -> None:
    """A name of its own Anaplan would refuse."""
    keeper = keeper_of(numbered, lists=NUMBERED)
    assert keeper.flaws("Supplier") == ()
    assert keeper.add("Supplier", [Member("S1", "Same name", "", {"Terms": "30"}), Member("S2", "Same name")]) == {}
    assert keeper.add("Supplier", [Member("S3", "Below", "S1")]) == {}
    assert keeper.change("Supplier", [Member("S2", "Other", "S1")]) == {}
    found = {each.code: each for each in keeper.held("Supplier")}
    assert {code: each.name for code, each in found.items()} == {"S1": "Same name", "S2": "Other", "S3": "Below"}
    assert (found["S1"].properties or {})["Terms"] == "30"
    assert "s1" in found["S2"].parents
    assert keeper_of(numbered).add("Supplier", [Member("S4", "Named")]) == {"S4": "INCORRECT_FORMAT: incorrect format"}


def test_a_list_of_another_kind_or_in_the_wrong_model_is_named_with_what_to_do(numbered: RunningTenant) -> None:
    """Before anything is written: structural lists stand still in a deployed model, production data has no place in another."""

    def codes(dimension: str, **lists: Option) -> list[str]:
        return [each.code for each in keeper_of(numbered, lists=lists).flaws(dimension)]

    assert codes("Supplier") == ["list_not_as_declared"]
    assert codes("Supplier", Supplier={"numbered": True, "display": "Title"}) == ["property_missing"]
    assert codes("Customer") == ["list_not_as_declared"]
    assert codes("Customer", Customer={"production": True}) == ["list_is_production_data"]
    numbered.control("model", {"deployed": True})
    assert codes("Customer", Customer={"production": True}) == []
    assert codes("Currency") == ["list_is_structural"]
    with pytest.raises(AccessDeniedError, match="development model"):
        keeper_of(numbered).add("Currency", [Member("NOK")])
    assert keeper_of(numbered).add("Customer", [Member("NEWCOMER")]) == {}
    numbered.control("model", {"deployed": False})


def test_a_list_that_is_called_otherwise_is_named_by_the_options(tenant: RunningTenant) -> None:
    """One that our role is not shown is a grant that is missing."""
    assert keeper_of(tenant, lists={"Kunde": {"list": "Customer"}}).having("Kunde", ["ACME"]) == {"acme"}
    with pytest.raises(AccessDeniedError, match="no list Kunde"):
        keeper_of(tenant).held("Kunde")


def test_a_model_that_takes_nothing_says_so_as_for_cells(tenant: RunningTenant) -> None:
    """Locked, busy, too many calls; and a write whose answer is lost may have been done."""
    keeper = keeper_of(tenant)
    keeper.having("Customer", ["ACME"])
    for kind, error in (("locked", UnavailableError), ("conflict", UnavailableError), ("throttled", ThrottledError)):
        tenant.fault(kind, path="/items")
        with pytest.raises(error):
            keeper.add("Customer", [Member("VANDELAY")])
    tenant.control("model", {"busy_seconds": 60})
    for ask in (lambda: keeper.flaws("Customer"), lambda: keeper.having("Customer", ["ACME"])):
        with pytest.raises(UnavailableError, match="busy"):
            ask()
    tenant.clock.advance(60)
    tenant.fault("answer", path="/items", status=502)
    with pytest.raises(LostAnswerError):
        keeper.add("Customer", [Member("VANDELAY")])
