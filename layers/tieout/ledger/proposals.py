"""The part of the ledger that has proposals: mapping entries that somebody would have changed, what that would do, who said what.

PROPOSALS / <time>#<id>                     who proposed it, when and why; how it stands, and of which effect
PROPOSAL#<id> / ENTRIES#<n>                 the entries, as JSON in parts
PROPOSAL#<id> / EFFECT#<digest>#<n>         an effect that somebody was shown, as JSON in parts
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import batched
from typing import Any

from tieout import strict_json
from tieout.errors import PermanentError
from tieout.ledger import control_keys
from tieout.ledger.table import Equals, Item, Put, Table, Update, pages
from tieout.moments import moment_text, parse_moment
from tieout.planning.mapping import MappingKey

_TEXT = "text_deflated"
_PART_BYTES = 300_000  # an item has 400 KB at most


class ProposalState(StrEnum):
    """How a proposal stands: once it is approved its entries are stored, and then its facts are sent through the line."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    STORED = "stored"
    EXECUTED = "executed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class NoProposalError(PermanentError):
    """There is no proposal whose id begins so, or there are several."""


@dataclass(frozen=True, slots=True)
class ProposedEntry:
    """A mapping entry as it is to be.

    Attributes:
        text: what it is to say; None where it is to go.
        origin: what it is made of (see `tieout.ledger.mappings`).
    """

    key: MappingKey
    text: str | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change of mapping entries that somebody has proposed.

    Attributes:
        effect: the digest of the effect that was shown last.
        decided_by: who approved, refused or withdrew it; empty while nobody has.
        count: how many entries it has.
    """

    proposal_id: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    effect: str
    count: int
    state: ProposalState = ProposalState.PROPOSED
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""

    @property
    def standing(self) -> str:
        """What a decision is conditional on."""
        return f"{self.state}:{self.effect}"


class ProposalLedger:
    """Proposals, the latest first where several are asked for."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def propose(self, proposal: Proposal, entries: tuple[ProposedEntry, ...], effect: str) -> None:
        """Keep a proposal with the effect that is shown for it; nobody finds it before all of it is kept."""
        rows = [[*each.key, each.text, each.origin] for each in entries]
        self._keep(proposal.proposal_id, control_keys.ENTRIES_PREFIX, strict_json.dump(rows))
        self._keep(proposal.proposal_id, control_keys.effect_prefix(proposal.effect), effect)
        self._table.write([Put(control_keys.proposal_key(proposal.proposed_at, proposal.proposal_id), _item(proposal))])

    def proposals(self) -> Iterator[Proposal]:
        """Every proposal there ever was."""
        for page in pages(lambda after: self._table.query(control_keys.PROPOSALS, after=after, newest_first=True)):
            yield from (_proposal(key[1], item) for key, item in page.items)

    def proposal(self, begins: str) -> Proposal:
        """The proposal whose id begins so.

        Raises:
            NoProposalError: there is none, or there are several.
        """
        found = [each for each in self.proposals() if each.proposal_id.startswith(begins)]
        if len(found) != 1:
            raise NoProposalError(
                f"{len(found)} proposals have an id that begins with {begins!r}: tieout mappings proposals"
            )
        return found[0]

    def entries(self, proposal: Proposal) -> tuple[ProposedEntry, ...]:
        """What it would have changed."""
        rows = strict_json.parse(self._text(proposal.proposal_id, control_keys.ENTRIES_PREFIX))
        return tuple(
            ProposedEntry(MappingKey(connection, table, key), text, origin)
            for connection, table, key, text, origin in rows
        )

    def effect(self, proposal: Proposal) -> dict[str, Any]:
        """The effect that was shown last."""
        found: dict[str, Any] = strict_json.parse(
            self._text(proposal.proposal_id, control_keys.effect_prefix(proposal.effect))
        )
        return found

    def show(self, proposal: Proposal, digest: str, effect: str) -> Proposal:
        """Keep another effect as the one that is shown, while nobody has decided or shown yet another.

        Raises:
            ConditionFailedError: somebody has.
        """
        shown = replace(proposal, effect=digest)
        self._keep(proposal.proposal_id, control_keys.effect_prefix(digest), effect)
        self._table.write([self.standing(proposal, shown)])
        return shown

    def decide(self, proposal: Proposal, decided: Proposal) -> None:
        """Keep what became of it.

        Raises:
            ConditionFailedError: it does not stand as it did.
        """
        self._table.write([self.standing(proposal, decided)])

    def executed(self, proposal: Proposal) -> Proposal:
        """Keep that everything of a proposal was sent through the line.

        Raises:
            ConditionFailedError: somebody else has done the same.
        """
        done = replace(proposal, state=ProposalState.EXECUTED)
        self.decide(proposal, done)
        return done

    def standing(self, proposal: Proposal, becomes: Proposal) -> Update:
        """The write that changes how it stands, if it still stands so."""
        at = control_keys.proposal_key(proposal.proposed_at, proposal.proposal_id)
        return Update(at, sets=_item(becomes), condition=Equals("standing", proposal.standing))

    def _keep(self, proposal_id: str, prefix: str, text: str) -> None:
        """Keep a text in as many parts as it takes; kept once more it is the same."""
        packed = zlib.compress(text.encode())
        for number, part in enumerate(batched(packed, _PART_BYTES, strict=False)):
            self._table.write([Put(control_keys.proposed_key(proposal_id, prefix, number), {_TEXT: bytes(part)})])

    def _text(self, proposal_id: str, prefix: str) -> bytes:
        partition = control_keys.proposed_in(proposal_id)
        found = pages(lambda after: self._table.query(partition, prefix=prefix, after=after))
        return zlib.decompress(b"".join(bytes(item[_TEXT]) for page in found for _, item in page.items))


def _item(proposal: Proposal) -> dict[str, Any]:
    decided = {} if proposal.decided_at is None else {"decided_at": moment_text(proposal.decided_at)}
    return {
        "standing": proposal.standing,
        "state": str(proposal.state),
        "effect": proposal.effect,
        "proposed_by": proposal.proposed_by,
        "reason": proposal.reason,
        "count": proposal.count,
        "decided_by": proposal.decided_by,
        "note": proposal.note,
        **decided,
    }


def _proposal(name: str, item: Item | Mapping[str, Any]) -> Proposal:
    at, _, proposal_id = name.partition("#")
    return Proposal(
        proposal_id=proposal_id,
        proposed_by=str(item["proposed_by"]),
        proposed_at=parse_moment(at),
        reason=str(item["reason"]),
        effect=str(item["effect"]),
        count=int(item["count"]),
        state=ProposalState(str(item["state"])),
        decided_by=str(item["decided_by"]),
        decided_at=parse_moment(str(item["decided_at"])) if "decided_at" in item else None,
        note=str(item["note"]),
    )
