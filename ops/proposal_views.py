"""What people are shown of proposals and of effects: whole as JSON, the first of everything in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ops.display import Row
from tieout.ledger.proposals import Proposal
from tieout.moments import moment_text

SHOWN = 20
"""How many rows of a kind a terminal is given."""

COLUMNS: Mapping[str, Sequence[str]] = {
    "sums": (
        *("target", "cube", "measure", "currency"),
        *("before", "after", "difference", "released", "held", "late", "revalued"),
    ),
    "periods": ("legal_entity", "period", "version", "state", "policy", "facts"),
    "cells": ("target", "cube", "measure", "where", "before", "after", "currency"),
    "late": ("period", "becomes", "into", "target", "cube", "measure", "where", "amount", "currency"),
}
_LISTS = ("entries", "named", "cells", "late")


def proposal_row(proposal: Proposal) -> Row:
    """A proposal in a list."""
    return {
        "proposal": proposal.proposal_id,
        "state": str(proposal.state),
        "entries": proposal.count,
        "proposed_by": proposal.proposed_by,
        "at": moment_text(proposal.proposed_at),
        "decided_by": proposal.decided_by,
        "reason": proposal.reason,
    }


def proposal_record(proposal: Proposal, effect: Mapping[str, Any], *, whole: bool) -> Row:
    """A proposal with what it would do, or would have done when it was shown last."""
    decided = {"decided_at": moment_text(proposal.decided_at)} if proposal.decided_at else {}
    about = {**proposal_row(proposal), **decided, "note": proposal.note, "effect": proposal.effect}
    del about["entries"]
    return {name: value for name, value in about.items() if value} | effect_record(effect, whole=whole)


def effect_record(effect: Mapping[str, Any], *, whole: bool) -> Row:
    """An effect; where it is not to be whole, the first rows of each list, and how many there are."""
    found: Row = {
        "facts": {name: count for name, count in effect["facts"].items() if name != "of" and (count or whole)},
        "entries": [
            {"entry": key, "says": says or None, "would_say": then or None} for key, says, then in effect["entries"]
        ],
        "named": [
            {"record": record, "would_be": became, "waits_for": entry or None}
            for record, became, entry in effect["named"]
        ],
        "sums": effect["sums"],
        "periods": effect["periods"],
        "late": [_placed(row) for row in effect["late"]],
        "cells": [_placed(row) for row in effect["cells"]],
    }
    more = {f"more_{name}": len(found[name]) - SHOWN for name in _LISTS if len(found[name]) > SHOWN}
    if whole:
        return found
    return {name: rows[:SHOWN] if name in _LISTS else rows for name, rows in found.items() if rows} | more


def _placed(row: Mapping[str, Any]) -> Row:
    return {**row, "where": "/".join(row["members"])}
