"""What a simulated Zuora tenant finds: objects by what is asked of them, and rows of its tables by query jobs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.zuora.asked import asked_of
from sandbox.systems.zuora.billing import Billing
from sandbox.systems.zuora.jobs import Jobs
from sandbox.systems.zuora.objects import Objects
from sandbox.systems.zuora.ordering import Ordering
from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.tenant import Tenant
from tests.support.clock import ManualClock


class Desk:
    """A tenant of one customer, and whoever asks it."""

    def __init__(self) -> None:
        self.clock, self.plan = ManualClock(), FaultPlan()
        self.tenant = Tenant(TenantSettings(time_zone="America/New_York"), self.clock.now)
        self.billing, self.jobs = Billing(self.tenant), Jobs(self.tenant, self.plan)
        self.tenant.open_account("ACME", "EUR", id="account-1")

    def page(self, path: str, *asked: tuple[str, str], rows: int = 99) -> Any:  # noqa: ANN401 JSON
        """A page of objects."""
        return Objects(self.tenant.store, rows).page(path, asked_of([("pageSize", "99"), *asked]))

    def submit(self, query: str, **stated: Any) -> str:  # noqa: ANN401 JSON
        """The id of a new job."""
        known = {"query": query, "outputFormat": "JSON", "compression": "NONE", "output": {"target": "S3"}}
        return str(self.jobs.submit({**known, **stated})["data"]["id"])

    def look(self, job: str) -> Any:  # noqa: ANN401 JSON
        """A job as it is now."""
        return self.jobs.look(job, "http://there")["data"]

    def rows(self, query: str, **stated: Any) -> list[Any]:  # noqa: ANN401 JSON
        """What a query selects."""
        job = self.submit(query, **stated)
        assert self.look(job)["queryStatus"] == "completed", self.look(job)
        return [json.loads(line) for line in self.jobs.file(job).splitlines()]

    def problem(self, query: str) -> str:
        """Why a query fails."""
        found = self.look(self.submit(query))
        assert found["queryStatus"] == "failed"
        return str(found["errorMessage"])


@pytest.fixture
def desk() -> Desk:
    """A new one."""
    return Desk()


def test_an_object_is_shown_without_what_is_empty_and_with_what_is_asked_for(desk: Desk) -> None:
    """Amounts are numbers; its parts come where they are expanded, and only so many."""
    invoice = desk.billing.bill("account-1", [{"amount": "100.50", "tax": "19.10", "discount": "10"}])
    objects = Objects(desk.tenant.store, 99)
    plain = objects.one("invoices", invoice["id"], asked_of([]))
    assert (plain["amount"], plain["amountWithoutTax"], plain["invoiceNumber"]) == (109.6, 90.5, "INV00000001")
    assert "invoiceItems" not in plain
    whole = objects.one("invoices", "INV00000001", asked_of([("expand[]", "invoiceitems"), ("expand[]", "account")]))
    assert [each["chargeAmount"] for each in whole["invoiceItems"]] == [100.5, -10]
    assert "productId" not in whole["invoiceItems"][0]
    assert whole["account"]["name"] == "ACME"
    first = objects.one("invoices", invoice["id"], asked_of([("expand[]", "invoiceitems"), ("pageSize", "1")]))
    assert len(first["invoiceItems"]) == 1


def test_lists_begin_with_what_changed_last_and_go_on_behind_a_cursor(desk: Desk) -> None:
    """The last page has none."""
    for _ in range(3):
        desk.billing.bill("account-1", [{"amount": "1"}])
        desk.clock.advance(1)
    first = desk.page("invoices", rows=2)
    assert [each["invoiceNumber"] for each in first["data"]] == ["INV00000003", "INV00000002"]
    second = desk.page("invoices", ("cursor", first["nextPage"]), rows=2)
    assert [each["invoiceNumber"] for each in second["data"]] == ["INV00000001"]
    assert "nextPage" not in second


def test_parts_are_listed_by_themselves_for_one_object(desk: Desk) -> None:
    """In the order of their ids."""
    invoice = desk.billing.bill("account-1", [{"amount": "1"}, {"amount": "2"}, {"amount": "3"}])
    asked = ("filter[]", f"invoiceid.EQ:{invoice['id']}"), ("sort[]", "id.ASC")
    first = desk.page("invoice-items", *asked, rows=2)
    rest = desk.page("invoice-items", *asked, ("cursor", first["nextPage"]), rows=2)
    assert [each["chargeAmount"] for each in (*first["data"], *rest["data"])] == [1, 2, 3]


def test_objects_are_found_by_what_they_have(desk: Desk) -> None:
    """By names in whatever case, and by several of one field."""
    ordering = Ordering(desk.tenant)
    names = [ordering.begin("account-1", [])["name"] for _ in range(3)]
    found = desk.page("subscriptions", ("filter[]", f"name.IN:[{names[0]},{names[2]}]"), ("sort[]", "name.ASC"))
    assert [each["name"] for each in found["data"]] == [names[0], names[2]]
    assert desk.page("subscriptions", ("filter[]", "NAME.EQ:a-s00000002"))["data"][0]["name"] == names[1]
    assert desk.page("subscriptions", ("filter[]", "name.EQ:A-S00000009")) == {"data": []}


@pytest.mark.parametrize("asked", [("pageSize", "0"), ("filter[]", "nix.EQ:1"), ("filter[]", "id=1"), ("sort[]", "id")])
def test_what_cannot_be_asked_is_refused(desk: Desk, asked: tuple[str, str]) -> None:
    """As an invalid input."""
    with pytest.raises(ValueError, match=r"must be|cannot be|invalid"):
        desk.page("invoices", asked)


def test_a_query_selects_by_moments_whatever_their_offset(desk: Desk) -> None:
    """The tables show them in UTC, and Trino's own functions as texts."""
    desk.billing.bill("account-1", [{"amount": "1.5"}])
    now = "TIMESTAMP '2026-03-02 09:00:00.000 UTC'"
    selected = "SELECT amount, to_iso8601(at_timezone(updateddate, 'UTC')) AS updated FROM invoice WHERE updateddate"
    row = {"amount": 1.5, "updated": "2026-03-02T09:00:00.000Z"}
    assert desk.rows(f"{selected} >= {now}") == [row]
    assert desk.rows(f"{selected} <= TIMESTAMP '2026-03-02 04:00:00.000 -05:00'") == [row]
    assert desk.rows(f"{selected} < {now}") == []


