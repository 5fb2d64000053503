"""When and how members are kept as declared: before cells name them, each once, noted, and never stopping what can be done."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from functions.deliver.members import keep, keep_when_due
from functions.deliver.members_asked import answer_of
from tests.support.members_desk import FILE, SOURCES
from tests.support.members_desk import MembersDesk as Desk
from tests.support.memory_members import MemoryMembers
from tests.support.planning_desk import Desk as Cells
from tieout.discovering import Finding
from tieout.errors import AccessDeniedError, LostAnswerError, TieoutError, UnavailableError
from tieout.ledger import keys
from tieout.maintenance import Maintenance
from tieout.members import HeldMember

COARSE = Finding(code="format_too_coarse", says="widen it", is_in_the_way=False)


def test_a_members_file_is_added_level_by_level_and_a_second_time_changes_nothing() -> None:
    """Each level is a call of its own, since a parent must be there before its child."""
    desk = Desk()
    keep(desk.step, "Cost centre")
    added = [("Cost centre", "add", codes) for codes in (("ALL",), ("EAST",), ("CC_1", "CC_2"))]
    assert desk.keeper.calls == added
    assert desk.keeper.parents("Cost centre") == {"ALL": "", "EAST": "all", "CC_1": "east", "CC_2": "east"}
    keep(desk.step, "Cost centre")
    assert desk.keeper.calls == added


def test_a_table_names_each_member_once_and_those_the_feeds_name_themselves() -> None:
    """Of all connections; upper and lower case do not make two."""
    desk = Desk()
    for value, member, connection in (
        *(("1", "ACME", "hubspot-emea"), ("2", "acme", "hubspot-emea"), ("7", "GLOBEX", "netsuite-group")),
        ("1", "HOOLI", "no-connection-of-the-stage"),
    ):
        desk.map(value, member, connection)
    keep(desk.step, "Customer")
    assert desk.keeper.calls == [("Customer", "add", ("NO_CUSTOMER", "ACME", "GLOBEX"))]
    assert sorted(desk.keeper.parents("Customer").items()) == [
        *(("ACME", "top"), ("GLOBEX", "top"), ("NO_CUSTOMER", "top"), ("TOP", "")),
    ]


def test_a_member_a_cell_names_is_added_before_and_then_known() -> None:
    """One that is there costs one question in ten minutes, one that is not declared is left to planning."""
    desk = Desk()
    desk.map("1", "ACME")
    assert desk.sure(("Customer", "ACME"), ("Customer", "TOP"), ("Currency", "EUR")) == {}
    assert "ACME" in desk.keeper.parents("Customer")
    asked, calls = desk.keeper.asked, len(desk.keeper.calls)
    assert desk.sure(("Customer", "acme"), ("Customer", "TOP")) == {}
    assert desk.keeper.asked == asked
    assert desk.sure(("Customer", "STRANGER")) == {}
    assert (desk.keeper.asked, len(desk.keeper.calls)) == (asked + 1, calls)
    desk.clock.advance(601)
    desk.sure(("Customer", "ACME"))
    assert desk.keeper.asked == asked + 2


def test_a_member_that_is_refused_is_named_with_its_reason_and_stops_no_other() -> None:
    """It is not tried again for each write of a run, but in the next."""
    desk = Desk(keeper=MemoryMembers(refused={"EAST": "INCORRECT_FORMAT"}))
    reasons = desk.sure(("Cost centre", "CC_1"), ("Cost centre", "EAST"), ("Cost centre", "ALL"))
    assert reasons == {("Cost centre", "EAST"): "INCORRECT_FORMAT", ("Cost centre", "CC_1"): "parent_refused: EAST"}
    assert list(desk.keeper.parents("Cost centre")) == ["ALL"]
    calls = len(desk.keeper.calls)
    assert desk.sure(("Cost centre", "CC_1")) == {("Cost centre", "CC_1"): "parent_refused: EAST"}
    assert len(desk.keeper.calls) == calls
    desk.keeper.refused.clear()
    desk.step = desk.of_a_cold_function()
    assert desk.sure(("Cost centre", "CC_1")) == {}


def test_a_request_that_is_refused_as_a_whole_is_halved_until_one_is_left() -> None:
    """All but the one that spoils it are added."""
    desk = Desk(text="code\n" + "\n".join("ABCDE"), keeper=MemoryMembers(spoiling=frozenset("CE")))
    assert keep(desk.step, "Cost centre").refused == {"C": "refuses_request_400", "E": "refuses_request_400"}
    assert set(desk.keeper.parents("Cost centre")) == set("ABD")


@pytest.mark.parametrize(
    ("error", "seconds"), [(UnavailableError("busy", retry_after_seconds=7), 7), (AccessDeniedError("no"), None)]
)
def test_a_half_that_fails_after_the_other_was_taken_is_a_lost_answer(
    error: TieoutError, seconds: float | None
) -> None:
    """Its note stays without an end: nothing says of it that nothing was done. The target waits for as long as it asked."""
    keeper = MemoryMembers(spoiling=frozenset("D"), errors=[None, error])
    desk = Desk(text="code\nA\nB\nC\nD\n", keeper=keeper)
    with pytest.raises(LostAnswerError) as caught:
        keep(desk.step, "Cost centre")
    assert caught.value.retry_after_seconds == seconds
    assert [each.ended_at for each in desk.ledger.writes("anaplan")] == [None]


def test_no_call_carries_more_than_the_target_takes() -> None:
    """The rest goes in further calls."""
    desk = Desk(text="code\n" + "\n".join("ABCDE"), keeper=MemoryMembers(batch_size=2))
    keep(desk.step, "Cost centre")
    assert [codes for _, _, codes in desk.keeper.calls] == [("A", "B"), ("C", "D"), ("E",)]


def test_what_any_of_several_calls_refused_is_told() -> None:
    """Not what the last one refused alone."""
    desk = Desk(text="code\nA\nB\n", keeper=MemoryMembers(batch_size=1, refused={"A": "no"}))
    assert keep(desk.step, "Cost centre").refused == {"A": "no"}


def test_what_was_added_without_an_answer_is_not_added_twice() -> None:
    """Planning is asked what it has, and the note of the lost call stays without an end."""
    desk = Desk(text="code\nA\n", keeper=MemoryMembers(errors=[LostAnswerError("timeout")], is_lost=True))
    with pytest.raises(LostAnswerError):
        desk.sure(("Cost centre", "A"))
    assert desk.sure(("Cost centre", "A")) == {}
    assert len(desk.keeper.calls) == 1
    noted = [(each.codes, each.ended_at, each.answer) for each in desk.ledger.writes("anaplan")]
    assert noted == [(("A",), None, "")]


def test_every_call_is_noted_with_who_when_and_what_became_of_each_member() -> None:
    """Also one that planning took nothing of."""
    desk = Desk(text="code\nA\nB\n", keeper=MemoryMembers(refused={"B": "taken"}, errors=[UnavailableError("locked")]))
    step = replace(desk.step, by="somebody")
    with pytest.raises(UnavailableError):
        keep(step, "Cost centre")
    keep(step, "Cost centre")
    first, second = sorted(desk.ledger.writes("anaplan"), key=lambda each: bool(each.refused))
    assert (first.answer, first.by, first.action, first.ended_at) == (
        "UnavailableError",
        "somebody",
        "add",
        desk.clock.now(),
    )
    assert (second.answer, second.codes, second.refused) == ("taken", ("A", "B"), {"B": "taken"})
    assert second.ended_at == desk.clock.now()


def test_a_member_that_is_otherwise_is_changed_and_noted_so() -> None:
    """Its call is told from one that adds."""
    desk = Desk(text="code,name\nA,New\n")
    desk.keeper.members["Cost centre"] = {"a": HeldMember("A", "Old")}
    keep(desk.step, "Cost centre")
    assert [(each.action, each.codes) for each in desk.ledger.writes("anaplan")] == [("change", ("A",))]
    assert desk.keeper.members["Cost centre"]["a"].name == "New"


def test_what_is_in_the_way_of_a_whole_list_is_told_before_anything_is_written() -> None:
    """The cells' own members are named with it."""
    flaw = Finding(code="list_is_structural", says="make it production data")
    desk = Desk(keeper=MemoryMembers(found=(flaw,)))
    assert keep_when_due(desk.step).findings == (flaw, flaw)  # type: ignore[union-attr]
    assert desk.keeper.calls == []
    assert desk.sure(("Cost centre", "CC_1")) == {
        ("Cost centre", "CC_1"): "list_is_structural: make it production data"
    }
    assert answer_of(desk.step, is_applied=False)["dimensions"][1] == {
        "dimension": "Cost centre", "to_add": [], "to_change": [], "undeclared": [], "findings": [asdict(flaw)]
    }  # fmt: skip
    desk.keeper.found = (flaw, replace(flaw, code="list_is_full", says="empty it"), COARSE)
    assert set(desk.sure(("Cost centre", "CC_2")).values()) == {
        "list_is_structural: make it production data; list_is_full: empty it"
    }


