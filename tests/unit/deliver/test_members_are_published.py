"""Members that cells see only once they are published: added when a person asks, each task once, and published behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.deliver.members import MemberStep, keep_when_due
from functions.deliver.members_asked import answer_of
from tests.support.members_desk import FILE, SOURCES, MembersDesk
from tests.support.published_members import PublishedMembers
from tieout.errors import LostAnswerError, StillRunningError, UnavailableError
from tieout.ledger import keys
from tieout.maintenance import Maintenance
from tieout.members import HeldMember, PublishingKeeper

CENTRES = {"Cost centre": SOURCES["Cost centre"]}


@pytest.fixture(name="keeper")
def _keeper() -> PublishedMembers:
    keeper = PublishedMembers()
    assert isinstance(keeper, PublishingKeeper)
    return keeper


@pytest.fixture(name="desk")
def _desk(keeper: PublishedMembers) -> MembersDesk:
    return MembersDesk(sources=dict(CENTRES), keeper=keeper)


def asked(desk: MembersDesk, **parts: object) -> dict[str, object]:
    """What an operator is told who has it done."""
    step: MemberStep = replace(desk.of_a_cold_function(), by="somebody", **parts)  # type: ignore[arg-type]
    return answer_of(step, is_applied=True)


def test_levels_are_added_and_published_once_behind_them(desk: MembersDesk, keeper: PublishedMembers) -> None:
    """Parents first; a second time nothing is begun."""
    assert asked(desk)["published"] is True
    assert [action for _, action, _ in keeper.calls] == ["add", "add", "add", "publish"]
    assert {"ALL", "EAST", "CC_1", "CC_2"} <= keeper.seen
    noted = [(each.dimension, each.answer, each.reference, each.by) for each in desk.ledger.writes("anaplan")]
    assert sorted(noted, key=lambda each: each[2]) == [
        ("Cost centre", "taken", "members 1", "somebody"),
        ("Cost centre", "taken", "members 2", "somebody"),
        ("Cost centre", "taken", "members 3", "somebody"),
        ("", "taken", "publish 4", "somebody"),
    ]
    assert asked(desk)["published"] is False
    assert len(keeper.begun) == 4


def test_nothing_is_added_nor_published_by_itself(desk: MembersDesk, keeper: PublishedMembers) -> None:
    """What waits for a person is told, and cells that name it are left to planning."""
    kept = keep_when_due(desk.step)
    assert kept is not None
    [finding] = kept.findings
    assert (finding.code, finding.is_in_the_way) == ("members_wait", True)
    assert "ALL, EAST, CC_1, CC_2: tieout targets members anaplan --apply" in finding.says
    assert desk.sure(("Cost centre", "CC_1")) == {}
    assert (keeper.begun, keeper.calls) == ([], [])
    assert answer_of(desk.step, is_applied=False)["published"] is False
    assert keeper.calls == []
    asked(desk)
    desk.clock.advance(timedelta(hours=7).total_seconds())
    assert keep_when_due(desk.of_a_cold_function()).findings == ()  # type: ignore[union-attr]


def test_many_that_wait_are_told_in_short(keeper: PublishedMembers) -> None:
    """The first of them, and how many more; one that is otherwise waits as well."""
    desk = MembersDesk(
        sources=dict(CENTRES), keeper=keeper, text="code,name\n" + "".join(f"{n},New\n" for n in "ABCDEFG")
    )
    keeper.members["Cost centre"] = {"a": HeldMember("A", "Old")}
    kept = keep_when_due(desk.step)
    assert kept is not None
    assert "B, C, D, E, F and 2 more:" in kept.findings[0].says
    desk.text = "code,name\n" + "".join(f"{n},New\n" for n in "ABCDE")
    kept = keep_when_due(desk.of_a_cold_function())
    assert kept is not None
    assert "B, C, D, E, A: " in kept.findings[0].says


def test_what_has_not_ended_is_found_by_the_next_run_and_nothing_is_begun_beside_it(
    desk: MembersDesk, keeper: PublishedMembers
) -> None:
    """Neither another task nor the publishing; what was refused is told then."""
    keeper.refused = {"ALL": "a word that Planning keeps for itself"}
    running = StillRunningError("it runs")
    keeper.ends = [running, running]
    for _ in range(2):
        with pytest.raises(StillRunningError):
            asked(desk)
    assert keeper.begun == ["members 1"]
    told = asked(desk)
    [write, *_] = desk.ledger.writes("anaplan")
    assert write.refused == {"ALL": "a word that Planning keeps for itself"}
    assert told["published"] is False
    assert keeper.seen == set()


def test_what_is_published_is_waited_for_by_the_next_run(desk: MembersDesk, keeper: PublishedMembers) -> None:
    """And is not published twice."""
    keeper.ends = [None, None, None, StillRunningError("it runs")]
    with pytest.raises(StillRunningError):
        asked(desk)
    assert asked(desk)["published"] is False
    assert keeper.begun[-1:] == ["publish 4"]


def test_what_nobody_saw_the_end_of_is_published_again(desk: MembersDesk, keeper: PublishedMembers) -> None:
    """It may have been published, and may not."""
    error = LostAnswerError("gone")
    keeper.ends = [None, None, None, error, error, None]
    with pytest.raises(LostAnswerError):
        asked(desk)
    assert asked(desk)["published"] is True
    assert keeper.begun[-2:] == ["publish 4", "publish 5"]


def test_members_whose_task_was_begun_without_an_answer_are_published(keeper: PublishedMembers) -> None:
    """They are there: only cells may not see them."""
    desk = MembersDesk(sources=dict(CENTRES), keeper=keeper, text="code\nA\n")
    keeper.lost = [LostAnswerError("no answer")]
    with pytest.raises(LostAnswerError):
        asked(desk)
    assert keeper.seen == set()
    assert asked(desk)["published"] is True
    assert "A" in keeper.seen


def test_a_task_that_took_none_is_noted_so_and_publishes_nothing(desk: MembersDesk, keeper: PublishedMembers) -> None:
    """The next run begins another, also where it learns of it later."""
    keeper.ends = [UnavailableError("it never began"), StillRunningError("runs"), UnavailableError("it never began")]
    keeper.refused = {"ALL": "no"}
    with pytest.raises(UnavailableError):
        asked(desk)
    with pytest.raises(StillRunningError):
        asked(desk)
    assert asked(desk)["published"] is False
    ended = [(each.answer, each.ended_at) for each in desk.ledger.writes("anaplan")]
    now = desk.clock.now()
    tries = [("taken", now)] * 2  # the second without a name, which may be what is refused
    assert sorted(ended) == [("UnavailableError", now), ("UnavailableError", now), *tries]
    assert keeper.begun == ["members 1", "members 2", "members 3", "members 4"]


def test_cells_that_were_refused_for_want_of_a_member_are_written_again_behind_the_publishing(
    keeper: PublishedMembers,
) -> None:
    """Not before, since planning would refuse them once more; and no cell of a member that was refused."""
    desk = MembersDesk(keeper=keeper, text=FILE)
    for number, member in enumerate(("ACME", "GLOBEX"), 1):
        desk.map(str(number), member)
        desk.refuse_a_cell(member)
    keeper.refused = {"GLOBEX": "no"}
    keeper.ends = [None, None, None, None, StillRunningError("it is being published")]
    with pytest.raises(StillRunningError):
        asked(desk)
    assert desk.state_of("ACME") == keys.refused("anaplan")
    asked(desk)
    assert desk.state_of("ACME") == keys.dirty("anaplan")
    assert desk.state_of("GLOBEX") == keys.refused("anaplan")


def test_a_cell_that_is_refused_behind_the_publishing_is_written_again_when_it_is_asked_for_once_more(
    keeper: PublishedMembers,
) -> None:
    """A load that began before the members came may say so late; what is older than a day was looked at."""
    desk = MembersDesk(keeper=keeper, text=FILE)
    desk.map("1", "ACME")
    desk.refuse_a_cell("ACME")
    assert asked(desk)["published"] is True
    assert desk.state_of("ACME") == keys.dirty("anaplan")
    desk.refuse_a_cell("ACME")
    assert asked(desk)["published"] is False
    assert desk.state_of("ACME") == keys.dirty("anaplan")
    desk.clock.advance(timedelta(days=1).total_seconds())
    desk.refuse_a_cell("ACME")
    asked(desk)
    assert desk.state_of("ACME") == keys.refused("anaplan")


def test_what_several_tasks_added_is_published_together(keeper: PublishedMembers) -> None:
    """The cells of each are written again, and what any of them refused is told."""
    desk = MembersDesk(sources={"Customer": SOURCES["Customer"]}, keeper=keeper)
    members = ("ACME", "GLOBEX", "HOOLI")
    for number, member in enumerate(members, 1):
        desk.map(str(number), member)
        desk.refuse_a_cell(member)
    keeper.batch_size, keeper.refused = 1, {"ACME": "no"}
    told = asked(desk)["dimensions"]
    assert [each["says"] for each in told[0]["findings"]] == [  # type: ignore[index]  # a dimension
        "Customer ACME is not as declared: no: mend it there, or what is declared"
    ]
    dirty = keys.dirty("anaplan")
    assert [desk.state_of(member) for member in members] == [keys.refused("anaplan"), dirty, dirty]


def test_nothing_is_begun_in_the_maintenance_or_without_time(desk: MembersDesk, keeper: PublishedMembers) -> None:
    """A task goes on without us, but its end has to be noted."""
    begins = f"{desk.clock.now():%H:%M}"
    with pytest.raises(UnavailableError):
        asked(desk, maintenance=Maintenance(begins=begins, minutes=60, time_zone="UTC"))
    with pytest.raises(UnavailableError):
        asked(desk, has_time=lambda seconds: seconds <= 120)
    assert (keeper.begun, list(desk.ledger.writes("anaplan"))) == ([], [])
    keeper.ends = [StillRunningError("it runs")]
    with pytest.raises(StillRunningError):
        asked(desk)
    keeper.ends = [StillRunningError("it is not to be asked")]
    with pytest.raises(UnavailableError):
        asked(desk, maintenance=Maintenance(begins=begins, minutes=60, time_zone="UTC"))


def test_a_member_that_is_always_refused_keeps_no_other_from_being_published(
    desk: MembersDesk, keeper: PublishedMembers
) -> None:
    """Though every task outlives its run: what the run before began is not begun again in this one."""
    keeper.refused = {"EAST": "no"}
    keeper.ends = [each for _ in range(4) for each in (StillRunningError("runs"), None)]
    for _ in range(4):
        with pytest.raises(StillRunningError):
            asked(desk)
    assert keeper.begun == ["members 1", "members 2", "members 3", "publish 4"]  # the third without a name
    assert asked(desk)["published"] is False
    assert "ALL" in keeper.seen


def test_several_members_that_are_always_refused_keep_no_other_from_being_published(keeper: PublishedMembers) -> None:
    """Nor whoever asks from an answer, be they of several levels: each is tried once until all is done, then anew."""
    desk = MembersDesk(sources=dict(CENTRES), keeper=keeper, text="code,parent\nA,\nB,\nB1,B\n")
    keeper.refused = {"A": "no", "B1": "never"}
    keeper.ends = [each for _ in range(3) for each in (StillRunningError("runs"), None)]
    for _ in range(3):
        with pytest.raises(StillRunningError):
            asked(desk)
        desk.clock.advance(60)
    told = str(asked(desk)["dimensions"])
    assert "A is not as declared: no:" in told
    assert "B1 is not as declared: never:" in told
    assert keeper.begun == ["members 1", "members 2", "publish 3"]
    assert "B" in keeper.seen
    desk.clock.advance(60)
    asked(desk)
    assert keeper.begun[3:] == ["members 4", "members 5"]
    asked(desk)  # at the very moment at which all was done
    assert keeper.begun[5:] == ["members 6", "members 7"]
