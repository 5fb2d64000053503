"""The part of the ledger that remembers which members were added to a target's dimensions or changed, by whom, and how it went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any

from tieout import strict_json
from tieout.discovering import Finding
from tieout.ledger import keys
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import Item, Key, Put, Table, pages
from tieout.moments import moment_text, parse_moment

_MOST_FINDINGS = 100
_NUMBERS = 3  # digits behind a token
_MOST_CODES = 1000  # in one item, which ends at 400 KB: each with a reason, where it was refused


@dataclass(frozen=True, slots=True)
class KeptMembers:
    """How the members of a target were found when all of them were last kept.

    Attributes:
        declaration: what tells one declaration from another.
        findings: what kept members from being as declared.
    """

    at: datetime
    declaration: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberWrite:
    """Members that one call added to a dimension or changed there; `by` is who asked, or the step that did it by itself.

    Attributes:
        action: `add`, `change`, or `publish`, of what was added and changed before, in no dimension of its own.
        begun_at: it stands here from before the call, so that whatever planning has is accounted for.
        ended_at: None where no answer was seen: planning may have it all the same.
        answer: `taken`, or the class of the error.
        refused: code to the target's reason.
        reference: the id under which the target goes on with it, where it does.
    """

    dimension: str
    action: str
    codes: tuple[str, ...]
    by: str
    begun_at: datetime
    ended_at: datetime | None = None
    answer: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""


class MemberLedger:
    """What was done to the members of each target, and how they were found last."""

    def __init__(self, table: Table, kept_days: int = DEFAULT_DAYS) -> None:
        self._table = table
        self._kept_days = kept_days

    def last(self, target: str) -> KeptMembers | None:
        """How the members of a target were found last, None where they were never kept."""
        key = keys.kept_members_key(target)
        item = self._table.get([key]).get(key)
        if item is None:
            return None
        findings = tuple(Finding(**each) for each in strict_json.parse(str(item["findings"]).encode()))
        return KeptMembers(parse_moment(str(item["kept_at"])), str(item["declaration"]), findings)

    def keep(self, target: str, kept: KeptMembers) -> None:
        """Remember how they were found in place of the time before."""
        findings = strict_json.dump([asdict(each) for each in kept.findings[:_MOST_FINDINGS]])
        item = {"kept_at": moment_text(kept.at), "declaration": kept.declaration, "findings": findings}
        self._table.write([Put(keys.kept_members_key(target), item)])

    def note(self, target: str, token: str, write: MemberWrite) -> None:
        """Keep what is about to be done, or, under the same token, how it went."""
        parts = [*batched(write.codes, _MOST_CODES, strict=False)] or [()]
        for number, codes in enumerate(parts):
            key = keys.member_write_key(target, write.begun_at, f"{token}{number:0{_NUMBERS}}")
            self._table.write([Put(key, self._item(write, codes))])

    def writes(self, target: str) -> Iterator[MemberWrite]:
        """All that was done to the members of a target, as long as receipts are kept, oldest first; large calls in parts."""
        for page in pages(lambda after: self._table.query(keys.member_writes_of(target), after=after)):
            yield from (_write(key, item) for key, item in page.items)

    def begun(self, target: str) -> Iterator[tuple[str, MemberWrite]]:
        """What the target goes on with, and nobody has seen the end of, each with its token: oldest first."""
        for page in pages(lambda after: self._table.query(keys.member_writes_of(target), after=after)):
            for key, item in page.items:
                if "reference" in item and "ended_at" not in item:
                    yield key[1].split("#")[1][:-_NUMBERS], _write(key, item)

    def _item(self, write: MemberWrite, codes: Sequence[str]) -> dict[str, Any]:
        refused = {code: reason for code, reason in write.refused.items() if code in set(codes)}
        item: dict[str, Any] = {
            "dimension": write.dimension,
            "action": write.action,
            "codes": strict_json.dump(list(codes)),
            "by": write.by,
            "answer": write.answer,
            "refused": strict_json.dump(refused),
            EXPIRES_AT: expires_at(write.begun_at, self._kept_days),
        }
        item |= {"reference": write.reference} if write.reference else {}
        return item if write.ended_at is None else item | {"ended_at": moment_text(write.ended_at)}


def _write(key: Key, item: Item) -> MemberWrite:
    ended_at = item.get("ended_at")
    return MemberWrite(
        dimension=str(item["dimension"]),
        action=str(item["action"]),
        codes=tuple(strict_json.parse(str(item["codes"]).encode())),
        by=str(item["by"]),
        begun_at=parse_moment(key[1].split("#")[0]),
        ended_at=parse_moment(str(ended_at)) if ended_at else None,
        answer=str(item["answer"]),
        refused=strict_json.parse(str(item["refused"]).encode()),
        reference=str(item.get("reference", "")),
    )