def test_a_member_that_is_there_is_not_missed_for_one_that_had_to_be_added() -> None:
    """A cell that names both is written."""
    desk = Desk()
    desk.keeper.members["Cost centre"] = {"all": HeldMember("ALL", "Everybody")}
    assert desk.sure(("Cost centre", "ALL"), ("Cost centre", "CC_1")) == {}


def test_all_members_are_kept_at_first_then_after_hours_and_when_another_file_is_declared() -> None:
    """Sooner where something was refused; a function that is cold asks no more often."""
    desk = Desk()
    assert keep_when_due(desk.step).findings == ()  # type: ignore[union-attr]
    asked = desk.keeper.asked
    desk.clock.advance(timedelta(hours=6).total_seconds() - 1)
    keep_when_due(desk.of_a_cold_function())
    assert desk.keeper.asked == asked
    desk.text = FILE + "CC_3,Three,EAST\n"
    keep_when_due(desk.of_a_cold_function())
    assert "CC_3" in desk.keeper.parents("Cost centre")
    desk.keeper.refused["CC_4"] = "no"
    desk.text += "CC_4,Four,EAST\n"
    refused = "Cost centre CC_4 is not as declared: no: mend it there, or what is declared"
    assert keep_when_due(desk.of_a_cold_function()).findings == (Finding(code="member_refused", says=refused),)  # type: ignore[union-attr]
    desk.keeper.refused.clear()
    desk.clock.advance(3600)
    assert keep_when_due(desk.of_a_cold_function()).findings == ()  # type: ignore[union-attr]


