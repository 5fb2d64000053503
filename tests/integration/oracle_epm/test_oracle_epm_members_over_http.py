"""Members added by jobs and published by a refresh, against the simulated environment over real HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.deliver.members import MemberStep, keep_when_due
from functions.deliver.members_asked import answer_of
from tests.support.members_desk import MembersDesk
from tests.support.oracle_epm import ADMINISTERED, BASIC, KEPT, epm_writer, pipeline_cell
from tests.support.oracle_epm_environment import RunningEnvironment
from tieout.errors import AccessDeniedError, LostAnswerError, StillRunningError, UnavailableError
from tieout.landscape import Option
from tieout.member_sources import MemberSource
from tieout.members import Member, PublishingKeeper
from tieout.systems.oracle_epm.members import ApplicationMembers, open_keeper

NEW = [Member("NORTH", "North", "ALL_CUSTOMERS"), Member("SOUTH", "South", "ALL_CUSTOMERS")]
UMBRELLA = pipeline_cell("u", customer="PARASOL")


def keeper_of(
    environment: RunningEnvironment, credentials: dict[str, str] = ADMINISTERED, **options: Option
) -> ApplicationMembers:
    """A keeper of that environment, by its service administrator."""
    found = open_keeper(
        epm_writer(environment.url, environment.http, environment.clock, credentials, **(KEPT | options))
    )
    assert isinstance(found, PublishingKeeper)
    return found


def names(environment: RunningEnvironment, dimension: str = "Customer") -> set[str]:
    """The codes of a dimension."""
    return {each.code for each in keeper_of(environment).held(dimension)}


def test_members_are_added_and_changed_by_jobs_and_seen_once_the_database_is_refreshed(
    environment: RunningEnvironment,
) -> None:
    """Before that the hierarchy has them and no cell does; an empty alias or parent leaves what is there."""
    keeper, writer = keeper_of(environment), environment.writer()
    assert keeper.flaws("Customer") == ()
    assert keeper.add("Customer", [*NEW, Member("PARASOL", "Parasol", "NORTH")]) == {}
    assert {"NORTH", "SOUTH", "PARASOL"} <= names(environment)
    assert set(writer.write([UMBRELLA]).refused) == {"u"}
    keeper.published(keeper.begin_publishing())
    assert writer.write([UMBRELLA]).refused == {}
    assert keeper.change("Customer", [Member("PARASOL", "", "SOUTH"), Member("ACME", "Acme plc")]) == {}
    held = {each.code: each for each in keeper.held("Customer")}
    assert (held["PARASOL"].name, held["PARASOL"].parents) == ("Parasol", frozenset({"south"}))
    assert (held["ACME"].name, held["ACME"].parents) == ("Acme plc", frozenset({"all_customers"}))
    assert keeper.having("Customer", ["acme", "PARASOL", "nobody"]) == {"acme", "parasol"}


def test_a_dimension_with_a_prefix_is_kept_with_it(environment: RunningEnvironment) -> None:
    """As cells name its members."""
    keeper = keeper_of(environment)
    assert keeper.add("Partner", [Member("NORDIC", "", "ALL_PARTNERS")]) == {}
    assert "NORDIC" in names(environment, "Partner")
    assert environment.control("jobs")["jobs"][0]["status"] == 0


def test_members_that_a_success_rejected_are_told_one_by_one(environment: RunningEnvironment) -> None:
    """By the file of rejected records; the others are there."""
    orphan, taken = Member("LOST", "", "NOWHERE"), Member("EMEA")
    refused = keeper_of(environment).add("Customer", [*NEW, orphan, taken])
    assert refused == {"LOST": "There is no parent NOWHERE", "EMEA": "EMEA is a member of Entity"}
    assert {"NORTH", "SOUTH"} <= names(environment)


@pytest.mark.parametrize("fault", ["job_short", "job_errors_gone"])
def test_members_that_are_left_out_without_a_name_are_those_that_are_not_there(
    environment: RunningEnvironment, fault: str
) -> None:
    """With the job's own words: what the application has decides."""
    environment.fault(fault, path="/jobs")
    refused = keeper_of(environment).add("Customer", [NEW[0], Member("LOST", "", "NOWHERE")])
    assert set(refused) == {"LOST"}
    assert refused["LOST"].endswith("the import ended with 0 (Metadata import was successful)")


