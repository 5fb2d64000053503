"""Members as the archive that an import of metadata reads, its rejected records, and a hierarchy as members."""

from __future__ import annotations

from tieout.members import HeldMember, Member, difference
from tieout.systems.oracle_epm.archives import packed, unpacked
from tieout.systems.oracle_epm.member_file import UNSAID, PlannedDimension

PARTNERS = PlannedDimension("Intercompany", "IC_")
MEMBERS = [
    Member("ALL", "All partners"),
    Member("EMEA", "Europe, Middle East", "ALL", {"Data Storage": "store"}),
    Member("UK", "", "EMEA", {"UDA": "x"}),
]


def test_an_archive_has_a_row_for_each_member_in_order_below_its_parent() -> None:
    """With the prefix of the dimension; what is not said stays empty, which leaves it as it is."""
    [text] = unpacked(PARTNERS.archive(MEMBERS))
    assert text.splitlines() == [
        "Intercompany,Parent,Alias: Default,Data Storage,UDA",
        "IC_ALL,,All partners,,",
        'IC_EMEA,IC_ALL,"Europe, Middle East",store,',
        "IC_UK,IC_EMEA,,,x",
    ]
    assert PARTNERS.archive(MEMBERS) == PARTNERS.archive(MEMBERS)


def rejected(*lines: str) -> dict[str, str]:
    """What an archive of rejected records says of the three members."""
    return PARTNERS.rejected_in(packed({"Intercompany.csv": "\n".join(lines)}), ["ALL", "EMEA", "UK"])


def test_rejected_records_are_told_by_code_with_what_stands_behind_their_columns() -> None:
    """In whatever case; a record of somebody else's member says nothing."""
    heading = "Intercompany,Parent,Alias: Default,Error"
    assert rejected(heading, 'ic_emea,IC_ALL,Europe,"no, such parent"', "IC_OTHER,,,x") == {"EMEA": "no, such parent"}
    assert rejected(heading, "17,IC_UK,,,") == {"UK": "17"}
    assert rejected("IC_UK,IC_EMEA") == {"UK": "IC_EMEA"}
    assert rejected("IC_UK") == {"UK": UNSAID}
    assert PARTNERS.rejected_in(b"no archive", ["UK"]) == {}


def test_a_hierarchy_is_read_as_members_below_their_parents() -> None:
    """Without the prefix, which another dimension's members may lack; aliases are names, properties are not shown."""
    hierarchy = {
        "name": "Intercompany",
        "children": [
            {
                "name": "IC_ALL",
                "alias": "All partners",
                "children": [
                    {"name": "IC_EMEA", "alias": None, "children": [{"name": "UK", "children": None}]},
                    {"name": 7},
                    "junk",
                ],
            }
        ],
    }
    held = list(PARTNERS.held_in(hierarchy))
    assert held == [
        HeldMember("ALL", "All partners", frozenset(), None),
        HeldMember("EMEA", "", frozenset({"all", "ic_all"}), None),
        HeldMember("UK", "", frozenset({"emea", "ic_emea"}), None),
    ]
    differs = difference(MEMBERS, held)
    assert [each.code for each in differs.to_change] == ["EMEA"], "of properties that are not shown none differs"
    assert differs.to_change[0].properties == {}
