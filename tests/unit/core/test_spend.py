"""What documents about spending come to in planning."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from infra.landscape import read_landscape
from tieout.facts.families import lines_of
from tieout.facts.spend import Nature, Spend, SpendLine
from tieout.money import Money
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.planning.resolving import Asked

ROOT = Path(__file__).parents[3]
CONNECTION = "some-tool"
TABLES = {
    MappingKey(CONNECTION, "account", "travel"): "6100",
    MappingKey(CONNECTION, "cost_centre", "sales"): "CC_SALES",
    MappingKey(CONNECTION, "supplier", "rail"): "TRAVEL_AGENCY",
    MappingKey(CONNECTION, "legal_entity", "branch-9"): "APAC",
    MappingKey.rate("EUR", "USD", "2026-03"): "1.10",
}


def spend(nature: Nature, *lines: SpendLine) -> Spend:
    """A document of a nature."""
    return Spend(number="S-1", nature=nature, lines=lines)


def line(amount_minor: int = 10_000, **changed: str | None) -> SpendLine:
    """A line about a journey of somebody in sales, in March."""
    said = {"account": "travel", "cost_centre": "sales", "supplier": "rail"} | changed
    return SpendLine(line_id="1", date=date(2026, 3, 31), amount=Money(amount_minor, "EUR"), **said)  # type: ignore[arg-type]


def planned(fact: Spend) -> tuple[Contribution, ...] | Unmapped:
    """What the landscape of the sandbox plans of a fact."""
    landscape = read_landscape(ROOT, "sandbox")
    model = PlanningModel(landscape.feeds, landscape.reporting_currency, {CONNECTION: "EMEA"})
    return model.contributions(CONNECTION, fact, TABLES)


def amounts(fact: Spend) -> dict[tuple[str, ...], int]:
    """Minor units by the members of what is planned."""
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


def test_spending_is_planned_in_both_currencies_by_all_it_is_asked_by() -> None:
    """Account, cost centre, supplier, nature, company, currency, month and version; lines that agree in all are added up."""
    members = ("6100", "CC_SALES", "TRAVEL_AGENCY", "expense", "EMEA", "EUR", "2026-03", "Actual")
    assert amounts(spend(Nature.EXPENSE, line(10_000), line(-1_000))) == {
        ("Spend", "Spent", *members): 9_000,
        ("Spend", "Spent USD", *members): 9_900,
    }


def test_what_is_ordered_is_no_actual_spending() -> None:
    """A commitment stands in another version, so that the invoice that follows it is not counted twice."""
    assert {place[-1] for place in amounts(spend(Nature.COMMITMENT, line()))} == {"Forecast"}
    assert {place[-1] for place in amounts(spend(Nature.PAYROLL, line()))} == {"Actual"}


def test_what_a_line_does_not_say_has_a_member_of_its_own() -> None:
    """A run of wages has no supplier, and an order may have no cost centre."""
    (members, *_) = amounts(spend(Nature.PAYROLL, line(cost_centre=None, supplier=None)))
    assert members[3:5] == ("NO_COST_CENTRE", "NO_SUPPLIER")


def test_a_line_can_say_whose_it_is() -> None:
    """A tool that serves several companies names one for each line, called as the mapping table calls it."""
    fact = spend(Nature.EXPENSE, line(legal_entity="branch-9"), line())
    assert {place[6] for place in amounts(fact)} == {"APAC", "EMEA"}


def test_spending_waits_for_the_mapping_of_its_account() -> None:
    """Nothing is planned under a member that nobody has named."""
    assert planned(spend(Nature.EXPENSE, line(account="gifts"))) == Unmapped(MappingKey(CONNECTION, "account", "gifts"))


def test_a_document_without_lines_has_none() -> None:
    """A document that was emptied takes back what it had added."""
    assert list(lines_of(spend(Nature.EXPENSE), Asked(CONNECTION, {}, "EMEA"))) == []
