"""Days in the life of the line, from a change in a source to planning's cells, in one process."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.simulation.crm import Deal
from tests.simulation.entries import all_mappings, budget_rates
from tests.simulation.invariants import violations
from tests.simulation.offers import Event
from tests.simulation.targets import ANAPLAN
from tests.simulation.traffic import Traffic
from tests.simulation.world import Scenario, World
from tieout.ledger.outcomes import outcomes_of
from tieout.ledger.plan import Outcome
from tieout.ledger.table import RefusedRequestError, Write
from tieout.planning.mapping import MappingKey

CRM, ERP = "hubspot-emea", "netsuite-group"


class Day:
    """A world on which nothing goes wrong, told what happens one thing after the other."""

    def __init__(self) -> None:
        self.world = World(Scenario(seed=1, fault_scale=0.0))
        self.world.weather.is_on = False
        self.world.line.table.index_lag = 0
        self.traffic = Traffic(self.world)
        self.crm, self.erp = self.world.crms[CRM], self.world.erps[ERP]

    def everything_is_mapped_but(self, *missing: MappingKey) -> None:
        """Store every mapping entry that is not missing."""
        for key, member in (all_mappings() | budget_rates()).items():
            if key not in missing:
                self.traffic.storing.store(key, member)

    def says(self, *events: Event) -> None:
        """Deliver events of the CRM, and wait until the line is at rest."""
        self.world.say(CRM, list(events))
        self.world.run_until_rest()
        assert violations(self.world) == []

    def changes(self, deal: Deal, **properties: str) -> None:
        """Change a deal and deliver that."""
        self.world.schedule.pass_by(1_000)
        deal.properties |= properties
        self.crm._touch(deal)
        self.says(self.crm.event("propertyChange", deal.deal_id, propertyName=next(iter(properties))))

    def booked_or_planned(self, measure: str) -> dict[str, Decimal]:
        """Month to the value planning holds of a measure, zeros left out."""
        return {
            dict(members)["Time"]: value
            for (_, name, members), value in self.world.targets[ANAPLAN].planning.cells.items()
            if name == measure and value
        }

    def outcomes(self) -> list[Outcome]:
        """The outcome of every notice so far."""
        table = self.world.line.table.contents()
        return [
            each for key, item in table.items() if key[0].startswith("OUTCOME#") for each in outcomes_of(item).values()
        ]


@pytest.fixture(name="day")
def _day() -> Day:
    return Day()


def _deal(day: Day, **properties: str) -> Deal:
    usual = {
        "amount": "2000",
        "closedate": "2026-04-30",
        "deal_currency_code": "USD",
        "pipeline": "default",
        "dealstage": "new",
    }
    return day.crm.create(**{"company": "71", **usual, **properties})


def test_a_deal_that_moves_to_another_month_leaves_the_old_one(day: Day) -> None:
    """The amount stands in one month at a time."""
    day.everything_is_mapped_but()
    deal = _deal(day)
    day.says(day.crm.event("creation", deal.deal_id))
    assert day.booked_or_planned("Amount") == {"2026-04": Decimal("2000.00")}
    day.changes(deal, closedate="2026-05-15")
    assert day.booked_or_planned("Amount") == {"2026-05": Decimal("2000.00")}


def test_a_deal_that_is_won_moves_from_the_pipeline_to_the_bookings(day: Day) -> None:
    """Won is no longer open."""
    day.everything_is_mapped_but()
    deal = _deal(day)
    day.says(day.crm.event("creation", deal.deal_id))
    day.changes(deal, dealstage="won")
    assert day.booked_or_planned("Amount") == {}
    assert day.booked_or_planned("Booked") == {"2026-04": Decimal("2000.00")}


def test_a_poison_notice_is_parked_and_its_neighbours_are_planned(day: Day) -> None:
    """Of two deals in one delivery one cannot be read."""
    day.everything_is_mapped_but()
    good, bad = _deal(day), _deal(day, amount="garbage")
    day.says(*(day.crm.event("creation", each.deal_id) for each in (bad, good)))
    assert day.booked_or_planned("Amount") == {"2026-04": Decimal("2000.00")}
    assert sorted(day.outcomes()) == sorted([Outcome.APPLIED, Outcome.PARKED])
    [letter] = day.world.line.flows["forecast_to_plan"].dead_letters.contents()
    reason = "property amount: amount_not_a_number"
    assert letter.attributes == {"error": "UnreadableRecordError", "reason": reason}
    day.changes(bad, amount="1")
    day.traffic.finish()
    assert day.booked_or_planned("Amount") == {"2026-04": Decimal("2001.00")}
    assert Outcome.PARKED not in day.outcomes()


def test_a_deal_of_an_unknown_customer_waits_until_the_customer_is_mapped(day: Day) -> None:
    """Held, then released by the entry alone."""
    customer = MappingKey(CRM, "customer", "71")
    day.everything_is_mapped_but(customer)
    deal = _deal(day)
    day.says(day.crm.event("creation", deal.deal_id))
    assert day.booked_or_planned("Amount") == {}
    assert day.outcomes() == [Outcome.HELD]
    day.traffic.storing.arrival(customer, "M-71")()
    day.world.run_until_rest()
    assert day.booked_or_planned("Amount") == {"2026-04": Decimal("2000.00")}
    assert day.outcomes() == [Outcome.APPLIED]


def test_a_merge_makes_a_new_deal_and_takes_the_old_ones_back(day: Day) -> None:
    """Two deals of one customer become a third, told of by one of the old ones."""
    day.everything_is_mapped_but()
    one, other = _deal(day), _deal(day, amount="500")
    day.says(*(day.crm.event("creation", each.deal_id) for each in (one, other)))
    new = _deal(day, amount="2500")
    one.merged_into = other.merged_into = new.deal_id
    new.properties["hs_merged_object_ids"] = f"{one.deal_id};{other.deal_id}"
    merged = [int(other.deal_id)]
    day.says(day.crm.event("merge", one.deal_id, primaryObjectId=int(one.deal_id), mergedObjectIds=merged))
    assert day.booked_or_planned("Amount") == {"2026-04": Decimal("2500.00")}


def test_an_archived_deal_is_gone_and_a_restored_one_is_back(day: Day) -> None:
    """Neither moves the deal's own stamp."""
    day.everything_is_mapped_but()
    deal = _deal(day)
    day.says(day.crm.event("creation", deal.deal_id))
    deal.is_archived = True
    day.says(day.crm.event("deletion", deal.deal_id))
    assert day.booked_or_planned("Amount") == {}
    deal.is_archived = False
    day.says(day.crm.event("restore", deal.deal_id))
    assert day.booked_or_planned("Amount") == {"2026-04": Decimal("2000.00")}


