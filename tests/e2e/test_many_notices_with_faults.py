from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest

from ops import mapping_tables, queues
from ops.place import Place, sandbox_place
from sandbox.demo.planning_systems import ANAPLAN, CUBES, Planning, PlanningSystems
from sandbox.demo.quiet import accepted_notices, outcomes, wait_until_quiet
from sandbox.running import Sandbox
from tests.e2e.replaying import wait_until_the_journal_holds_the_ledger
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

CRM, ERP = "hubspot-emea", "netsuite-group"
CUSTOMERS = {"6001": "STARK", "6002": "SOYLENT", "6003": "HOOLI"}
RATE = Decimal("1.1000")
PROBABILITY = {"qualifiedtobuy": Decimal("0.4"), "contractsent": Decimal("0.9")}
STAGES = {"qualifiedtobuy": "qualified", "contractsent": "committed", "closedwon": "won", "closedlost": "lost"}
MISBEHAVING = ("hubspot", "netsuite", "anaplan")  # the tools that only post have no API to fail
MONTHS = {"2028-02": "Feb 28", "2028-03": "Mar 28"}
Cells = dict[tuple[str, ...], Decimal]


@dataclass
class Deal:
    """A deal as it stands at the end."""

    deal_id: str
    company: str
    amount: str
    stage: str
    month: str

    def properties(self) -> dict[str, str]:
        """What the CRM is told of it."""
        return {
            "dealname": f"Deal {self.deal_id}",
            "pipeline": "default",
            "dealstage": self.stage,
            "amount": self.amount,
            "deal_currency_code": "EUR",
            "closedate": f"{self.month}-15T12:00:00Z",
        }


def test_five_hundred_notices_with_duplicates_and_faults_end_in_the_right_cells(
    sandbox: Sandbox, planning: PlanningSystems
) -> None:
    """Over the deployed stacks with IAM on: every notice is accounted for, and planning equals the sources' final state."""
    place = sandbox_place(sandbox.endpoints())
    before = accepted_notices(sandbox.aws)
    store_mappings(place)
    with httpx.Client(timeout=120) as http:
        systems = {name: sandbox.systems[name] for name in MISBEHAVING}
        struck = {name: Counter(faults_fired(http, url)) for name, url in systems.items()}
        plant_faults(http, sandbox)
        deals = crm_traffic(http, sandbox.systems["hubspot"])
        revenue = erp_traffic(http, sandbox.systems["netsuite"])
        wait_until_quiet(place, sandbox.aws, tell=lambda _: None, patience_seconds=280)
        fired = {name: dict(Counter(faults_fired(http, url)) - struck[name]) for name, url in systems.items()}
    accepted = accepted_notices(sandbox.aws)
    assert accepted - before >= 500
    assert outcomes(place).total() == accepted
    assert fired == {
        "hubspot": {"answer": 3, "lost_answer": 1},
        "netsuite": {"answer": 2, "lost_answer": 1},
        "anaplan": {"answer": 2, "lost_answer": 1},
    }
    wanted = expected_cells(deals, revenue)
    assert cells_in_planning(planning[ANAPLAN]) == wanted
    for name, cubes in CUBES.items():
        given = {at: value for at, value in wanted.items() if at[0] in cubes}
        assert given
        assert (name, cells_in_planning(planning[name])) == (name, given)
    assert [each.name for each in queues.dead_letter_queues(place) if depth(place, each.queue_url)] == []
    journal = wait_until_the_journal_holds_the_ledger(sandbox)
    assert len({line["event_id"] for line in journal}) == len(journal) > 300


def store_mappings(place: Place) -> None:
    """What the test's customers, accounts, stages and currency are called in planning."""
    found = [(CRM, "customer", company, member) for company, member in CUSTOMERS.items()]
    found += [
        (ERP, "customer", "7939", "UMBRELLA"),
        (ERP, "account", "4000", "4020"),
        (ERP, "cost_centre", "7", "CC_SALES"),
        (ERP, "legal_entity", "1", "GROUP"),
    ]
    found += [(CRM, "product", "default", "HARDWARE")]
    found += [(CRM, "stage", f"default/{stage}", member) for stage, member in STAGES.items()]
    found += [(EVERY_CONNECTION, "rate", f"EUR>USD@{month}", str(RATE)) for month in MONTHS]
    entries = [mapping_tables.Entry(MappingKey(owner, table, key), member) for owner, table, key, member in found]
    mapping_tables.put(place, entries)


def plant_faults(http: httpx.Client, sandbox: Sandbox) -> None:
    """Throttling, an outage and an answer lost after the work was done, at every system."""
    busy = {
        "kind": "answer",
        "status": 429,
        "headers": {"Retry-After": "1"},
        "body": {"policyName": "TEN_SECONDLY_ROLLING"},
    }
    down = {"kind": "answer", "status": 503, "body": "<html>down</html>"}
    soon = {"headers": {"Retry-After": "1"}}
    lost = {"kind": "lost_answer"}
    planted = {
        "hubspot": [
            {**busy, "times": 2, "path": "batch/read"},
            {**down, "path": "batch/read"},
            {**lost, "path": "batch/read"},
        ],
        "netsuite": [{**busy, "path": "suiteql"}, {**down, "path": "suiteql"}, {**lost, "path": "suiteql"}],
        # Back soon, so that one sweep has to follow, after the lost answer, and not one after each fault.
        "anaplan": [{**busy, "path": "/data"}, {**down, **soon, "path": "/data"}, {**lost, "path": "/data"}],
    }
    for system, faults in planted.items():
        for fault in faults:
            http.post(f"{sandbox.systems[system]}/_control/faults", json=fault).raise_for_status()


