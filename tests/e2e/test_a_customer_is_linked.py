"""One customer in two systems: the deal of a company that nobody has named yet is planned once a person confirms who it is."""

from __future__ import annotations

from decimal import Decimal

import httpx

from ops.place import sandbox_place
from sandbox.demo.planning_systems import ANAPLAN, PlanningSystems
from sandbox.demo.quiet import wait_until_quiet
from sandbox.places import ROOT
from sandbox.running import Sandbox
from tests.e2e.commands import Tieout

CRM, ERP = "hubspot-emea", "netsuite-group"
OURS, THEIRS = "7951", "5951"
DEAL = {"dealname": "Linked", "pipeline": "default", "dealstage": "qualifiedtobuy", "amount": "83.00"}
CELL = "INITECH/SOFTWARE/EMEA/EUR/Jan 27/Forecast"


def test_a_deal_follows_its_customers_link(sandbox: Sandbox, planning: PlanningSystems, tieout: Tieout) -> None:
    """Suggested by the domain that both systems have; planned with the link, held without it, planned again."""
    place = sandbox_place(sandbox.endpoints())

    def rest() -> Decimal | None:
        wait_until_quiet(place, sandbox.aws, lambda _: None)
        return planning[ANAPLAN].values("Pipeline", "Amount").get(CELL)

    tieout("mappings", "put", "--file", str(ROOT / "landscape/mappings/sandbox.csv"))
    post(sandbox, "netsuite", "settings", {"send": "immediately"})
    post(sandbox, "hubspot", "settings", {"automatic": True, "company_events": True})
    told = {"id": OURS, "entityid": "C-7951", "companyname": "Initech AG", "url": "https://www.initech.example"}
    post(sandbox, "netsuite", "masters/customer", told)
    post(
        sandbox, "hubspot", "companies", {"id": THEIRS, "properties": {"name": "Initech", "domain": "initech.example"}}
    )
    properties = {**DEAL, "deal_currency_code": "EUR", "closedate": "2027-01-15"}
    post(sandbox, "hubspot", "deals", {"id": "9351", "company": THEIRS, "properties": properties})
    tieout("mappings", "put", "customer", OURS, "INITECH", "--connection", ERP)
    assert rest() is None
    assert suggested(tieout) == [(THEIRS, "INITECH", "domain=initech.example")]
    assert [row["record"] for row in tieout("crosswalk", "confirm", "customer", CRM, THEIRS)] == [
        f"{CRM}#opportunity#9351"
    ]
    assert rest() == Decimal("83.00")
    [conflict] = [
        row for row in tieout("ownership", "conflicts", CRM) if row["member"] == "INITECH" and THEIRS in row["record"]
    ]
    assert (conflict["field"], conflict["holds"], conflict["says"]) == ("name", "Initech AG", "Initech")
    assert [row["record"] for row in tieout("crosswalk", "take-back", "customer", CRM, THEIRS)] == [
        f"{CRM}#opportunity#9351"
    ]
    assert rest() in {None, Decimal(0)}
    assert suggested(tieout) == [(THEIRS, "INITECH", "domain=initech.example")]
    tieout("crosswalk", "confirm", "customer", CRM, THEIRS)
    assert rest() == Decimal("83.00")
    post(sandbox, "hubspot", "settings", {"company_events": False})


def post(sandbox: Sandbox, system: str, what: str, body: object) -> None:
    """Have something happen in a simulated system."""
    httpx.post(f"{sandbox.systems[system]}/_control/{what}", json=body, timeout=60).raise_for_status()


def suggested(tieout: Tieout) -> list[tuple[str, str, str]]:
    """What waits for somebody to confirm it, of the company alone."""
    rows = tieout("crosswalk", "list", "customer")
    return [
        (row["number"], row["member"], row["evidence"])
        for row in rows
        if row["state"] == "suggested" and row["number"] == THEIRS
    ]
