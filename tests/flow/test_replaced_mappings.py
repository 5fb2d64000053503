"""A customer whose member in planning is replaced: what was planned with the old one moves, and nothing else."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from tests.flow.test_days import CRM, Day
from tests.simulation.crm import Deal
from tests.simulation.invariants import violations
from tests.simulation.targets import ANAPLAN
from tieout.ledger.plan import Outcome
from tieout.ledger.planned import FactCatalogue
from tieout.planning.mapping import MappingKey

ACME = MappingKey(CRM, "customer", "71")


@pytest.fixture(name="day")
def _day() -> Day:
    return Day()


def deal_of(day: Day, company: str, amount: str = "2000") -> Deal:
    """A deal that nobody has told of yet."""
    usual = {"closedate": "2026-04-30", "deal_currency_code": "USD", "pipeline": "default", "dealstage": "new"}
    return day.crm.create(company=company, amount=amount, **usual)


def deals(day: Day, *companies: str) -> list[Deal]:
    """A deal for each customer, all of the same amount and month, delivered together."""
    made = [deal_of(day, each) for each in companies]
    day.says(*(day.crm.event("creation", deal.deal_id) for deal in made))
    return made


def by_customer(day: Day) -> dict[str, Decimal]:
    """Member to the amount planning holds for it, zeros left out."""
    return {
        dict(members)["Customer"]: value
        for (_, name, members), value in day.world.targets[ANAPLAN].planning.cells.items()
        if name == "Amount" and value
    }


def send_outdated(day: Day) -> list[str]:
    """What `tieout mappings put` and `tieout facts resend --outdated` do; the ids of the records that were sent."""
    catalogue = FactCatalogue(day.world.line.table)
    found = list(catalogue.outdated(catalogue.facts(CRM, "opportunity")))
    for fact in found:
        day.world.line.flows[fact.lineage.flow].queue.send(fact.lineage.envelope().message())
    day.world.run_until_rest()
    assert violations(day.world) == []
    return [fact.record.record_id for fact in found]


def test_a_replaced_member_moves_exactly_what_was_planned_with_the_old_one(day: Day) -> None:
    """The amount leaves the old cell for the new one, other customers stay, and every notice keeps its one outcome."""
    day.everything_is_mapped_but()
    first, second, _ = deals(day, "71", "71", "72")
    assert by_customer(day) == {"M-71": Decimal(4000), "M-72": Decimal(2000)}
    outcomes = Counter(day.outcomes())
    day.traffic.storing.store(ACME, "M-502")
    assert send_outdated(day) == sorted([first.deal_id, second.deal_id])
    assert by_customer(day) == {"M-502": Decimal(4000), "M-72": Decimal(2000)}
    assert Counter(day.outcomes()) == outcomes == {Outcome.APPLIED: 3}
    assert send_outdated(day) == []


def test_sending_a_fact_again_that_is_not_outdated_changes_nothing(day: Day) -> None:
    """Neither the cells nor the outcomes: an operator may send whatever he doubts."""
    day.everything_is_mapped_but()
    deals(day, "71")
    before = day.world.line.table.contents()
    catalogue = FactCatalogue(day.world.line.table)
    for fact in catalogue.facts(CRM, "opportunity"):
        day.world.line.flows[fact.lineage.flow].queue.send(fact.lineage.envelope().message())
    day.world.run_until_rest()
    after = day.world.line.table.contents()
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {key[0].split("#")[0] for key in changed} == {"FACT"}  # it was read once more
    assert day.outcomes() == [Outcome.APPLIED]


def test_a_merged_deal_is_found_by_the_notice_of_the_one_that_led_to_it(day: Day) -> None:
    """Nobody told of the new deal itself: it was recorded because of an old one, and moves with its customer too."""
    day.everything_is_mapped_but()
    one, other = deals(day, "71", "71")
    new = deal_of(day, "71", "4000")
    one.merged_into = other.merged_into = new.deal_id
    new.properties["hs_merged_object_ids"] = f"{one.deal_id};{other.deal_id}"
    merged = [int(other.deal_id)]
    day.says(day.crm.event("merge", one.deal_id, primaryObjectId=int(one.deal_id), mergedObjectIds=merged))
    assert by_customer(day) == {"M-71": Decimal(4000)}
    day.traffic.storing.store(ACME, "M-502")
    assert send_outdated(day) == [new.deal_id]
    assert by_customer(day) == {"M-502": Decimal(4000)}


def test_a_fact_recorded_while_its_member_was_replaced_is_found_by_the_next_look(day: Day) -> None:
    """The worker had read the old member before it was replaced, and committed after the operator had looked."""
    day.everything_is_mapped_but()
    table = day.world.line.table
    looked: list[list[str]] = []
    commit = table.write

    def replaced_just_before(writes: object) -> None:
        table.write = commit  # type: ignore[method-assign]
        day.traffic.storing.store(ACME, "M-502")
        catalogue = FactCatalogue(table)
        looked.append([str(fact.record) for fact in catalogue.outdated(catalogue.facts(CRM, "opportunity"))])
        commit(writes)  # type: ignore[arg-type]

    table.write = replaced_just_before  # type: ignore[method-assign]
    deal = deal_of(day, "71")
    day.world.say(CRM, [day.crm.event("creation", deal.deal_id)])
    day.world.run_until_rest()
    assert looked == [[]]
    assert by_customer(day) == {"M-71": Decimal(2000)}
    assert send_outdated(day) == [deal.deal_id]
    assert by_customer(day) == {"M-502": Decimal(2000)}
