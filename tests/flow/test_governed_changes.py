"""What a proposal shows is what its approval does to the cells, or nothing changes: whatever is recorded, closed and proposed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.governed import (
    ENTRIES,
    FLOWS,
    RATES,
    GovernedLedger,
    account,
    cells_of,
    customer,
    entry,
    moved,
)
from tieout.closing import BooksState
from tieout.effects.governing import EffectMovedError
from tieout.ledger.proposals import ProposalState
from tieout.planning.mapping import MappingKey

_MONTHS = st.sampled_from((3, 4))
_SAYS = st.tuples(
    st.just("says"),
    st.sampled_from(("1", "2")),
    st.sampled_from((5_00, 120_00, -7_00)),
    st.fixed_dictionaries(
        {
            "of": st.sampled_from(("7", "8")),
            "on": st.sampled_from(("4000", "4100")),
            "month": _MONTHS,
            "flow": st.sampled_from(FLOWS),
        }
    ),
)
_CLOSES = st.tuples(st.just("closes"), _MONTHS, st.sampled_from(list(BooksState)))
_KEYS = st.sampled_from((customer("7"), customer("8"), account("4000"), account("4100"), RATES[3]))


def _text(key: MappingKey) -> st.SearchStrategy[str | None]:
    texts = ("1.25", "1.5") if key.table == "rate" else ("C_7", "C_8") if key.table == "customer" else ("4020", "4030")
    return st.sampled_from((*texts, None))


_PROPOSED = st.lists(_KEYS, min_size=1, max_size=3, unique=True).flatmap(
    lambda keys: st.tuples(*(_text(key).map(lambda text, key=key: entry(key, text)) for key in keys))  # type: ignore[misc]
)
_ACTS = st.one_of(_SAYS, _SAYS, _CLOSES)


def _act(ledger: GovernedLedger, act: tuple[Any, ...]) -> None:
    if act[0] == "says":
        ledger.say(act[1], act[2], **act[3])
    else:
        ledger.close(act[1], act[2])


@given(st.lists(_ACTS, min_size=1, max_size=5), _PROPOSED, st.none() | _ACTS)
def test_what_is_executed_is_what_was_shown_or_nothing(
    acts: list[tuple[Any, ...]], proposed: tuple[Any, ...], meanwhile: tuple[Any, ...] | None
) -> None:
    """Cell by cell with both values; where the ledger has moved meanwhile, nothing is changed, and it is shown anew."""
    ledger = GovernedLedger()
    for act in acts:
        _act(ledger, act)
    if not ledger.governing.changed(proposed):
        return
    proposal = ledger.propose(*proposed)
    shown = ledger.shown(proposal)
    if meanwhile is not None:
        _act(ledger, meanwhile)
    before, stood = ledger.cells(), ledger.without_proposals()
    try:
        done = ledger.approve(proposal)
    except EffectMovedError as moved_on:
        assert ledger.without_proposals() == stood
        proposal = moved_on.proposal
        shown = ledger.shown(proposal)
        done = ledger.approve(proposal)
    assert done.state is ProposalState.EXECUTED
    assert cells_of(shown) == moved(before, ledger.cells())
    for row in shown["sums"]:
        parts = sum(Decimal(row[each]) for each in ("released", "held", "late", "revalued"))
        assert Decimal(row["difference"]) == parts == Decimal(row["after"]) - Decimal(row["before"])
        assert Decimal(row["revalued"]) == 0 or not shown["only_names"]


@pytest.fixture(name="ledger")
def _ledger() -> GovernedLedger:
    """Two customers, of which one has a name; an invoice of 100 pounds of either."""
    ledger = GovernedLedger()
    ledger.say("1", 100_00)
    ledger.say("2", 50_00, of="8")
    return ledger


def sums(effect: dict[str, Any], *names: str) -> list[tuple[str, ...]]:
    """Some columns of its sums."""
    return [tuple(str(row[each]) for each in ("measure", *names)) for row in effect["sums"]]


def test_another_name_moves_amounts_and_leaves_the_sums(ledger: GovernedLedger) -> None:
    """From the old cell to the new one; each currency's sum is the same before and after."""
    shown = ledger.shown(ledger.propose(entry(customer("7"), "C_70")))
    assert shown["entries"] == [["netsuite-group#customer#7", "C_7", "C_70"]]
    assert shown["facts"]["moved"] == 1
    assert sums(shown, "before", "after", "revalued") == [
        ("Revenue", "100.00", "100.00", "0.00"),
        ("Revenue USD", "125.00", "125.00", "0.00"),
    ]
    assert sorted((row["before"], row["after"]) for row in shown["cells"] if row["measure"] == "Revenue") == [
        ("0.00", "100.00"),
        ("100.00", "0.00"),
    ]
    [period] = shown["periods"]
    assert (period["period"], period["state"], period["policy"], period["facts"]) == ("2026-03", "open", "accept", 1)