def test_a_voided_invoice_brings_its_revenue_to_zero(day: Day) -> None:
    """The document stays, its lines are zero; April is P03 to its company, as a controller has said."""
    day.everything_is_mapped_but()
    invoice = day.erp.create("invoice", currency="EUR", period="104")
    day.world.say_document(ERP, invoice, "create")
    day.world.run_until_rest()
    assert day.booked_or_planned("Revenue") == {"RT2026-P03": Decimal("123.45")}
    assert day.booked_or_planned("Revenue USD") == {"RT2026-P03": Decimal("134.71")}
    day.world.schedule.pass_by(5_000)
    day.erp._void(invoice)
    day.erp._touch(invoice)
    day.world.say_document(ERP, invoice, "edit")
    day.world.run_until_rest()
    assert violations(day.world) == []
    assert day.booked_or_planned("Revenue") == {}


def test_a_message_whose_outcomes_cannot_be_kept_costs_no_other_message(day: Day) -> None:
    """The table refuses them for good: the message ends among the dead letters whole, and its batch goes on."""
    day.everything_is_mapped_but()
    table, line = day.world.line.table, day.world.line
    write = table.write

    def refusing(writes: Sequence[Write]) -> None:
        if any(each.key[1].endswith("#d1#forecast_to_plan") for each in writes):
            raise RefusedRequestError("an item too large")
        write(writes)

    table.write = refusing  # type: ignore[method-assign]
    for deal in (_deal(day), _deal(day)):
        day.world.say(CRM, [day.crm.event("creation", deal.deal_id)])
        day.world.run_until_rest()
    assert line.undeclared == []
    assert len(line.flows["forecast_to_plan"].dead_letters.contents()) == 1
    assert day.booked_or_planned("Amount") == {"2026-04": Decimal("4000.00")}
    assert day.outcomes() == [Outcome.APPLIED]
