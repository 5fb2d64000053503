"""What a proposal shows is what its approval does to the cells, or nothing changes: whatever is recorded, closed and proposed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.governed import (
    FLOWS,
    MAKER,
    RATES,
    GovernedLedger,
    account,
    cells_of,
    customer,
    entry,
    moved,
)
from tieout.closing import BooksState
from tieout.effects.effect import Replanned
from tieout.effects.governing import EffectMovedError, NotDecidableError
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.proposals import Proposal, ProposalState
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
    """Cell by cell with the values before and after; where the ledger has moved meanwhile, nothing is changed, and it is shown anew."""
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