def test_a_target_that_is_left_alone_is_asked_nothing_by_the_clock() -> None:
    """Nor is one without declared members."""
    desk = Desk()
    desk.step.cells.pause("anaplan", desk.clock.now() + timedelta(minutes=5), "locked", desk.clock.now())
    assert keep_when_due(desk.step) is None
    assert desk.keeper.asked == 0
    desk.clock.advance(300)
    assert keep_when_due(desk.step) is not None
    assert keep_when_due(replace(desk.step, sources={})) is None


def test_cells_that_were_refused_for_want_of_a_member_are_written_once_it_is_added() -> None:
    """Those of other members stay as they are."""
    desk = Desk()
    desk.refuse_a_cell("ACME")
    desk.refuse_a_cell("STRANGER")
    desk.map("1", "acme")
    keep(desk.step, "Customer")
    assert desk.state_of("ACME") == keys.dirty("anaplan")
    assert desk.state_of("STRANGER") == keys.refused("anaplan")


def test_without_time_for_another_call_none_is_begun() -> None:
    """It goes on in the next run, which is asked for at once."""
    desk = Desk()
    with pytest.raises(UnavailableError) as caught:
        keep(replace(desk.step, has_time=lambda seconds: seconds < 150), "Cost centre")
    assert caught.value.retry_after_seconds == 0
    assert desk.keeper.calls == []


def test_cells_wait_while_their_members_cannot_be_asked_for() -> None:
    """The target is left alone, as after a write it did not take, and no cell is refused."""
    desk = Desk(text="code\nA\n", keeper=MemoryMembers(errors=[UnavailableError("locked", retry_after_seconds=300)]))
    cells = Cells()
    cells.change("p", 5)
    cells.make_sure = lambda _: desk.sure(("Cost centre", "A"))
    assert isinstance(cells.flush().stopped_by, UnavailableError)
    assert cells.planning.values == {}
    cells.clock.advance(300)
    cells.flush()
    assert len(cells.planning.values) == 1


def test_another_declaration_of_the_landscape_is_kept_at_once() -> None:
    """As another file is: what a dimension's members are to hang from is declared too."""
    desk = Desk(sources={"Customer": SOURCES["Customer"]})
    keep_when_due(desk.step)
    desk.sources["Customer"] = replace(SOURCES["Customer"], parent="BOTTOM")
    asked = desk.keeper.asked
    keep_when_due(desk.of_a_cold_function())
    assert desk.keeper.asked > asked


def test_members_are_not_kept_in_the_maintenance_of_their_target() -> None:
    """Planning is not called for them either, not even to be asked."""
    desk = Desk()
    step = replace(desk.step, maintenance=Maintenance(begins="08:30", time_zone="UTC", minutes=60))
    with pytest.raises(UnavailableError, match="in maintenance until"):
        keep_when_due(step)
    assert (desk.keeper.asked, desk.keeper.calls) == (0, [])
    desk.clock.advance(3600)
    assert keep_when_due(step) is not None
