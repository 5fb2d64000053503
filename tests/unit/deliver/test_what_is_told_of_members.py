"""What operators and those who look at cells are told of members: what differs, and what a person has to do about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict

import pytest  # noqa: TC002 what its types come from is a dependency to a reader

from functions.deliver import members_asked
from functions.deliver.members import keep, keep_when_due
from functions.deliver.members_asked import answer_of
from tests.support.members_desk import SOURCES
from tests.support.members_desk import MembersDesk as Desk
from tests.support.memory_members import MemoryMembers
from tests.support.planning_desk import Desk as Cells
from tests.support.planning_desk import Planning
from tieout.discovering import Finding
from tieout.errors import AccessDeniedError
from tieout.ledger import keys
from tieout.ledger.table import Update

COARSE = Finding(code="format_too_coarse", says="widen it", is_in_the_way=False)
DENIED = Finding(
    code="members_denied",
    says="Cost centre cannot be kept: no: grant the integration user's role what it lacks, or add members by hand",
)


def test_an_operator_is_told_what_differs_and_it_is_done_where_that_is_asked_for() -> None:
    """What is undeclared is named, and stays."""
    desk = Desk(sources={"Customer": SOURCES["Customer"]})
    told = answer_of(desk.step, is_applied=False)
    assert told["dimensions"] == [
        {"dimension": "Customer", "to_add": ["NO_CUSTOMER"], "to_change": [], "undeclared": ["TOP"], "findings": []}
    ]
    assert desk.keeper.calls == []
    done = answer_of(desk.step, is_applied=True)
    assert (done["applied"], done["published"]) == (True, False)
    assert answer_of(desk.step, is_applied=False)["dimensions"][0]["to_add"] == []
    assert "TOP" in desk.keeper.parents("Customer")


def test_an_operator_is_named_as_many_members_as_an_answer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """And told how many more there are."""
    monkeypatch.setattr(members_asked, "_MOST_NAMED", 2)
    desk = Desk(sources={"Cost centre": SOURCES["Cost centre"]}, text="code\nA\nB\n")
    assert answer_of(desk.step, is_applied=False)["dimensions"][0]["to_add"] == ["A", "B"]
    desk.text = "code\nA\nB\nC\n"
    told = answer_of(desk.of_a_cold_function(), is_applied=False)
    assert told["dimensions"][0]["to_add"] == ["A", "B", "and 1 more"]


def test_a_dimension_that_our_role_is_not_shown_is_told_by_its_name() -> None:
    """With what a person has to grant; nothing is written to it."""

    class Hidden(MemoryMembers):
        """Shows no dimension."""

        def flaws(self, _dimension: str) -> Sequence[Finding]:
            raise AccessDeniedError("no")

    desk = Desk(sources={"Cost centre": SOURCES["Cost centre"]}, keeper=Hidden())
    assert answer_of(desk.step, is_applied=True)["dimensions"] == [
        {"dimension": "Cost centre", "to_add": [], "to_change": [], "undeclared": [], "findings": [asdict(DENIED)]}
    ]
    assert desk.keeper.calls == []


def test_a_role_that_may_not_add_members_is_told_and_holds_up_no_cell() -> None:
    """Cells of members that are there go on; the note says what was refused."""
    desk = Desk(text="code\nA\n", keeper=MemoryMembers(errors=[AccessDeniedError("no")]))
    assert desk.sure(("Cost centre", "A"))["Cost centre", "A"].startswith("members_denied: ")
    assert [each.answer for each in desk.ledger.writes("anaplan")] == ["AccessDeniedError"]
    desk.keeper.errors = [AccessDeniedError("no")]
    assert keep(desk.step, "Cost centre").findings == (DENIED,)


def test_a_member_that_cannot_be_seen_is_not_there() -> None:
    """Where our role may add members, and is not told which there are, its cells say so."""

    class Unseen(MemoryMembers):
        """Says of no member that it is there."""

        def having(self, _dimension: str, _codes: Collection[str]) -> set[str]:
            raise AccessDeniedError("no")

    desk = Desk(text="code\nA\n", keeper=Unseen())
    assert desk.sure(("Cost centre", "A")) == {("Cost centre", "A"): "not there"}


def test_what_is_only_worth_knowing_is_told_and_keeps_no_member_from_being_added() -> None:
    """A person reads it; the list is kept all the same."""
    desk = Desk(sources={"Cost centre": SOURCES["Cost centre"]}, keeper=MemoryMembers(found=(COARSE,)))
    assert keep_when_due(desk.step).findings == (COARSE,)  # type: ignore[union-attr]
    assert "CC_1" in desk.keeper.parents("Cost centre")


def test_a_refused_cell_says_why_its_member_is_not_there() -> None:
    """The target's own reason first."""

    class Refusing(Planning):
        """Refuses every cell."""

        def __init__(self) -> None:
            super().__init__()
            self.refused_cells = {"p:M": "cellIsInvalid"}

    cells = Cells()
    cells.planning = Refusing()
    cells.change("p", 5)
    key = keys.cell_key("anaplan", "p")
    cells.table.write([Update(key, sets={"members": '[["Customer","X"],["Currency","EUR"]]'})])
    cells.make_sure = lambda _: {("Customer", "X"): "INCORRECT_FORMAT"}
    cells.flush()
    assert cells.table.get([key])[key][f"{keys.REFUSED}M"] == "cellIsInvalid; Customer X: INCORRECT_FORMAT"
