"""How reconciliations may be declared: both stages are there, and their records can be found to belong together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.landscape import compile_landscape, read_landscape
from infra.reconciliation_rules import reconciliation_problems
from tests.support.planning_model import sandbox_landscape
from tieout.landscape import Landscape
from tieout.reconciliations import Matching, Periods, Reconciliation, Side, Tolerance

REPOSITORY = Path(__file__).parents[2]
BY_NUMBER = Matching(name="number", left=("posting", "customer"), right=("number", "customer"))
BILLS = Side(name="billing", connections=("sap-europe",), facts=("BillingDocument",), amount="net")
BOOKS = Side(
    name="books",
    connections=("netsuite-group",),
    facts=("Invoice", "CreditMemo"),
    amount="posted",
    where={"entry": ("ordinary",)},
)
PLANNED = Side(name="planning", target="anaplan", feed="billings", measure="Billed")
DECLARED = Reconciliation(name="billing-to-books", left=BILLS, right=BOOKS, matchings=(BY_NUMBER,), apart=("customer",))


@pytest.fixture(scope="module")
def shipped() -> Landscape:
    """What the sandbox declares."""
    return sandbox_landscape()


def problems(shipped: Landscape, declared: Reconciliation) -> list[tuple[tuple[Any, ...], str]]:
    """Every flaw, with the place it stands at inside the reconciliation."""
    found = reconciliation_problems(replace(shipped, reconciliations=(declared,)))
    return [(place[2:], problem) for place, problem in found]


def test_what_ships_is_sound(shipped: Landscape) -> None:
    """And is as it was declared once it was compiled."""
    assert shipped.reconciliations
    assert list(reconciliation_problems(shipped)) == []
    assert Landscape.of_json(compile_landscape(shipped).encode()).reconciliations == shipped.reconciliations


@pytest.mark.parametrize(
    "declared",
    [
        DECLARED,
        replace(DECLARED, right=PLANNED, matchings=(replace(BY_NUMBER, right=("number", "customer")),)),
        replace(DECLARED, tolerance=Tolerance(minor_units={"EUR": 0}, percent="0.5", days=3)),
        replace(DECLARED, periods=Periods(first="FY2026-P02", last="FY2026-P02")),
        replace(DECLARED, right=replace(BOOKS, as_partner=True), across_periods=True),
        replace(DECLARED, matchings=(replace(BY_NUMBER, is_certain=False, within_days=0),)),
    ],
    ids=["two systems", "what is planned", "a tolerance", "periods", "partners", "suggestions"],
)
def test_what_can_be_compared_is_taken(shipped: Landscape, declared: Reconciliation) -> None:
    """As it is declared."""
    assert problems(shipped, declared) == []


@pytest.mark.parametrize(
    ("declared", "place", "problem"),
    [
        (replace(DECLARED, left=replace(BILLS, connections=("sap",))), ("left", "connections"), "'sap' is no conn"),
        (replace(DECLARED, left=replace(BILLS, amount="")), ("left",), "a side is what systems say"),
        (replace(DECLARED, left=replace(BILLS, feed="billings")), ("left",), "a side is what systems say"),
        (replace(DECLARED, left=replace(BILLS, facts=("Bills",))), ("left", "facts"), "'Bills' is no canonical fact"),
        (
            replace(DECLARED, left=replace(BILLS, facts=("BillingDocument", "Invoice"))),
            ("left", "facts"),
            "sales documents and ledger documents have different",
        ),
        (replace(DECLARED, left=replace(BILLS, amount="gross")), ("left", "amount"), "'gross' is no amount of sales"),
        (replace(DECLARED, right=replace(BOOKS, where={"colour": ()})), ("right", "where"), "'colour' is no attribute"),
        (replace(DECLARED, right=replace(PLANNED, feed="bills")), ("right", "feed"), "'bills' is no feed"),
        (replace(DECLARED, right=replace(PLANNED, target="lake")), ("right", "target"), "'lake' is no target"),
        (replace(DECLARED, right=replace(PLANNED, measure="Billed USD")), ("right", "measure"), "'Billed USD' is no"),
        (replace(DECLARED, right=replace(PLANNED, where={"status": ()})), ("right", "where"), "the feed's own"),
        (replace(DECLARED, matchings=()), ("matchings",), "by what do records"),
        (replace(DECLARED, matchings=(replace(BY_NUMBER, left=()),)), ("matchings", 0), "pair by pair"),
        (
            replace(DECLARED, matchings=(replace(BY_NUMBER, left=("id", "name")),)),
            ("matchings", 0, "left"),
            "'name' is",
        ),
        (
            replace(DECLARED, matchings=(replace(BY_NUMBER, same_amount=True, shape="many_to_one"),)),
            ("matchings", 0, "shape"),
            "one by one",
        ),
        (
            replace(DECLARED, matchings=(replace(BY_NUMBER, is_certain=False),)),
            ("matchings", 0, "is_certain"),
            "say `s",
        ),
        (replace(DECLARED, matchings=(replace(BY_NUMBER, within_days=-1),)), ("matchings", 0, "within_days"), "-1 is"),
        (replace(DECLARED, apart=("account",)), ("apart",), "'account' is no attribute of the left side"),
        (replace(DECLARED, tolerance=Tolerance(minor_units={"EUR": -1})), ("tolerance", "minor_units"), "EUR = -1 is"),
        (replace(DECLARED, tolerance=Tolerance(percent="100")), ("tolerance", "percent"), "'100' is not between"),
        (replace(DECLARED, tolerance=Tolerance(percent="some")), ("tolerance", "percent"), "'some' is not between"),
        (replace(DECLARED, left=replace(BILLS, connections=())), ("left", "connections"), "by the connections of both"),
        (
            replace(DECLARED, right=replace(BOOKS, connections=())),
            ("right", "connections"),
            "by the connections of both",
        ),
        (
            replace(DECLARED, left=replace(BILLS, as_partner=True)),
            ("left", "as_partner"),
            "with no company of the group",
        ),
        (replace(DECLARED, right=replace(PLANNED, as_partner=True)), ("right", "as_partner"), "where it is planned"),
        (replace(DECLARED, periods=Periods(last="March")), ("periods", "last"), "'March' is no planning period"),
        (replace(DECLARED, periods=Periods(first="2026-04", last="2026-03")), ("periods",), "is not before"),
        (replace(DECLARED, periods=Periods(first="FY2026-P01", last="2027-03")), ("periods",), "is not before"),
        (replace(DECLARED, periods=Periods(first="2026-04"), across_periods=True), ("periods",), "is of none"),
        (replace(DECLARED, tolerance=Tolerance(days=-1)), ("tolerance", "days"), "-1 is less than 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    shipped: Landscape, declared: Reconciliation, place: tuple[Any, ...], problem: str
) -> None:
    """At its place, saying what there is."""
    [(found, said)] = problems(shipped, declared)
    assert found == place
    assert problem in said


def test_two_systems_are_compared_once_a_stage_names_their_connections(shipped: Landscape, tmp_path: Path) -> None:
    """What is delivered of them is left out until then: deals of one company and invoices of another would all be missing."""
    assert not any(each.is_of_systems for each in shipped.reconciliations)
    overlay = tmp_path / "overlay.toml"
    sides = [f'{side} = {{ connections = ["sap-europe"] }}' for side in ("left", "right")]
    overlay.write_text("\n".join(["[[reconciliations]]", 'name = "receivables"', *sides]))
    connected = read_landscape(REPOSITORY, "sandbox", overlay)
    [added] = [each for each in connected.reconciliations if each not in shipped.reconciliations]
    assert (added.name, added.left.connections, added.left.facts) == (
        "receivables",
        ("sap-europe",),
        ("Invoice", "CreditMemo", "Payment"),
    )
    assert Landscape.of_json(compile_landscape(connected).encode()).reconciliations == connected.reconciliations
