"""Where members stand whose owner says where: each is there in any case, in its place as far as that is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.members import HeldMember, Member, difference
from tieout.placing import difference_in_place


def owned(code: str, parent: str = "", name: str = "") -> Member:
    """A member that an owner places."""
    return Member(code, name, parent, is_owned=True)


def there(code: str, *parents: str) -> HeldMember:
    """A member that planning has, below a parent by its words."""
    return HeldMember(code, parents=frozenset(parents))


@pytest.mark.parametrize("group", [Member("group", is_owned=True), Member("group")])
def test_a_member_below_nobody_is_moved_from_below_another_that_is_declared(group: Member) -> None:
    """It was sold, say: its amounts must not add up to its former group. New ones stand there, too."""
    held = [there("TOP"), there("GROUP", "top"), there("SOLD", "group")]
    found = difference_in_place([group, owned("SOLD"), owned("NEW")], held, "TOP")
    assert found.to_change == (Member("SOLD", parent="TOP"),)
    assert [[(each.code, each.parent) for each in level] for level in found.to_add] == [[("NEW", "TOP")]]
    assert found.misplaced == {}


def test_where_somebody_has_put_it_elsewhere_it_stays() -> None:
    """Planning has groups of its own above what the owner has; of a member that nobody owns nothing is said."""
    held = [there("TOP"), there("NORTH", "top"), there("A", "north"), there("GROUP", "top"), there("B", "group")]
    found = difference_in_place([owned("A"), owned("GROUP"), Member("B")], held, "TOP")
    assert found.to_change == ()
    named_alike = [there("TOP"), there("NORTH", "top"), there("A", "north", "a")]  # a group that is called "A"
    assert difference_in_place([owned("A")], named_alike, "TOP").to_change == ()


def test_where_there_is_nowhere_to_move_it_it_stays_and_is_told() -> None:
    """Somebody has to say below whom new members stand."""
    held = [there("GROUP"), there("SOLD", "group")]
    found = difference_in_place([owned("GROUP"), owned("SOLD")], held)
    assert found.to_change == ()
    assert list(found.misplaced) == ["SOLD"]
    assert found.misplaced["SOLD"].startswith("no_place: ")


def test_whoever_new_members_stand_below_is_not_moved_below_itself() -> None:
    """Where the owner has that one too."""
    held = [there("TOP", "group"), there("GROUP")]
    found = difference_in_place([owned("GROUP"), owned("TOP")], held, "top")
    assert (found.to_change, found.misplaced) == ((), {})


def test_a_member_whose_parent_is_nowhere_stands_where_new_ones_do() -> None:
    """Until the parent comes. One that is there, be it that no record names it any more, is a place."""
    held = [there("TOP"), there("GONE", "top"), there("A", "gone"), there("B", "a")]
    declared = [owned("A", "GONE"), owned("B", "UNKNOWN"), owned("C", "UNKNOWN"), owned("D", "gone")]
    found = difference_in_place(declared, held, "TOP")
    assert found.to_change == (Member("B", parent="TOP"),)
    assert [[(each.code, each.parent) for each in level] for level in found.to_add] == [[("C", "TOP"), ("D", "gone")]]
    assert found.misplaced == {}


def test_members_in_a_circle_are_added_all_the_same_and_told() -> None:
    """Their amounts are in planning; what is there stays where it is, and whoever stands below one of them does."""
    declared = [owned("A", "B"), owned("B", "a"), owned("C", "A"), owned("OLD", "old")]
    found = difference_in_place(declared, [there("TOP"), there("OLD", "top")], "TOP")
    assert [{(each.code, each.parent) for each in level} for level in found.to_add] == [
        {("A", "TOP"), ("B", "TOP")},
        {("C", "A")},
    ]
    assert found.to_change == ()
    assert found.misplaced.keys() == {"A", "B", "OLD"}
    assert all(reason.startswith("parent_circle: ") for reason in found.misplaced.values())


def test_two_that_change_places_do_so_from_above() -> None:
    """Who is to be above is taken from below the other first: planning takes no circle, be it for a moment."""
    held = [there("TOP"), there("A", "top"), there("B", "a")]
    found = difference_in_place([owned("A", "B"), owned("B")], held, "TOP")
    assert found.to_change == (Member("B", parent="TOP"), Member("A", parent="B"))


CODES = ("A", "b", "C", "D", "TOP")


@given(
    declared=st.lists(
        st.builds(owned, st.sampled_from(CODES[:4]), st.sampled_from((*CODES, "", "NOWHERE"))),
        unique_by=lambda each: each.code,
    ),
    held=st.lists(
        st.builds(there, st.sampled_from(CODES[:4]), st.sampled_from(("a", "b", "top", ""))),
        unique_by=lambda each: each.code,
    ),
)
def test_each_is_there_afterwards_and_no_parent_behind_its_child(
    declared: list[Member], held: list[HeldMember]
) -> None:
    """Whatever an owner says; and what it does not place stands as if nobody owned it."""
    found = difference_in_place(declared, [*held, there("TOP")], "TOP")
    known = {each.code for each in held} | {"TOP"}
    for level in found.to_add:
        assert all(each.parent in {*known, ""} for each in level)
        known |= {each.code for each in level}
    assert {each.code for each in declared} <= known
    plain = [Member(each.code, parent=each.parent) for each in declared]
    assert difference_in_place(plain, held, "TOP") == difference(plain, held, "TOP")
