"""Which members are to be added and changed so that planning has them as declared, and which declarations make no sense."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tieout.members import Difference, HeldMember, Member, difference, flaws_of, read_members


def test_parents_are_added_before_their_children_whatever_the_order_of_the_file() -> None:
    """Level by level, each parent in a level before its children's."""
    declared = [Member("C", parent="B"), Member("B", parent="A"), Member("A"), Member("B2", parent="a")]
    levels = difference(declared, ()).to_add
    assert [{each.code for each in level} for level in levels] == [{"A"}, {"B", "B2"}, {"C"}]


def test_a_code_that_is_there_in_another_case_is_changed_and_not_added() -> None:
    """With nothing but what differs: what is left blank stays."""
    held = [HeldMember("acme", "Acme", frozenset({"all"}), {"Region": "North"}), HeldMember("ALL")]
    declared = [Member("ACME", "Acme Corp", "ALL", {"Region": "North", "Segment": "Large"})]
    assert difference(declared, held) == Difference(
        to_change=(Member("ACME", "Acme Corp", "", {"Segment": "Large"}),), undeclared=("ALL",)
    )
    assert difference([Member("ACME")], held[:1]) == Difference()


def test_a_member_moves_below_its_declared_parent_by_its_code_or_name() -> None:
    """Anaplan tells a parent by name, so either word is the parent."""
    held = [HeldMember("A", parents=frozenset({"all", "everybody"})), HeldMember("EAST"), HeldMember("Everybody")]
    assert difference([Member("A", parent="Everybody")], held).to_change == ()
    assert difference([Member("A", parent="EAST")], held).to_change == (Member("A", parent="EAST"),)


def test_of_a_member_that_moves_nothing_else_is_said_again() -> None:
    """Neither its name nor properties that planning does not tell."""
    held = [HeldMember("A", "Acme", properties=None), HeldMember("EAST")]
    declared = Member("A", "Acme", properties={"Region": "North"})
    assert difference([declared], held).to_change == ()
    assert difference([replace(declared, parent="EAST")], held).to_change == (Member("A", parent="EAST"),)


def test_only_what_is_added_goes_below_the_common_parent() -> None:
    """Somebody has moved the other on purpose; the common parent is not below itself."""
    held = [HeldMember("OLD", parents=frozenset({"east"})), HeldMember("ALL")]
    found = difference([Member("OLD"), Member("NEW")], held, "ALL")
    assert (found.to_add, found.to_change) == (((Member("NEW", parent="ALL"),),), ())
    first = difference([Member("NEW"), Member("all")], (), "ALL")
    assert [[each.code for each in level] for level in first.to_add] == [["all"], ["NEW"]]


def test_whoever_has_no_place_is_named_with_those_below_and_stops_nobody_else() -> None:
    """A parent nobody knows, a circle, and the children of both."""
    declared = [
        *(Member("A", parent="NOBODY"), Member("A1", parent="A"), Member("A2", parent="A1")),
        *(Member("X", parent="Y"), Member("Y", parent="X"), Member("Z", parent="Z"), Member("GOOD", parent="HELD")),
    ]
    found = difference(declared, [HeldMember("HELD")])
    assert {code: reason.split(":")[0] for code, reason in found.misplaced.items()} == {
        "A": "parent_missing",
        "A1": "parent_misplaced",
        "A2": "parent_misplaced",
        "X": "parent_circle",
        "Y": "parent_circle",
        "Z": "parent_circle",
    }
    assert [[each.code for each in level] for level in found.to_add] == [["GOOD"]]


def test_a_child_of_a_member_that_cannot_be_moved_is_added_below_it() -> None:
    """The parent is there, wherever it stands."""
    found = difference([Member("A", parent="NOBODY"), Member("A1", parent="A")], [HeldMember("A")])
    assert found.misplaced.keys() == {"A"}
    assert found.to_add == ((Member("A1", parent="A"),),)


@given(st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from("ABCDEFGH-")), unique_by=lambda each: each[0]))
def test_every_declared_member_is_added_once_behind_its_parent_or_is_named(rows: list[tuple[str, str]]) -> None:
    """Whatever is declared."""
    declared = [Member(code, parent=parent.strip("-")) for code, parent in rows]
    found = difference(declared, [HeldMember("H")])
    added = [each.code for level in found.to_add for each in level]
    assert sorted([*added, *found.misplaced]) == sorted(each.code for each in declared)
    there = {"H", ""}
    for level in found.to_add:
        assert all(each.parent in there for each in level)
        there |= {each.code for each in level}


def test_a_file_is_read_with_its_properties_and_blanks_say_nothing() -> None:
    """A byte order mark, spaces and quoted commas are of no account."""
    text = '\ufeffcode,name,parent,Region\nALL,Everybody,,\n ACME ,"Acme, Inc",ALL,North\n'
    assert read_members(text) == [
        (2, Member("ALL", "Everybody")),
        (3, Member("ACME", "Acme, Inc", "ALL", {"Region": "North"})),
    ]
    assert list(flaws_of(text)) == []


def test_a_column_or_value_that_is_not_there_says_nothing() -> None:
    """As a blank one does."""
    assert read_members("code\nA\n") == [(2, Member("A"))]
    assert read_members("name\nAcme\n") == [(2, Member("", "Acme"))]
    assert read_members("code,name,parent,Region\nA\n") == [(2, Member("A"))]


def test_every_flaw_of_a_file_is_named_with_its_line() -> None:
    """A code that is missing or twice, too many values, somebody below himself, and columns that are none."""
    text = "code,parent\nA,\n,A\na,\nX,Y\nY,X\nB,A,more\nC,nobody\n"
    assert list(flaws_of(text)) == [
        "line 3: has no code",
        "line 4: 'a' stands in line 2 already",
        "line 7: has more values than there are columns",
        "line 5: 'X' is below itself",
        "line 6: 'Y' is below itself",
    ]
    for text in ("", "\nA\n", "name,parent\nA\n", "code,code\nA\n", "code,\nA\n"):
        [flaw] = flaws_of(text)
        assert flaw.startswith("line 1: the columns are not")