def crm_traffic(http: httpx.Client, base_url: str) -> list[Deal]:
    """Forty deals, each changed a few times; sent shuffled, in small batches, many of them twice."""
    control = f"{base_url}/_control"
    settings = http.get(f"{control}/settings").json()["automatic"]
    http.post(f"{control}/settings", json={"automatic": False}).raise_for_status()
    for company in CUSTOMERS:
        http.post(f"{control}/companies", json={"id": company, "name": f"Company {company}"}).raise_for_status()
    deals = [make_deal(http, control, number) for number in range(40)]
    orders = {"shuffle": True, "duplicates": 60, "batch_size": 25}
    http.post(f"{control}/deliver", json=orders).raise_for_status()
    for deal in deals[::2]:
        deal.amount, deal.stage = f"{int(deal.deal_id)}.50", "closedwon"
        patch = {"properties": {"amount": deal.amount, "dealstage": deal.stage}}
        http.patch(f"{control}/deals/{deal.deal_id}", json=patch).raise_for_status()
    http.delete(f"{control}/deals/{deals[1].deal_id}").raise_for_status()
    http.post(f"{control}/deliver", json={"shuffle": True, "repeat": 2, "batch_size": 10}).raise_for_status()
    http.post(f"{control}/settings", json={"automatic": settings}).raise_for_status()
    return [deal for deal in deals if deal is not deals[1]]


def make_deal(http: httpx.Client, control: str, number: int) -> Deal:
    """Make a deal in the CRM."""
    deal = Deal(
        deal_id=str(77000 + number),
        company=list(CUSTOMERS)[number % 3],
        amount=f"{1000 + number}.25",
        stage=list(PROBABILITY)[number % 2],
        month=list(MONTHS)[number % 2],
    )
    made = {"id": deal.deal_id, "company": deal.company, "properties": deal.properties()}
    http.post(f"{control}/deals", json=made).raise_for_status()
    return deal


def erp_traffic(http: httpx.Client, base_url: str) -> Decimal:
    """Twelve invoices, two of them voided; every event is sent twice. The revenue that stands at the end."""
    control = f"{base_url}/_control"
    http.post(f"{control}/settings", json={"send": "on_request"}).raise_for_status()
    for number in range(12):
        http.post(f"{control}/documents", json=invoice(78000 + number, f"{100 + number}.00")).raise_for_status()
    for number in (0, 1):
        http.post(f"{control}/documents/{78000 + number}/void", json={"how": "direct"}).raise_for_status()
    sent = http.post(f"{control}/deliver", json={}).json()
    http.post(f"{control}/deliver", json={"ids": [event["id"] for event in sent]}).raise_for_status()
    http.post(f"{control}/settings", json={"send": "immediately"}).raise_for_status()
    return sum((Decimal(100 + number) for number in range(2, 12)), Decimal(0))


def invoice(number: int, net: str) -> dict[str, Any]:
    """An invoice as the ERP's user enters it."""
    lines = [{"account": "1100", "amount": net}, {"account": "4000", "amount": f"-{net}", "department": "7"}]
    head = {"id": str(number), "type": "invoice", "date": "2026-11-20", "period": "Nov 2026", "entity": "7939"}
    return head | {"lines": lines}


def expected_cells(deals: list[Deal], revenue: Decimal) -> Cells:
    """What planning must hold, from the final state alone."""
    cells: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for deal in deals:
        place = (CUSTOMERS[deal.company], "HARDWARE", "EMEA", "EUR", MONTHS[deal.month])
        amount = Decimal(deal.amount)
        if deal.stage == "closedwon":
            add(cells, "Bookings", "Booked", (*place, "Actual"), amount)
        else:
            add(cells, "Pipeline", "Amount", (*place, "Forecast"), amount)
            add(cells, "Pipeline", "Weighted amount", (*place, "Forecast"), cents(amount * PROBABILITY[deal.stage]))
    sales = ("4020", "CC_SALES", "UMBRELLA", "GROUP", "NO_PARTNER", "USD", "Nov 26", "Actual")
    cells["Actuals", "Revenue", *sales] = cells["Actuals", "Revenue USD", *sales] = revenue
    return {cell: value for cell, value in cells.items() if value}


def add(
    cells: defaultdict[tuple[str, ...], Decimal], module: str, measure: str, place: tuple[str, ...], amount: Decimal
) -> None:
    """Add an amount in both currencies."""
    cells[module, measure, *place] += amount
    cells[module, f"{measure} USD", *place] += cents(amount * RATE)


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def cells_in_planning(system: Planning) -> Cells:
    """The cells of our customers, read from a planning system, zeros left out."""
    ours = {*CUSTOMERS.values(), "UMBRELLA"}
    return {
        (cell["module"], cell["line_item"], *cell["members"].values()): Decimal(cell["value"])
        for cell in system.cells()
        if cell["members"].get("Customer") in ours and Decimal(cell["value"])
    }


def faults_fired(http: httpx.Client, base_url: str) -> dict[str, int]:
    """How often each kind of fault struck a system."""
    fired: dict[str, int] = http.get(f"{base_url}/_control/faults").json()["fired"]
    return fired


def depth(place: Place, queue_url: str) -> int:
    """How many messages a queue holds."""
    return sum(queues.depth(place.sqs, queue_url).values())


pytestmark = pytest.mark.timeout(420)
