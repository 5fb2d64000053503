"""What happens in the simulated CRM and ERP during the demo, told through their control routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

NEW_CUSTOMER = "5009"  # nobody has mapped it yet
SPOILED_DEAL = "9201"  # the CRM fails to read it, for a while
_OK = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What one system sent: requests, the notices in them, and how many it was answered 2xx for."""

    requests: int
    events: int
    accepted: int

    def __str__(self) -> str:
        """As it is told."""
        return f"{self.requests} requests with {self.events} events, {self.accepted} answered 2xx"


def told_of(attempts: Sequence[Mapping[str, Any]]) -> Told:
    """What a system sent, of its own list of attempts."""
    return Told(
        requests=len(attempts),
        events=sum(each["events"] for each in attempts),
        accepted=sum(1 for each in attempts if each["accepted"]),
    )


class Controlled:
    """A simulated system, worked through its control routes."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/_control/", timeout=60)

    def close(self) -> None:
        """Let go of its connections."""
        self._http.close()

    def _call(self, method: str, route: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 JSON values
        answer = self._http.request(method, route, json=body)
        answer.raise_for_status()
        return answer.json()


class Crm(Controlled):
    """The simulated HubSpot account."""

    def take_over(self) -> None:
        """Keep the account from sending by itself, so that the demo decides what goes wrong on the way."""
        self._call("POST", "settings", {"automatic": False})

    def work(self) -> None:
        """A quarter's ordinary life: deals are made, itemised, moved, won, lost, merged, deleted and restored."""
        for company, name in {"5001": "Acme", "5002": "Globex", "5003": "Initech", NEW_CUSTOMER: "Wayne"}.items():
            self._call("POST", "companies", {"id": company, "name": name})
        self._deal("9001", "5001", amount="120000.00", closedate="2026-11-27T17:00:00Z")
        self._deal("9002", "5002", amount="48000.50", dealstage="contractsent", closedate="2026-12-15T10:00:00Z")
        self._deal("9003", "5003", amount="9900", deal_currency_code="GBP", closedate="2026-11-10T10:00:00Z")
        self._deal("9004", "5001", amount="1500000", deal_currency_code="JPY", closedate="2026-12-01T10:00:00Z")
        self._deal("9005", "5002", amount="75000", dealstage="closedwon", closedate="2026-10-30T23:30:00Z")
        self._deal("9006", "5003", amount="18000", closedate="2026-12-20T10:00:00Z")
        self._deal("9007", "5003", amount="22000", closedate="2026-12-20T10:00:00Z")
        self._deal("9008", "5001", amount="64000", pipeline="renewals", dealstage="renewal_due")
        self._line("9002", name="Licence", price="30000.50", hs_product_id="7001")
        monthly = {"recurringbillingfrequency": "monthly", "hs_recurring_billing_period": "P12M"}
        self._line("9002", name="Support", price="1500.00", hs_product_id="7002", **monthly)
        self._change("9001", amount="135000.00")
        self._change("9001", dealstage="decisionmakerboughtin", closedate="2026-12-10T17:00:00Z")
        self._change("9002", dealstage="closedwon")
        self._change("9003", dealstage="closedlost")
        self._call("POST", "deals/merge", {"primary": "9006", "merged": "9007"})
        self._call("DELETE", "deals/9004")
        self._call("POST", "deals/9004/restore", {})
        self._deal(SPOILED_DEAL, "5001", amount="30000", closedate="2026-11-30T10:00:00Z")
        self._deal("9101", NEW_CUSTOMER, amount="50000", closedate="2026-12-31T10:00:00Z")

    def spoil(self) -> None:
        """Make one deal unreadable and change it together with a good one: its neighbour must not suffer."""
        self._change(SPOILED_DEAL, amount="31000")
        self._change("9008", amount="66000")
        detail = {"ids": [SPOILED_DEAL], "category": "VALIDATION_ERROR"}
        self._call(
            "POST", "faults", {"kind": "partial_error", "times": 1000, "path": "/deals/batch/read", "detail": detail}
        )

    def raise_amount(self, amount: str) -> None:
        """Change the amount of a deal that is open."""
        self._change("9008", amount=amount)

    def keep_to_itself(self) -> None:
        """A deal is made, another changed and a third deleted, and no webhook ever tells of it."""
        self._call("POST", "settings", {"tells": False})
        self._deal("9501", NEW_CUSTOMER, amount="25000.00", closedate="2027-01-15T10:00:00Z")
        self._change("9008", amount="71000")
        self._call("DELETE", "deals/9005")
        self._call("POST", "settings", {"tells": True})

    def mend(self) -> None:
        """Let the deal be read again."""
        self._call("DELETE", "faults")

    def deliver(self, **orders: Any) -> Told:  # noqa: ANN401 JSON values
        """Send what waits; `orders` say how it goes wrong on the way (duplicates, shuffle, repeat)."""
        attempts = self._call("POST", "deliver", orders)["attempts"]
        return told_of([{**each, "events": len(each["events"])} for each in attempts])

    def _deal(self, deal_id: str, company: str, **properties: str) -> None:
        usual = {"dealname": f"Deal {deal_id}", "pipeline": "default", "dealstage": "qualifiedtobuy"}
        dated = {"deal_currency_code": "EUR", "closedate": "2026-12-18T10:00:00Z"}
        self._call("POST", "deals", {"id": deal_id, "company": company, "properties": usual | dated | properties})

    def _line(self, deal_id: str, **properties: str) -> None:
        self._call("POST", f"deals/{deal_id}/line_items", {"properties": {"quantity": "1"} | properties})

    def _change(self, deal_id: str, **properties: str) -> None:
        self._call("PATCH", f"deals/{deal_id}", {"properties": properties})