def test_what_was_deleted_is_selected_only_where_it_is_asked_for(desk: Desk) -> None:
    """Alone, or beside the others where a query names the column."""
    desk.billing.delete("invoice", desk.billing.draft("account-1", [])["id"])
    desk.billing.bill("account-1", [])
    query = "SELECT invoicenumber FROM invoice"
    assert desk.rows(query) == [{"invoicenumber": "INV00000002"}]
    assert desk.rows(query, readDeleted=True) == [{"invoicenumber": "INV00000001"}]
    assert desk.rows("SELECT deleted FROM invoice ORDER BY invoicenumber") == [{"deleted": True}, {"deleted": False}]


def test_a_query_that_is_none_fails(desk: Desk) -> None:
    """It reads the tables alone, and changes nothing."""
    assert desk.problem("SELECT nix FROM invoice") == "Column 'nix' cannot be resolved"
    assert desk.problem("SELECT id FROM nix") == "Table 'owl.data.nix' does not exist"
    assert "only SELECT" in desk.problem("DELETE FROM invoice")
    assert "prohibited" in desk.problem("SELECT body FROM objects")
    desk.tenant.settings.most_rows = 0
    assert "maximum number" in desk.problem("SELECT id FROM account")


def test_a_job_takes_its_time_and_may_fail_be_cancelled_or_never_end(desk: Desk) -> None:
    """What became of it stays so."""
    desk.tenant.settings.job_looks = 1
    job = desk.submit("SELECT id FROM account")
    assert [desk.look(job)["queryStatus"] for _ in range(3)] == ["in_progress", "completed", "completed"]
    for kind, status in (("fail_job", "failed"), ("cancel_job", "cancelled"), ("hang_job", "in_progress")):
        desk.plan.plant(Fault(kind=kind))
        job = desk.submit("SELECT id FROM account")
        assert [desk.look(job)["queryStatus"] for _ in range(3)] == ["in_progress", status, status]
    desk.jobs.cancel(job)
    assert desk.look(job)["queryStatus"] == "cancelled"


def test_the_file_of_a_job_is_there_for_a_while(desk: Desk) -> None:
    """Then it is not any more."""
    job = desk.submit("SELECT accountnumber FROM account")
    assert desk.look(job)["dataFile"].startswith(f"http://there/data/{job}.json?")
    assert desk.jobs.file(job) == b'{"accountnumber": "A00000001"}\n'
    desk.clock.advance(3_600)
    with pytest.raises(KeyError):
        desk.jobs.file(job)
