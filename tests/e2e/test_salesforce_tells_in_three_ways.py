from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest

from ops import mapping_tables, queues
from ops.place import Place, sandbox_place
from sandbox.demo.quiet import accepted_notices, outcomes, wait_until_quiet
from sandbox.running import Sandbox
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

CONNECTION = "salesforce-apac"
ACCOUNTS = {
    f"00100000000080{number}AAA": member for number, member in enumerate(("HOOLI", "STARK", "SOYLENT", "HOOLI"))
}
PRODUCTS = {"01t000000000001AAA": "HARDWARE", "01t000000000002AAA": "SERVICES"}
STAGES = {"Prospecting": "prospect", "Negotiation/Review": "negotiation", "Closed Won": "won", "Closed Lost": "lost"}
RATES = {"JPY": Decimal("0.0070"), "USD": Decimal(1)}
MONTHS = {"2029-02": "Feb 29", "2029-03": "Mar 29"}
CURRENCIES = ("USD", "JPY")
OPPORTUNITIES, CONTRACTS = 140, 30
Cells = defaultdict[tuple[str, ...], Decimal]


@dataclass
class Organization:
    """The simulated organisation, worked through its control routes."""

    http: httpx.Client
    base_url: str

    def call(self, method: str, route: str, **body: Any) -> Any:  # noqa: ANN401 JSON values
        """What a control route answers."""
        answer = self.http.request(method, f"{self.base_url}/_control/{route}", json=body if method != "GET" else None)
        answer.raise_for_status()
        return answer.json()

    def make(self, kind: str, records: list[dict[str, Any]]) -> list[str]:
        """The ids of records made in one transaction."""
        made: list[str] = self.call("POST", f"records/{kind}", records=records)["ids"]
        return made

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """What its database holds of an object, but for what is deleted."""
        return [row for row in self.call("GET", f"records/{kind}") if not row["IsDeleted"]]


def test_five_hundred_changes_told_in_three_ways_end_in_the_right_cells(sandbox: Sandbox) -> None:
    """Whichever way tells first, twice or never, planning equals what the organisation's own database says at the end."""
    place = sandbox_place(sandbox.endpoints())
    before = accepted_notices(sandbox.aws)
    store_mappings(place)
    with httpx.Client(timeout=120) as http:
        organization = Organization(http, sandbox.systems["salesforce"])
        organization.call("POST", "settings", automatic=False)
        plant_faults(organization)
        changes = work(organization)
        wait_until_quiet(place, sandbox.aws, tell=lambda _: None, patience_seconds=280)
        fired = organization.call("GET", "faults")["fired"]
        organization.call("POST", "settings", automatic=True)
        planned = cells_in_planning(http, sandbox.systems["anaplan"])
        expected = expected_cells(organization)
    assert changes >= 500
    assert {kind: fired.get(kind, 0) > 0 for kind in ("answer", "lost_answer")} == {"answer": True, "lost_answer": True}
    accepted = accepted_notices(sandbox.aws)
    assert accepted - before >= 2 * 500
    assert outcomes(place).total() == accepted
    assert planned == expected
    assert {module for module, *_ in planned} == {"Pipeline", "Bookings", "Renewals"}
    waiting = {
        each.name: sum(queues.depth(place.sqs, each.queue_url).values()) for each in queues.dead_letter_queues(place)
    }
    assert not any(waiting.values()), waiting


