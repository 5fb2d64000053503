"""The simulated tenant itself: as strict as SAP Analytics Cloud, and able to do what we must never ask of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.faults import FaultPlan
from sandbox.systems.sap_analytics.definition import model_id_of, sandbox_models
from sandbox.systems.sap_analytics.filters import parse_filter
from sandbox.systems.sap_analytics.jobs import Job, JobDesk, JobError
from sandbox.systems.sap_analytics.joining import join_target
from sandbox.systems.sap_analytics.model import FactModel
from sandbox.systems.sap_analytics.settings import TenantSettings
from tests.support.clock import ManualClock
from tests.support.sap_analytics import analytics_target


class Desk:
    """A model and the jobs of its tenant."""

    def __init__(self, **settings: int | str) -> None:
        self.clock = ManualClock()
        self.model = FactModel(sandbox_models()[0])
        self.settings = TenantSettings()
        self.settings.change(dict(settings))
        self.jobs = JobDesk(self.settings, FaultPlan(), self.clock.now)

    def job(self, **settings: Any) -> Job:  # noqa: ANN401 JSON values
        """A new job."""
        return self.jobs.create(self.model, settings)

    def imported(self, *rows: dict[str, Any], **settings: Any) -> Job:  # noqa: ANN401 JSON values
        """A job that has imported rows."""
        job = self.job(**settings)
        self.jobs.add(job, rows)
        self.jobs.validate(job)
        self.jobs.run(job)
        self.clock.advance(1)
        self.jobs.settle()
        return job

    def held(self) -> dict[tuple[str, str], Decimal]:
        """(month, measure) to what the model holds."""
        return {
            (row["Date"], measure): row[measure]
            for row in self.model.rows()
            for measure in self.model.definition.measures
            if row[measure] is not None
        }


def row(amount: int, month: str = "202603", **further: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """A row of the model Pipeline."""
    members = {"Customer": "ACME", "ProductLine": "SOFTWARE", "LegalEntity": "EMEA", "Currency": "EUR"}
    return {**members, "Date": month, "Version": "public.Forecast", "Amount": Decimal(amount), **further}


def test_update_sets_append_adds_and_clean_and_replace_clears() -> None:
    """Only the first may be repeated and leaves others' facts alone: it is the only one that the writer asks for."""
    desk = Desk()
    desk.imported(row(10), row(1, "202604"))
    desk.imported(row(10), importMethod="Update")
    assert desk.held() == {("202603", "Amount"): 10, ("202604", "Amount"): 1}
    desk.imported(row(10), importMethod="Append")
    assert desk.held() == {("202603", "Amount"): 20, ("202604", "Amount"): 1}
    desk.imported(row(10), importMethod="CleanAndReplace", dimensionScope=["Version"])
    assert desk.held() == {("202603", "Amount"): 10}


def test_what_clean_and_replace_clears_shares_the_scope() -> None:
    """Facts of other months stay where the month is in it."""
    desk = Desk()
    desk.imported(row(10), row(1, "202604"))
    desk.imported(row(7), importMethod="CleanAndReplace", dimensionScope=["Version", "Date"])
    assert desk.held() == {("202603", "Amount"): 7, ("202604", "Amount"): 1}


@pytest.mark.parametrize(("missing", "held"), [("cleared", None), ("kept", 5)])
def test_a_measure_that_other_rows_of_the_job_have_is_cleared_or_kept(missing: str, held: int | None) -> None:
    """The real one does either: both can be had. A measure that no row has is never touched."""
    desk = Desk(missing_measures=missing)
    desk.imported(row(10, AmountUSD=Decimal(5), WeightedAmount=Decimal(3)))
    desk.imported(row(11), row(1, "202604", AmountUSD=Decimal(2)))
    assert desk.held().get(("202603", "AmountUSD")) == held
    assert desk.held()["202603", "WeightedAmount"] == 3


def test_rows_are_judged_in_two_steps() -> None:
    """Form when they are added, members when they are validated; a month that is locked with the latter."""
    desk = Desk()
    desk.model.locks = [{"Date": "202601"}]
    job = desk.job()
    refused = desk.jobs.add(
        job, [row(1), row(2, Amount="many"), row(3, Customer=""), row(4, "A02301"), row(5, "202601")]
    )
    assert [reason for _, reason in refused] == [
        "Invalid column value for: Amount",
        "Missing value for key column Customer",
    ]
    desk.jobs.validate(job)
    assert [reason for _, reason in job.refused[2:]] == ["Invalid column value for: Date", "The data is locked"]
    assert job.counts() == {"jobStatus": "READY_FOR_WRITE", "totalNumberRowsInJob": 1, "failedNumberRows": 4}