def test_a_name_releases_what_waits_for_it_and_one_that_goes_holds_what_has_it(ledger: GovernedLedger) -> None:
    """What is released and what is held is named, with what it then waits for."""
    shown = ledger.shown(ledger.propose(entry(customer("8"), "C_8"), entry(customer("7"), None)))
    assert shown["named"] == [
        ["netsuite-group#invoice#1", "held", "netsuite-group#customer#7"],
        ["netsuite-group#invoice#2", "released", ""],
    ]
    assert sums(shown, "released", "held", "revalued")[0] == ("Revenue", "50.00", "-100.00", "0.00")


def test_a_rate_that_changes_after_the_fact_moves_the_reporting_currency_alone(ledger: GovernedLedger) -> None:
    """Whoever approves it sees by how much everything is revalued."""
    ledger.store(customer("8"), "C_8")
    shown = ledger.shown(ledger.propose(entry(RATES[3], "1.5")))
    assert not shown["only_names"]
    assert sums(shown, "before", "after", "revalued") == [("Revenue USD", "187.50", "225.00", "37.50")]


@pytest.mark.parametrize(
    ("flow", "policy", "becomes", "into"),
    [
        ("hold", "hold", "held", ""),
        ("next_open", "next_open", "booked", "2026-04"),
        ("restate", "restate", "to restate", ""),
    ],
)
def test_closed_periods_are_named_with_what_their_policy_would_do(
    flow: str, policy: str, becomes: str, into: str
) -> None:
    """Their cells stay; what would have moved waits, or is booked to the next open period."""
    ledger = GovernedLedger()
    ledger.say("1", 100_00, flow)
    ledger.close(3)
    shown = ledger.shown(ledger.propose(entry(customer("7"), "C_70")))
    [march, *others] = shown["periods"]
    assert (march["period"], march["state"], march["policy"]) == ("2026-03", "closed", policy)
    assert [each["period"] for each in others] == ([into] if into else [])
    assert {(row["period"], row["becomes"], row["into"]) for row in shown["late"]} == {("2026-03", becomes, into)}
    assert sorted(row["amount"] for row in shown["late"] if row["measure"] == "Revenue") == ["-100.00", "100.00"]
    assert len(shown["cells"]) == (4 if into else 0)


def test_facts_that_come_to_one_place_need_not_touch_the_same_measures() -> None:
    """One of them is worth nothing in dollars: whichever is looked at last, the other's are shown with their currency."""
    ledger = GovernedLedger({**ENTRIES, RATES[3]: "0.001"})
    ledger.say("1", 1_000_00)
    ledger.say("2", 1)
    proposal = ledger.propose(entry(customer("7"), "C_9"))
    shown, before = ledger.shown(proposal), ledger.cells()
    ledger.approve(proposal)
    assert cells_of(shown) == moved(before, ledger.cells())
    assert sorted(after for _, after in cells_of(shown).values()) == [0, 0, Decimal("1.00"), Decimal("1000.01")]
