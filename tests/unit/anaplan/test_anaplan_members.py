"""What Anaplan answers to members that are added or changed, told from what is there afterwards; and a list as it shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from tieout.errors import LostAnswerError, MalformedError, UnavailableError
from tieout.members import HeldMember, Member
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.list_items import ListKind, body_of, held_of
from tieout.systems.anaplan.members import ModelMembers
from tieout.systems.anaplan.options import Options

FAILURE = {"requestIndex": 1, "failureType": "INCORRECT_FORMAT"}


class Lists:
    """One list, and what is answered to whoever changes it."""

    def __init__(self, answer: Mapping[str, Any], there: Sequence[str]) -> None:
        self._answer, self._there = answer, there
        self.busy = False

    def is_busy(self) -> bool:
        """Whether an import has the model."""
        return self.busy

    def lists(self) -> Sequence[Mapping[str, Any]]:
        """The one list."""
        return [{"id": "101", "name": "customer"}]

    def items(self, _list_id: str, *, codes: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Those that are there."""
        wanted = {code.casefold() for code in codes}
        return [{"code": code} for code in self._there if code.casefold() in wanted]

    def change_list(self, _list_id: str, _body: bytes, *, adding: bool) -> Mapping[str, Any]:
        """The answer that was put here."""
        assert adding in {True, False}
        return self._answer


def added(answer: Mapping[str, Any], *there: str) -> Mapping[str, str]:
    """What of A and B counts as refused."""
    client = cast("AnaplanClient", Lists(answer, there))
    return ModelMembers(client, Options(model_id="0")).add("Customer", [Member("A"), Member("B")])


def test_what_is_there_counts_as_added_whatever_was_answered() -> None:
    """An earlier call whose answer was lost has added it, in whatever case."""
    assert added({"added": 2}) == {}
    assert added({"added": 1, "failures": [FAILURE]}, "A", "b") == {}
    assert added({"added": 1, "failures": [FAILURE]}, "A") == {"B": "INCORRECT_FORMAT"}


def test_what_was_ignored_without_a_reason_and_is_not_there_is_refused() -> None:
    """An answer that says neither is believed in nothing."""
    assert added({"added": 1, "ignored": 1}, "A") == {"B": "ignored without a reason"}
    assert added({}, "A", "B") == {}
    with pytest.raises(MalformedError):
        added({"added": 1, "failures": [{"requestIndex": 7}]}, "A")


def test_what_cannot_be_looked_up_after_a_call_may_have_been_done() -> None:
    """So nothing says that it was not; a busy model is asked nothing that would wait for it."""
    lists = Lists({"added": 1, "failures": [FAILURE]}, ["A"])
    lists.busy = True
    keeper = ModelMembers(cast("AnaplanClient", lists), Options(model_id="0"))
    with pytest.raises(LostAnswerError):
        keeper.add("Customer", [Member("A"), Member("B")])
    with pytest.raises(UnavailableError):
        keeper.having("Customer", ["A"])


def test_a_member_is_sent_as_its_list_wants_it() -> None:
    """A name where items have names, a property where they have numbers; what is not said is not sent."""
    member = Member("C1", "Acme", "ALL", {"Terms": "30"})
    plain, numbered = ListKind(name="Customer"), ListKind(name="Customer", numbered=True, display="Shown")

    def sent(kind: ListKind, member: Member, *, adding: bool) -> dict[str, Any]:
        [item] = json.loads(body_of(kind, [member], adding=adding))["items"]
        assert isinstance(item, dict)
        return item

    assert sent(plain, member, adding=True) == {
        "code": "C1",
        "name": "Acme",
        "parent": "ALL",
        "properties": {"Terms": "30"},
    }
    assert sent(plain, Member("C1"), adding=True) == {"code": "C1", "name": "C1"}
    assert sent(plain, Member("C1", parent="B"), adding=False) == {"code": "C1", "parent": "B"}
    assert sent(numbered, member, adding=True)["properties"] == {"Terms": "30", "Shown": "Acme"}
    assert sent(numbered, Member("C1"), adding=True) == {"code": "C1"}


def test_a_list_shows_its_members_with_every_word_their_parent_goes_by() -> None:
    """Code, and name; of a parent in another list the name alone. An item without a code has none."""
    items: list[Mapping[str, Any]] = [
        {"id": "1", "name": "Everybody", "code": "ALL", "properties": {"Open": True}},
        {
            "id": "2",
            "name": "#2",
            "code": "C1",
            "parent": "Everybody",
            "parentId": "1",
            "properties": {"Shown": "Acme"},
        },
        {"id": "3", "name": "Nameless", "parent": "Elsewhere", "parentId": "77"},
    ]
    everybody, acme, nameless = held_of(ListKind(name="Customer"), items)
    assert everybody == HeldMember("ALL", "Everybody", frozenset(), {"Open": "true"})
    assert (acme.name, acme.parents) == ("#2", frozenset({"all", "everybody"}))
    assert nameless == HeldMember("", "Nameless", frozenset({"elsewhere"}))
    numbered = ListKind(name="Customer", numbered=True, display="Shown")
    assert [each.name for each in held_of(numbered, items)] == ["", "Acme", ""]