def test_a_job_that_was_told_to_spare_nothing_fails_for_one_row() -> None:
    """Without `executeWithFailedRows` a refused row keeps all others from being written."""
    desk = Desk()
    job = desk.imported(row(1), row(2, Customer="NOBODY"), executeWithFailedRows=False)
    assert (job.state, desk.held()) == ("FAILED", {})


def code_of(refused: pytest.ExceptionInfo[JobError]) -> int:
    """SAP's code of a refusal."""
    return refused.value.code


def test_there_may_be_so_many_jobs_and_no_more() -> None:
    """Of a model and of a user; one that was removed, or has written, counts no more."""
    desk = Desk(most_jobs_of_model=2, most_jobs_of_user=3)
    first, _ = desk.job(), desk.job()
    with pytest.raises(JobError) as refused:
        desk.job()
    assert code_of(refused) == 1007
    desk.settings.most_jobs_of_user = 2
    with pytest.raises(JobError) as refused:
        desk.job()
    assert code_of(refused) == 1002
    desk.jobs.remove(first)
    desk.imported(row(1))
    desk.job()


def test_a_job_that_is_left_lying_is_gone_after_a_while() -> None:
    """It expires, and with it the rows that were added."""
    desk = Desk(job_life_seconds=60)
    job = desk.job()
    desk.clock.advance(60)
    desk.jobs.settle()
    with pytest.raises(KeyError):
        desk.jobs.job(job.job_id)


def test_a_job_does_only_what_its_state_allows() -> None:
    """It cannot be run without rows, nor twice, nor filled when it has written; unknown columns and methods are refused."""
    desk = Desk()
    job = desk.job()
    found = []
    for doing in (
        lambda: desk.jobs.run(job),
        lambda: desk.jobs.add(job, [row(1, Channel="x")]),
        lambda: desk.job(importMethod="Upsert"),
        lambda: desk.job(dimensionScope=["Channel"]),
    ):
        with pytest.raises(JobError) as refused:
            doing()
        found.append(code_of(refused))
    desk.jobs.add(job, [row(1)])
    desk.jobs.run(job)
    with pytest.raises(JobError) as refused:
        desk.jobs.run(job)
    found.append(code_of(refused))
    desk.clock.advance(1)
    desk.jobs.settle()
    for act in (lambda: desk.jobs.run(job), lambda: desk.jobs.validate(job), lambda: desk.jobs.add(job, [row(1)])):
        with pytest.raises(JobError) as refused:
            act()
        found.append(code_of(refused))
    assert found == [1011, 1004, 1006, 1006, 1010, 1003, 1003, 1003]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("", ["01", "02", "03"]),
        ("Date eq '02'", ["02"]),
        ("(Date eq '01' or Date eq '03') and (Customer eq 'O''Hara')", ["01", "03"]),
        ("Date eq '01' or Date eq '02' and Customer eq 'ACME'", ["01"]),
    ],
)
def test_a_filter_is_read_as_odata_reads_it(text: str, months: list[str]) -> None:
    """`and` binds before `or`, and a quote is doubled."""
    facts = [{"Date": month, "Customer": "O'Hara"} for month in ("01", "02", "03")]
    holds = parse_filter(text, ["Date", "Customer"])
    assert [each["Date"] for each in facts if holds(each)] == months


@pytest.mark.parametrize(
    "text",
    [
        "Date",
        "Date eq",
        "Date eq 1",
        "Date ne '1'",
        "Channel eq '1'",
        "(Date eq '1'",
        "Date eq '1' Date",
        "Date eq '1'; x",
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    """A filter that is passed over would show everything."""
    with pytest.raises(ValueError, match=r"no (filter|column|text)"):
        parse_filter(text, ["Date"])


def test_the_target_says_the_ids_of_the_models() -> None:
    """A cube has the model the landscape names; the others have ids of their own, and no cube may be unknown."""
    ids = {each.name: each.model_id for each in sandbox_models({"Cash": "C123"})}
    assert (ids["Cash"], ids["Operating expenses"]) == ("C123", model_id_of("Operating expenses"))
    with pytest.raises(KeyError, match="Headcount"):
        sandbox_models({"Headcount": "C123"})


def test_every_start_draws_a_new_secret() -> None:
    """The simulated tenant joins the sandbox with a login that only its target is given."""
    one, other = (join_target(analytics_target("http://127.0.0.1:1")) for _ in range(2))
    assert one.credentials["client_secret"] != other.credentials["client_secret"]
    assert one.address_options == ("auth_base_url",)
