"""Members of which planning takes not all that is said: as much of each is kept as it takes, and what it does not is told."""

from __future__ import annotations

from functions.deliver.members import keep
from tests.support.members_desk import FILE
from tests.support.members_desk import MembersDesk as Desk
from tests.support.memory_members import MemoryMembers


def test_a_member_whose_name_is_refused_is_added_by_its_code_with_those_below_it() -> None:
    """Another may have the name, or it is too long: the member is there, and told each time until its name is taken."""
    desk = Desk(keeper=MemoryMembers(names_refused=frozenset({"East"})))
    kept = keep(desk.step, "Cost centre")
    assert kept.refused == {"EAST": "name_refused: no such parent"}
    assert desk.keeper.parents("Cost centre") == {"ALL": "", "EAST": "all", "CC_1": "east", "CC_2": "east"}
    assert desk.sure(("Cost centre", "EAST"), ("Cost centre", "CC_1")) == {}
    assert keep(desk.step, "Cost centre").refused == {"EAST": "NAME_TAKEN"}
    desk.keeper.names_refused = frozenset()
    assert keep(desk.step, "Cost centre").refused == {}
    assert {each.name for each in desk.keeper.held("Cost centre")} >= {"East"}


def test_a_member_is_moved_though_its_new_name_is_refused() -> None:
    """What of it planning takes is done; the name is told."""
    desk = Desk()
    keep(desk.step, "Cost centre")
    desk.text = FILE.replace("CC_1,One,EAST", "CC_1,Taken,ALL")
    desk.step = desk.of_a_cold_function()
    desk.keeper.names_refused = frozenset({"Taken"})
    assert keep(desk.step, "Cost centre").refused == {"CC_1": "name_refused: NAME_TAKEN"}
    assert desk.keeper.parents("Cost centre")["CC_1"] == "all"


def test_nothing_is_moved_below_a_member_that_was_refused() -> None:
    """It stays where it is, and gets its new name all the same, whatever else is added in levels below."""
    desk = Desk(text=FILE.replace("CC_1,One,EAST", "CC_1,One,ALL"))
    keep(desk.step, "Cost centre")
    desk.text = (
        FILE.replace("CC_1,One,EAST", "CC_1,New,SOUTH").replace("CC_2,Two,EAST", "CC_2,Two,SOUTH")
        + "SOUTH,,ALL\nWEST,,ALL\nCC_3,,WEST\n"
    )
    desk.step = desk.of_a_cold_function()
    desk.keeper.refused["SOUTH"] = "no"
    desk.keeper.calls.clear()
    assert keep(desk.step, "Cost centre").refused == {
        "SOUTH": "no",
        "CC_1": "parent_refused: SOUTH",
        "CC_2": "parent_refused: SOUTH",
    }
    assert desk.keeper.calls == [
        ("Cost centre", "add", ("SOUTH", "WEST")),
        ("Cost centre", "add", ("CC_3",)),
        ("Cost centre", "change", ("CC_1",)),
    ]
    assert {desk.keeper.parents("Cost centre")[code] for code in ("CC_1", "CC_2")} == {"all", "east"}
    assert [each.name for each in desk.keeper.held("Cost centre") if each.code == "CC_1"] == ["New"]
