"""The simulated site by itself: what its API answers, what its users may do, and what it tells of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.systems.chargebee.app import create_app
from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.faults import Fault, FaultPlan
from tests.support.clock import ManualClock

PLAN = {"item_price_id": "PRO-EUR-M", "unit_price": 4_900, "quantity": 2}


class Site:
    """A site that nobody else uses."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.settings, self.clock, self.plan = SiteSettings(send="on_request", **settings), ManualClock(), FaultPlan()
        self.app = create_app(self.settings, plan=self.plan, now=self.clock.now)
        self.http = TestClient(self.app, base_url="http://site.example")

    def do(self, path: str, /, **body: Any) -> str:  # noqa: ANN401 JSON
        """Have something happen; the id of what it made or changed."""
        answer = self.http.post(f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def ask(self, path: str, status: int = 200, /, **asked: str) -> Any:  # noqa: ANN401 JSON
        """What the API answers."""
        answer = self.http.get(f"/api/v2/{path}", params=asked, auth=(self.settings.api_key, ""))
        assert answer.status_code == status, answer.text
        return answer.json()

    def told(self) -> list[dict[str, Any]]:
        """The bodies of all events, in order."""
        return [json.loads(each.body) for each in self.app.state.telling.deliveries]


@pytest.fixture
def site() -> Site:
    """A new one."""
    return Site()


def test_a_subscription_goes_through_all_it_may_be(site: Site) -> None:
    """And what recurs of it goes with it."""
    name = site.do("subscriptions", customer_id="c1", currency_code="EUR", items=[PLAN], trial_days=14)
    seen = []
    for act, body in (
        ("activate", {}),
        ("change", {"items": [{**PLAN, "quantity": 5}]}),
        ("cancel", {"at_term_end": True}),
        ("stay", {}),
        ("pause", {}),
        ("resume", {}),
        ("cancel", {}),
        ("reactivate", {}),
        ("delete", {}),
    ):
        site.clock.advance(3_600)
        site.do(f"subscriptions/{name}/{act}", **body)
        about = site.told()[-1]
        row = about["content"]["subscription"]
        seen.append((about["event_type"].removeprefix("subscription_"), row["status"], row["mrr"], row["deleted"]))
    assert seen == [
        ("activated", "active", 9_800, False),
        ("changed", "active", 24_500, False),
        ("cancellation_scheduled", "non_renewing", 24_500, False),
        ("scheduled_cancellation_removed", "active", 24_500, False),
        ("paused", "paused", 0, False),
        ("resumed", "active", 24_500, False),
        ("cancelled", "cancelled", 0, False),
        ("reactivated", "active", 24_500, False),
        ("deleted", "active", 24_500, True),
    ]
    site.ask(f"subscriptions/{name}", 404)
    [listed] = site.ask("subscriptions", include_deleted="true")["list"]
    assert (listed["subscription"]["deleted"], listed["customer"]["id"]) == (True, "c1")


def test_what_recurs_is_reckoned_by_the_month(site: Site) -> None:
    """Whatever is paid for at once, and less what is taken off."""
    items = [
        {"item_price_id": "Y", "unit_price": 12_000, "billing_period_unit": "year"},
        {"item_price_id": "Q", "unit_price": 3_000, "quantity": 3, "free_quantity": 1, "billing_period": 3},
        {"item_price_id": "M", "unit_price": 9, "metered_quantity": "7"},
        {"item_price_id": "S", "unit_price": 500, "item_type": "charge"},
    ]
    name = site.do("subscriptions", customer_id="c1", currency_code="EUR", items=items)
    assert site.ask(f"subscriptions/{name}")["subscription"]["mrr"] == 1_000 + 2_000
    site.do(f"subscriptions/{name}/take-off", percentage=10, item_price_id="Y")
    site.do(f"subscriptions/{name}/take-off", amount=300)
    assert site.ask(f"subscriptions/{name}")["subscription"]["mrr"] == 900 + 2_000 - 300
    site.do("coupons", id="TENTH", discount_percentage=10)
    site.do(f"subscriptions/{name}/redeem", coupon_id="TENTH")
    assert site.ask(f"subscriptions/{name}")["subscription"]["mrr"] == 900 + 2_000 - 300 - 100 - 200
    asked = {"id[in]": json.dumps(["TENTH"])}
    assert site.ask("coupons", **asked)["list"][0]["coupon"]["discount_percentage"] == 10


def test_documents_add_up_and_are_taken_back(site: Site) -> None:
    """With taxes in the price or on top; paid, written off, credited, deleted."""
    line = {"amount": 1_200, "discount": 200, "tax": 160, "entity_id": "PRO-EUR-M"}
    names = {"customer_id": "c1", "currency_code": "EUR"}
    above = site.do("invoices", **names, lines=[line])
    within = site.do("invoices", **names, lines=[line], price_type="tax_inclusive")
    assert [site.ask(f"invoices/{each}")["invoice"]["total"] for each in (above, within)] == [1_160, 1_000]
    paid = site.do(f"invoices/{above}/pay")
    note = site.do(f"invoices/{above}/credit", lines=[{"amount": 100}])
    site.do(f"transactions/{paid}/refund", amount=100, credit_note_id=note)
    site.do(f"invoices/{within}/write-off")
    rows = [each["credit_note"] for each in site.ask("credit_notes")["list"]]
    assert [(each["type"], each["status"], each["total"]) for each in rows] == [
        ("refundable", "refunded", 100),
        ("adjustment", "adjusted", 1_000),
    ]
    assert {each["invoice"]["status"] for each in site.ask("invoices")["list"]} == {"paid"}
    kinds = [(each["transaction"]["type"], each["transaction"]["amount"]) for each in site.ask("transactions")["list"]]
    assert kinds == [("payment", 1_160), ("refund", 100)]
    site.do(f"transactions/{paid}/reverse", is_late_failure=True)
    assert site.ask(f"transactions/{paid}")["transaction"]["status"] == "late_failure"
    assert site.ask("transactions")["list"][-1]["transaction"]["reference_transaction_id"] == paid
    assert site.http.post(f"/_control/invoices/{above}/void", json={}).json() == {"error": "it is paid"}
    site.do(f"invoices/{above}/delete")
    assert [each["invoice"]["id"] for each in site.ask("invoices")["list"]] == [within]


def test_every_change_has_a_version_of_its_own(site: Site) -> None:
    """Even within a millisecond, and an event shows what was so then."""
    name = site.do("subscriptions", customer_id="c1", currency_code="EUR", items=[PLAN])
    for quantity in (3, 4):
        site.do(f"subscriptions/{name}/change", items=[{**PLAN, "quantity": quantity}])
    rows = [each["content"]["subscription"] for each in site.told() if "subscription" in each["content"]]
    assert [each["subscription_items"][0]["quantity"] for each in rows] == [2, 3, 4]
    versions = [each["resource_version"] for each in rows]
    assert versions == sorted(set(versions))
    assert {each["updated_at"] for each in rows} == {int(site.clock.now().timestamp())}


def test_a_list_has_pages_filters_and_an_order(site: Site) -> None:
    """A row that changes while pages are read comes once more behind them, and none is left out."""
    names = []
    for _ in range(5):
        site.clock.advance(10)
        names.append(site.do("subscriptions", customer_id="c1", currency_code="EUR", items=[PLAN]))
    order = {"sort_by[asc]": "updated_at", "limit": "2"}
    first = site.ask("subscriptions", **order)
    site.clock.advance(10)
    site.do(f"subscriptions/{names[1]}/cancel")
    seen = [each["subscription"]["id"] for each in first["list"]]
    offset = first["next_offset"]
    while offset:
        page = site.ask("subscriptions", **order, offset=offset)
        seen += [each["subscription"]["id"] for each in page["list"]]
        offset = page.get("next_offset", "")
    assert seen == [*names, names[1]]
    since = int(site.clock.now().timestamp())
    asked = {"updated_at[between]": json.dumps([str(since - 15), str(since)]), "sort_by[desc]": "updated_at"}
    assert [each["subscription"]["id"] for each in site.ask("subscriptions", **asked)["list"]] == [names[1], names[4]]
    asked = {"id[in]": json.dumps([names[3], "nobody", names[0]])}
    assert [each["subscription"]["id"] for each in site.ask("subscriptions", **asked)["list"]] == [names[0], names[3]]
    assert site.ask("subscriptions", **{"status[is]": "cancelled"})["list"][0]["subscription"]["id"] == names[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": "101"},
        {"offset": "behind"},
        {"sort_by[asc]": "updated_at"},
        {"date[between]": "1"},
        {"date[on]": "today"},
        {"total[is]": "1"},
        {"id[like]": "1"},
    ],
)
def test_what_a_list_cannot_be_asked_for_is_said(site: Site, asked: dict[str, str]) -> None:
    """By the name of the parameter; credit notes are sorted by their date alone."""
    said = site.ask("credit_notes", 400, **asked)
    assert (said["api_error_code"], said["param"]) == ("param_wrong_value", next(iter(asked)))


