"""The chapter of the demo in which Salesforce tells of the same records in three ways at once, and loses count."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from decimal import Decimal
from typing import Any

from ops import display, ledger_views
from sandbox.demo.planning_systems import Planning
from sandbox.demo.scene import Scene
from sandbox.demo.story import Controlled

CONNECTION = "salesforce-apac"
_OPEN = "ACME/{}/APAC/USD/Dec 26/Forecast"
# What planning must hold of the organisation at the end, by cell, as anybody reckons it by hand.
_WANTED = {
    ("Pipeline", "Amount", _OPEN.format("SOFTWARE")): "14400.00",  # twice 7,200 a year
    ("Pipeline", "Amount", _OPEN.format("SERVICES")): "4500.00",  # three days of 1,500
    ("Pipeline", "Weighted amount", _OPEN.format("SERVICES")): "3375.00",  # at 75 percent
    ("Bookings", "Booked", "TYRELL/NO_PRODUCT/APAC/JPY/Nov 26/Actual"): "2400000",
    ("Bookings", "Booked", "TYRELL/NO_PRODUCT/APAC/USD/Nov 26/Actual"): "8000.00",
    ("Renewals", "Renewal", "ACME/SOFTWARE/APAC/USD/Jan 27/Forecast"): "36000.00",
    ("Renewals", "Weighted renewal", "ACME/SOFTWARE/APAC/USD/Jan 27/Forecast"): "28800.00",  # at 80 percent
}
_ACCOUNTS = ("001000000000901AAA", "001000000000902AAA", "001000000000903AAA")
_WAYS = {"outbound_message": "outbound messages", "callout": "signed callouts", "change_events": "change events"}


class Sales(Controlled):
    """The simulated Salesforce organisation."""

    def take_over(self) -> None:
        """Keep the organisation from telling by itself."""
        self._call("POST", "settings", {"automatic": False})

    def work(self) -> None:
        """A month's ordinary life: accounts, one of which was entered twice, deals with products, a contract."""
        names = ("Acme", "Tyrell", "Tyrell KK")
        named = [{"Id": each, "Name": name} for each, name in zip(_ACCOUNTS, names, strict=True)]
        acme, tyrell, twice = self._make("Account", *named)
        software, services = [each["Id"] for each in self._call("GET", "records/Product2")][:2]
        dated = {"StageName": "Prospecting", "CloseDate": "2026-12-10", "CurrencyIsoCode": "USD"}
        won = {"StageName": "Closed Won", "CloseDate": "2026-11-20"}
        platform, yen, _, mistaken = self._make(
            "Opportunity",
            {**dated, "Name": "Platform", "AccountId": acme},
            {**dated, **won, "Name": "Yen", "AccountId": tyrell, "Amount": "2400000", "CurrencyIsoCode": "JPY"},
            {**dated, **won, "Name": "Dollars", "AccountId": twice, "Amount": "8000.00"},
            {**dated, "Name": "Mistaken", "AccountId": acme, "Amount": "1.00"},
        )
        monthly = {"Recurring_Amount__c": "600.00", "Recurring_Months__c": 1, "Term_Months__c": 12}
        self._make(
            "OpportunityLineItem",
            {"OpportunityId": platform, "Product2Id": software, "Quantity": "2", "UnitPrice": "7200.00", **monthly},
            {"OpportunityId": platform, "Product2Id": services, "Quantity": "3", "UnitPrice": "1500.00"},
        )
        self._call("PATCH", "records/Opportunity", {"changes": {platform: {"StageName": "Negotiation/Review"}}})
        self._call("POST", "records/Opportunity/delete", {"ids": [mistaken, yen]})
        self._call("POST", "records/Opportunity/undelete", {"ids": [yen]})
        runs = {"Status": "Activated", "StartDate": "2026-01-01", "ContractTerm": 12, "CurrencyIsoCode": "USD"}
        worth = {"Contract_Value__c": "36000.00", "Renewal_Probability__c": 80, "Product_Line__c": "PLATFORM"}
        self._make("Contract", {"AccountId": acme, **runs, **worth})
        self._call("POST", "accounts/merge", {"master": tyrell, "losers": [twice]})

    def lose_count(self) -> None:
        """Change more than a change event can tell of, and tell so: no record is named."""
        self._call("POST", "change_events", {"object": "Opportunity", "change_type": "GAP_OVERFLOW"})

    def deliver(self, **orders: Any) -> Counter[str]:  # noqa: ANN401 JSON values
        """Tell of what waits in all three ways; how often each way told of a record."""
        told: Counter[str] = Counter()
        for each in self._call("POST", "deliver", orders)["attempts"]:
            if each["taken"]:
                told[each["way"]] += len(each["record_ids"])
        return told

    def _make(self, kind: str, *records: dict[str, Any]) -> list[str]:
        made: list[str] = self._call("POST", f"records/{kind}", {"records": list(records)})["ids"]
        return made


def tell_in_three_ways(scene: Scene, planning: Planning) -> None:
    """Let the organisation work, tell of it three times over, and lose count; planning holds everything once."""
    scene.chapter("Salesforce tells of the same records in three ways at once")
    with closing(Sales(scene.sandbox.systems["salesforce"])) as sales:
        sales.take_over()
        sales.work()
        told = sales.deliver(shuffle=True, repeat=2)
        told += sales.deliver(again=20)
        scene.say("records told of: " + ", ".join(f"{told[way]} by {name}" for way, name in _WAYS.items()))
        scene.hold(all(told[way] for way in _WAYS), "every way was used: SOAP, signed JSON, and a partner's event bus")
        scene.rest()
        sales.lose_count()
        sales.deliver()
        scene.say("one event says that count was lost (GAP_OVERFLOW): every opportunity is listed and read again")
        scene.rest()
    _check(scene, planning)


def _check(scene: Scene, planning: Planning) -> None:
    held = {(cube, measure, members): planning.values(cube, measure).get(members) for cube, measure, members in _WANTED}
    rows = [
        {"module": cube, "measure": measure, "members": members, "value": str(held[cube, measure, members])}
        for cube, measure, members in _WANTED
    ]
    display.rows(rows, title="What planning holds of it", as_json=False, nothing="none")
    scene.hold(
        held == {at: Decimal(value) for at, value in _WANTED.items()},
        "each record is planned once, those of the merged account and the contract's renewal too",
    )
    lost = [row for row in ledger_views.held(scene.place.table) if row["record"].startswith(CONNECTION)]
    scene.hold(not lost, "nothing of it waits")
    scene.check_planning()