def work(organization: Organization) -> int:
    """What happens in the organisation, told with every misfortune there is; how many records were changed, each time counted."""
    organization.make("Account", [{"Id": each, "Name": member} for each, member in ACCOUNTS.items()])
    deals = organization.make("Opportunity", [deal(number) for number in range(OPPORTUNITIES)])
    lines = organization.make("OpportunityLineItem", [product(each, number) for number, each in enumerate(deals[::3])])
    contracts = organization.make("Contract", [contract(number) for number in range(CONTRACTS)])
    changes = len(ACCOUNTS) + len(deals) + len(lines) + len(contracts)
    organization.call("POST", "deliver", shuffle=True, repeat=2, batch_size=40)
    # The relay forgets where it was, and nothing else tells: one event says that count was lost.
    organization.call("POST", "settings", ways=["change_events"])
    organization.call("POST", "relay", state="STOP")
    changes += change(
        organization, "Opportunity", deals[:60], lambda number: {"CloseDate": f"2029-03-{1 + number % 28:02}"}
    )
    organization.call("POST", "relay", state="RUN")
    organization.call("POST", "change_events", object="Opportunity", change_type="GAP_OVERFLOW")
    organization.call("POST", "deliver")
    # Everything at once again, with sessions that end under way.
    organization.call("POST", "settings", ways=["outbound_message", "callout", "change_events"])
    organization.call("POST", "sessions/expire")
    changes += change(organization, "Opportunity", deals[40:], lambda number: {"Amount": f"{7000 + number}.50"})
    changes += change(organization, "Opportunity", deals[::4], lambda _: {"StageName": "Closed Won"})
    changes += change(organization, "Opportunity", deals[1::8], lambda _: {"StageName": "Closed Lost"})
    changes += change(
        organization, "OpportunityLineItem", lines[::2], lambda number: {"UnitPrice": f"{300 + number}.00"}
    )
    changes += change(organization, "Contract", contracts[::2], lambda number: {"Renewal_Probability__c": 10 + number})
    for act in ("delete", "undelete", "delete"):
        organization.call("POST", f"records/Opportunity/{act}", ids=deals[2:34:2])
        changes += len(deals[2:34:2])
    organization.call("POST", "records/OpportunityLineItem/delete", ids=lines[1::4])
    master, *_, loser = ACCOUNTS
    organization.call("POST", "accounts/merge", master=master, losers=[loser])
    organization.call("POST", "deliver", shuffle=True, repeat=2)
    organization.call("POST", "change_events/replay", last=60)
    organization.call("POST", "deliver", again=50)
    return changes + len(lines[1::4]) + 1


def change(organization: Organization, kind: str, ids: list[str], values: Any) -> int:  # noqa: ANN401 a function of the place
    """Change records, ten in a transaction; how many."""
    for start in range(0, len(ids), 10):
        some = {each: values(start + place) for place, each in enumerate(ids[start : start + 10])}
        organization.call("PATCH", f"records/{kind}", changes=some)
    return len(ids)


def deal(number: int) -> dict[str, Any]:
    """An opportunity."""
    return {
        "Name": f"Deal {number}",
        "AccountId": list(ACCOUNTS)[number % len(ACCOUNTS)],
        "StageName": ("Prospecting", "Negotiation/Review")[number % 2],
        "CloseDate": f"{list(MONTHS)[number % 2]}-15",
        "Amount": f"{1000 + number}.25" if number % 5 else None,
        "CurrencyIsoCode": CURRENCIES[number % 2],
    }


def product(opportunity: str, number: int) -> dict[str, Any]:
    """A product of an opportunity, every other one of which is paid for by the month."""
    recurring = {"Recurring_Amount__c": "90.00", "Recurring_Months__c": 3, "Term_Months__c": 12} if number % 2 else {}
    key = list(PRODUCTS)[number % 2]
    return {
        "OpportunityId": opportunity,
        "Product2Id": key,
        "Quantity": "2",
        "UnitPrice": f"{200 + number}.00",
        **recurring,
    }


def contract(number: int) -> dict[str, Any]:
    """A contract that is renewed in one of our months."""
    return {
        "AccountId": list(ACCOUNTS)[number % len(ACCOUNTS)],
        "Status": "Activated" if number % 6 else "Draft",
        "StartDate": "2028-02-01",
        "ContractTerm": 12 + number % 2,
        "CurrencyIsoCode": "USD",
        "Contract_Value__c": f"{1200 + number}.00",
        "Renewal_Probability__c": 75,
        "Product_Line__c": "LICENCE" if number % 3 else None,
    }


def store_mappings(place: Place) -> None:
    """What the test's customers, products, stages and currency are called in planning."""
    found = [(CONNECTION, "customer", account, member) for account, member in ACCOUNTS.items()]
    found += [(CONNECTION, "product", each, member) for each, member in {**PRODUCTS, "LICENCE": "SOFTWARE"}.items()]
    found += [(CONNECTION, "stage", f"-/{stage}", member) for stage, member in STAGES.items()]
    found += [
        (EVERY_CONNECTION, "rate", f"{kind}:JPY>USD@{month}", str(RATES["JPY"]))
        for kind in ("average", "budget")
        for month in MONTHS
    ]
    entries = [mapping_tables.Entry(MappingKey(owner, table, key), member) for owner, table, key, member in found]
    mapping_tables.put(place, entries)