class Erp(Controlled):
    """The simulated NetSuite account."""

    def take_over(self) -> None:
        """Keep the account from posting by itself."""
        self._call("POST", "settings", {"send": "on_request"})

    def work(self) -> None:
        """A month's ordinary life: invoices in three currencies, one void, a credit, a payment, an accrual and its reversal."""
        self._invoice("48301", "7938", "36000.00", "EUR", "3", rate="1.0842")
        self._invoice("48302", "7939", "12500.00", "USD", "1")
        self._invoice("48303", "7940", "2400000", "JPY", "5")
        self._invoice("48304", "7939", "8000.00", "USD", "1")
        self._call("POST", "documents/48304/void", {"how": "direct"})
        self._save("creditmemo", "48305", "7939", "USD", "1", [("4000", "1500.00", "7"), ("1100", "-1500.00", None)])
        self._save(
            "customerpayment", "48306", "7939", "USD", "1", [("1000", "7000.00", None), ("1100", "-7000.00", None)]
        )
        accrual = [("1100", "5000.00", None), ("4100", "-5000.00", "9")]
        self._save("journalentry", "48307", "7939", "USD", "1", accrual, period="Oct 2026", date="2026-10-31")
        self._call("POST", "documents/48307/reverse", {"date": "2026-11-01", "period": "Nov 2026"})
        self._save("salesorder", "48399", "7939", "USD", "1", [("1100", "9.00", None), ("4000", "-9.00", "7")])

    def keep_to_itself(self) -> None:
        """An invoice is edited where the script does not run."""
        self._call("POST", "settings", {"tells": False})
        lines = [("1100", "13100.00", None), ("4000", "-13100.00", "7")]
        edited = [{"account": account, "amount": amount, "department": place} for account, amount, place in lines]
        self._call("PATCH", "documents/48302", {"lines": edited})
        self._call("POST", "settings", {"tells": True})

    def invoice_late(self) -> None:
        """An invoice is posted to a month that is over, by somebody who found it in a drawer."""
        self._invoice("48310", "7939", "900.00", "USD", "1")

    def deliver(self) -> Told:
        """Send what waits, as the account's script does: once."""
        events = self._call("POST", "deliver", {})
        return Told(len(events), len(events), sum(1 for each in events if each["answers"][-1:] == [_OK]))

    def _invoice(
        self, number: str, customer: str, net: str, currency: str, subsidiary: str, *, rate: str = "1"
    ) -> None:
        lines = [("1100", net, None), ("4000", f"-{net}", "7")]
        self._save("invoice", number, customer, currency, subsidiary, lines, rate=rate)

    def _save(  # noqa: PLR0913 a document has these
        self,
        kind: str,
        number: str,
        customer: str,
        currency: str,
        subsidiary: str,
        lines: list[tuple[str, str, str | None]],
        *,
        rate: str = "1",
        period: str = "Nov 2026",
        date: str = "2026-11-20",
    ) -> None:
        body = {
            "id": number,
            "type": kind,
            "date": date,
            "period": period,
            "subsidiary": subsidiary,
            "currency": currency,
            "exchange_rate": rate,
            "entity": customer,
            "lines": [{"account": account, "amount": amount, "department": place} for account, amount, place in lines],
        }
        self._call("POST", "documents", body)