def test_long_documents_are_shown_in_parts() -> None:
    """Each with where the next one begins."""
    site = Site(most_lines=2)
    lines = [{"amount": each} for each in (1, 2, 3, 4, 5)]
    name = site.do("invoices", customer_id="c1", currency_code="EUR", lines=lines)
    found = site.ask(f"invoices/{name}")["invoice"]
    amounts = [each["amount"] for each in found["line_items"]]
    while "line_items_next_offset" in found:
        asked = {"line_items_limit": "2", "line_items_offset": found["line_items_next_offset"]}
        found = site.ask(f"invoices/{name}", **asked)["invoice"]
        amounts += [each["amount"] for each in found["line_items"]]
    assert amounts == [1, 2, 3, 4, 5]


def test_strangers_and_the_hasty_are_refused() -> None:
    """And whatever else is planted."""
    site = Site(calls_per_minute=2)
    said = site.http.get("/api/v2/invoices", auth=("another", ""))
    assert (said.status_code, said.json()["api_error_code"]) == (401, "api_authentication_failed")
    site.ask("invoices/1", 404)
    site.ask("orders", 404)
    said = site.http.get("/api/v2/invoices", auth=(site.settings.api_key, ""))
    assert (said.status_code, said.headers["retry-after"]) == (429, "60")
    site.clock.advance(61)
    site.plan.plant(Fault(kind="answer", status=502, body="<html>Bad gateway</html>"))
    said = site.http.get("/api/v2/invoices", auth=(site.settings.api_key, ""))
    assert (said.status_code, said.text) == (502, "<html>Bad gateway</html>")
    assert site.ask("invoices") == {"list": []}


def test_events_show_whom_they_are_about(site: Site) -> None:
    """With cards and persons, and can be listed as they were told."""
    site.do("subscriptions", customer_id="c1", currency_code="EUR", items=[PLAN])
    told = site.told()
    assert [each["event_type"] for each in told] == ["customer_created", "subscription_created"]
    assert told[1]["content"].keys() == {"subscription", "customer", "card"}
    assert told[1]["content"]["card"]["last4"] == "1111"
    site.do("try-out")
    told = site.told()
    assert told[2]["content"].keys() == {"subscription", "customer"}
    assert [each["event"] for each in site.ask("events", **{"sort_by[asc]": "occurred_at"})["list"]] == told