def plant_faults(organization: Organization) -> None:
    """An outage, a page that is none, a limit, and answers lost after the work was done."""
    for fault in (
        {"kind": "answer", "status": 503, "body": "<html>down for maintenance</html>", "times": 2, "path": "queryAll"},
        {"kind": "lost_answer", "times": 2, "path": "queryAll"},
    ):
        organization.call("POST", "faults", **fault)


def expected_cells(organization: Organization) -> dict[tuple[str, ...], Decimal]:
    """What planning must hold, from what the organisation's database holds, reckoned by hand."""
    cells: Cells = defaultdict(Decimal)
    lines: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in organization.rows("OpportunityLineItem"):
        lines[row["OpportunityId"]].append(row)
    for row in organization.rows("Opportunity"):
        if row["AccountId"] in ACCOUNTS and STAGES[row["StageName"]] != "lost":
            add_opportunity(cells, row, lines[row["Id"]])
    for row in organization.rows("Contract"):
        if row["AccountId"] in ACCOUNTS and row["StatusCode"] == "Activated":
            add_contract(cells, row)
    return {at: value for at, value in cells.items() if value}


def add_opportunity(cells: Cells, row: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """An opportunity by product, or as a whole where it has none: its amount is then the sum of them."""
    currency, month = row["CurrencyIsoCode"], MONTHS[row["CloseDate"][:7]]
    is_won = row["StageName"] == "Closed Won"
    offered = [(PRODUCTS[each["Product2Id"]], number(each["TotalPrice"]), each) for each in lines]
    if not offered and row["Amount"] is not None:
        offered = [("NO_PRODUCT", number(row["Amount"]), {})]
    for line, amount, each in offered:
        rounded_amount = rounded(amount, currency)
        members = (ACCOUNTS[row["AccountId"]], line, "APAC", currency, month, "Actual" if is_won else "Forecast")
        if is_won:
            add(cells, ("Bookings", "Booked"), members, rounded_amount)
            if each.get("Recurring_Amount__c") is not None:
                a_month = rounded(rounded(number(each["Recurring_Amount__c"]), currency) / 3, currency)
                add(cells, ("Bookings", "Recurring a month"), members, a_month)
        else:
            add(cells, ("Pipeline", "Amount"), members, rounded_amount)
            if len(offered) == 1:
                weighted = rounded(rounded_amount * number(row["Probability"]) / 100, currency)
                add(cells, ("Pipeline", "Weighted amount"), members, weighted)


def add_contract(cells: Cells, row: dict[str, Any]) -> None:
    """A contract is renewed on the day after its end, for as much as it is worth."""
    last = date.fromisoformat(row["EndDate"])
    month = MONTHS["2029-02" if last.month == 1 else "2029-03"]
    line = "SOFTWARE" if row["Product_Line__c"] else "NO_PRODUCT"
    members = (ACCOUNTS[row["AccountId"]], line, "APAC", "USD", month, "Forecast")
    value = number(row["Contract_Value__c"])
    add(cells, ("Renewals", "Renewal"), members, value)
    add(
        cells,
        ("Renewals", "Weighted renewal"),
        members,
        rounded(value * number(row["Renewal_Probability__c"]) / 100, "USD"),
    )


def add(cells: Cells, where: tuple[str, str], members: tuple[str, ...], amount: Decimal) -> None:
    """Add an amount in both currencies."""
    module, measure = where
    cells[module, measure, *members] += amount
    cells[module, f"{measure} USD", *members] += rounded(amount * RATES[members[3]], "USD")


def number(value: object) -> Decimal:
    """A number of JSON as it was written."""
    return Decimal(str(value))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Rounded half up to the minor unit."""
    return amount.quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"), ROUND_HALF_UP)


def cells_in_planning(http: httpx.Client, base_url: str) -> dict[tuple[str, ...], Decimal]:
    """The cells of our months and company, read from the planning system, zeros left out."""
    found = http.get(f"{base_url}/_control/cells").json()["cells"]
    return {
        (cell["module"], cell["line_item"], *cell["members"].values()): Decimal(cell["value"])
        for cell in found
        if cell["members"]["Legal entity"] == "APAC"
        and cell["members"]["Time"] in MONTHS.values()
        and Decimal(cell["value"])
    }


pytestmark = pytest.mark.timeout(420)
