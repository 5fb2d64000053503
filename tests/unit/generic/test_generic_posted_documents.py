"""What a tool that keeps no books states of what it posts to them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.generic.test_generic_contents import flaw, only
from tieout.facts.documents import AccountClass, DocumentState, Expense
from tieout.facts.families import KINDS
from tieout.money import Money
from tieout.systems.generic.contents import kind_of_fact
from tieout.systems.generic.shapes import shape_of

EXPENSE: dict[str, Any] = {
    "name": "claim",
    "key": "id",
    "fact": "Expense",
    "version": "revision",
    "version_is": "number",
    "fields": {"number": "id", "closing": "last_of_the_year"},
    "lines": {
        "each": "lines",
        "fields": {
            "line_id": "line.id",
            "account": "line.kind",
            "account_class": "'expense'",
            "posting_date": "line.day",
            "transaction": {"amount": "line.amount"},
        },
    },
}
CLAIM: dict[str, Any] = {
    "id": "c-1",
    "revision": 1,
    "last_of_the_year": False,
    "lines": [{"id": 1, "kind": "travel", "day": "2026-03-31", "amount": "12.50"}],
}


def test_a_tool_that_keeps_no_books_states_a_posted_document_by_one_amount_and_the_day_of_each_line() -> None:
    """The amount is that of the books too, unless they are told apart; it is posted, and in no period of an ERP."""
    fact = only(CLAIM, EXPENSE).fact
    assert isinstance(fact, Expense)
    assert (fact.state, fact.posting_period, fact.closing) == (DocumentState.POSTED, None, False)
    [line] = fact.lines
    assert line.transaction == line.functional == Money(1_250, "EUR")
    assert (line.account_class, line.posting_date) == (AccountClass.EXPENSE, date(2026, 3, 31))
    assert (
        flaw({**CLAIM, "lines": [{"id": 1, "kind": "travel", "amount": "1"}]}, EXPENSE) == "line_without_posting_date"
    )
    fields = {**EXPENSE["lines"]["fields"], "functional": {"amount": "line.own", "currency": "'SEK'"}}
    told_apart = {**EXPENSE, "lines": {"each": "lines", "fields": fields}}
    [line] = only({**CLAIM, "lines": [{**CLAIM["lines"][0], "own": "140.00"}]}, told_apart).fact.lines  # type: ignore[union-attr]
    assert (str(line.transaction), str(line.functional)) == ("12.50 EUR", "140.00 SEK")


def test_what_is_true_or_false_is_said_so() -> None:
    """A text that means it is not taken for it, and what does not say is no "no"."""
    assert only({**CLAIM, "last_of_the_year": True}, EXPENSE).fact.closing is True  # type: ignore[union-attr]
    assert flaw({**CLAIM, "last_of_the_year": "yes"}, EXPENSE) == "closing: not_true_or_false at last_of_the_year"
    assert flaw({**CLAIM, "last_of_the_year": None}, EXPENSE) == "closing: missing at last_of_the_year"


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_fact_can_be_filled_from_a_payload(name: str) -> None:
    """Each of its fields, and of its lines, is something a value of JSON can be."""
    kind: Any = kind_of_fact(name)
    shapes = shape_of(kind)
    assert all(each.read or each.parts or (each.line and shape_of(each.line)) for each in shapes)