@pytest.mark.parametrize("fault", ["job_cancelled", "job_gone", "job_unknown", "job_failed"])
def test_an_import_that_does_not_say_what_it_did_leaves_nobody_knowing(
    environment: RunningEnvironment, fault: str
) -> None:
    """The next comparison finds what is missing."""
    environment.fault(fault, path="/jobs")
    with pytest.raises(LostAnswerError) as caught:
        keeper_of(environment).add("Customer", NEW)
    assert not isinstance(caught.value, StillRunningError)


def test_changes_that_were_rejected_without_a_name_leave_nobody_knowing(environment: RunningEnvironment) -> None:
    """They are there before and afterwards."""
    environment.fault("reject_member", path="ACME")
    environment.fault("job_errors_gone", path="/jobs")
    with pytest.raises(LostAnswerError):
        keeper_of(environment).change("Customer", [Member("ACME", "Acme plc")])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("job_failed", LostAnswerError),
        ("job_cancelled", LostAnswerError),
        ("job_invalid", UnavailableError),
    ],
)
def test_a_refresh_that_is_no_success_is_not_taken_for_one(
    environment: RunningEnvironment, fault: str, error: type[Exception]
) -> None:
    """Where it never began, that is known."""
    keeper = keeper_of(environment)
    environment.fault(fault, path="/jobs")
    with pytest.raises(error):
        keeper.published(keeper.begin_publishing())


def test_an_import_with_a_parameter_that_is_not_taken_has_added_none(environment: RunningEnvironment) -> None:
    """And a job that the application does not define is not started."""
    environment.fault("job_invalid", path="/jobs")
    with pytest.raises(UnavailableError):
        keeper_of(environment).add("Customer", NEW)
    environment.clock.advance(1)
    with pytest.raises(UnavailableError, match="There is no job Nothing"):
        keeper_of(environment, metadata_jobs={"Customer": "Nothing"}).add("Customer", NEW)


def test_a_dimension_that_is_not_shown_is_told(environment: RunningEnvironment) -> None:
    """Nothing is begun then; nor by a user who is no administrator."""
    keeper = keeper_of(environment, dimensions={"Customer": "Kunde"})
    assert [each.code for each in keeper.flaws("Customer")] == ["dimension_missing"]
    with pytest.raises(AccessDeniedError):
        keeper.held("Customer")
    with pytest.raises(AccessDeniedError):
        keeper_of(environment, BASIC).add("Customer", NEW)


def step_of(environment: RunningEnvironment, desk: MembersDesk) -> MemberStep:
    """What keeps members of that environment in one run of a function."""
    return replace(
        desk.of_a_cold_function(), open_keeper=lambda: keeper_of(environment), clock=environment.clock, by="somebody"
    )


def test_an_operator_has_declared_members_added_and_published(environment: RunningEnvironment) -> None:
    """By itself nothing is done; a job that outlives the function is found again, and everything is noted."""
    text = "code,name,parent\nSOUTH_1,South one,SOUTH\nSOUTH,South,ALL_CUSTOMERS\nEMEA,,\n"
    desk = MembersDesk(sources={"Customer": MemberSource(file="centres.csv")}, text=text)
    kept = keep_when_due(step_of(environment, desk))
    assert kept is not None
    assert "SOUTH, EMEA, SOUTH_1: tieout targets members" in kept.findings[0].says
    assert environment.control("jobs")["jobs"] == []
    environment.fault("job_slow", path="/jobs", seconds=600)
    with pytest.raises(StillRunningError):
        answer_of(step_of(environment, desk), is_applied=True)
    environment.clock.advance(600)
    told = answer_of(step_of(environment, desk), is_applied=True)
    assert told["published"] is True
    [customers] = told["dimensions"]
    assert (customers["to_add"], [each["code"] for each in customers["findings"]]) == (
        ["EMEA", "SOUTH_1"],
        ["member_refused"],
    )
    assert "EMEA is a member of Entity" in customers["findings"][0]["says"]
    assert {"SOUTH", "SOUTH_1"} <= names(environment)
    kinds = [each["type"] for each in environment.control("jobs")["jobs"]]
    assert kinds == ["IMPORT_METADATA", "IMPORT_METADATA", "CUBE_REFRESH"]
    assert environment.writer().write([pipeline_cell("s", customer="SOUTH_1")]).refused == {}
