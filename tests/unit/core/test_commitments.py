"""What orders at suppliers come to in planning: commitments, beside what is spent."""

from __future__ import annotations

from datetime import date

from tests.support.planning_model import sandbox_model
from tieout.facts.commitment import Commitment, CommitmentLine
from tieout.facts.families import lines_of
from tieout.money import Money
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import MappingKey
from tieout.planning.resolving import Asked

CONNECTION = "some-tool"
MODEL = sandbox_model({CONNECTION: "EMEA"})
TABLES = {
    MappingKey(CONNECTION, "account", "hosting"): "6300",
    MappingKey(CONNECTION, "cost_centre", "sales"): "CC_SALES",
    MappingKey(CONNECTION, "supplier", "L-1"): "HOSTING_HOUSE",
    MappingKey(CONNECTION, "legal_entity", "branch-9"): "APAC",
    MappingKey.rate("budget", "EUR", "USD", "2026-03"): "1.10",
}


def order(*lines: CommitmentLine) -> Commitment:
    """An order of these lines."""
    return Commitment(number="O-1", lines=lines)


def line(amount_minor: int = 10_000, **changed: str | None) -> CommitmentLine:
    """A line about hosting for somebody in sales, in March."""
    said = {"account": "hosting", "cost_centre": "sales", "supplier": "L-1"} | changed
    return CommitmentLine(line_id="1", date=date(2026, 3, 31), amount=Money(amount_minor, "EUR"), **said)  # type: ignore[arg-type]


def planned(fact: Commitment) -> tuple[Contribution, ...] | Unmapped:
    """What the landscape of the sandbox plans of a fact."""
    return MODEL.contributions(CONNECTION, fact, TABLES)


def amounts(fact: Commitment) -> dict[tuple[str, ...], int]:
    """Minor units by cube, measure and members of what is planned."""
    found = planned(fact)
    assert not isinstance(found, Unmapped)
    return {
        (
            each.intersection.cube,
            amount.measure,
            *(member for _, member in each.intersection.members),
        ): amount.amount_minor
        for each in found
        for amount in each.amounts
    }


def test_what_is_ordered_is_a_forecast_in_both_currencies_and_no_expense() -> None:
    """By account, cost centre, supplier, company, currency and month; lines that agree in all are added up."""
    members = ("6300", "CC_SALES", "HOSTING_HOUSE", "EMEA", "EUR", "2026-03", "Forecast")
    assert amounts(order(line(10_000), line(-1_000))) == {
        ("Commitments", "Committed", *members): 9_000,
        ("Commitments", "Committed USD", *members): 9_900,
    }


def test_what_a_line_does_not_say_has_a_member_of_its_own() -> None:
    """An order may have no cost centre, and be placed with nobody who is known."""
    (members, *_) = amounts(order(line(cost_centre=None, supplier=None)))
    assert members[3:5] == ("NO_COST_CENTRE", "NO_SUPPLIER")


def test_a_line_can_say_whose_it_is() -> None:
    """A tool that serves several companies names one for each line, called as the mapping table calls it."""
    assert {place[5] for place in amounts(order(line(legal_entity="branch-9"), line()))} == {"APAC", "EMEA"}


def test_a_commitment_waits_for_the_mapping_of_its_account() -> None:
    """Nothing is planned under a member that nobody has named."""
    assert planned(order(line(account="gifts"))) == Unmapped(MappingKey(CONNECTION, "account", "gifts"))


def test_each_line_says_what_its_family_promises() -> None:
    """A product is kept for whoever plans by it."""
    [said] = lines_of(order(line(product="rack")), Asked(CONNECTION, {}, "EMEA"))
    assert dict(said.attributes) == {
        "account": "hosting",
        "cost_centre": "sales",
        "supplier": "L-1",
        "product": "rack",
    }
    assert dict(said.amounts) == {"committed": Money(10_000, "EUR")}


def test_an_order_that_was_delivered_commits_to_nothing() -> None:
    """One that was emptied takes back what it had added."""
    assert list(lines_of(order(), Asked(CONNECTION, {}, "EMEA"))) == []
