"""How facts, contributions and their lineage are written as items of the table, and read back."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tieout import strict_json
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice
from tieout.facts.statement import canonical_text, fact_kind
from tieout.ledger import keys
from tieout.ledger.plan import Part, Plan, Share, StoredFact
from tieout.ledger.table import Item
from tieout.moments import moment_text, parse_moment
from tieout.planning.mapping import MappingKey

_INLINE_STATEMENT_BYTES = 16_384  # a longer statement is deflated, so that an item stays under DynamoDB's 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a commit came from, kept with the fact."""

    notice: Notice
    delivery_id: str
    flow: str
    received_at: datetime
    recorded_at: datetime
    code_version: str

    def envelope(self) -> Envelope:
        """The notice once more, alone and with its own position, so that its outcome replaces the earlier one."""
        return Envelope(
            delivery_id=self.delivery_id,
            connection=self.notice.key.connection,
            flow=self.flow,
            received_at=self.received_at,
            notices=(self.notice,),
        )


def fact_item(plan: Plan, lineage: Lineage, revision: int) -> dict[str, Any]:
    """A plan as the fact item it leaves behind, lineage included."""
    item: dict[str, Any] = {
        "catalogue": keys.facts_of(plan.key.connection, plan.key.entity),
        "revision": revision,
        "readings": (plan.stored.readings if plan.stored else 0) + revision,  # always more than it was
        "source_version": plan.source_version,
        "outcome": str(plan.outcome),
        "kind": fact_kind(plan.statement.fact) if plan.statement.fact else str(plan.statement.absence),
        "digest": plan.digest,
        "contributions": parts_text(plan.new_parts()),
        "mappings": mappings_text(plan),
        **lineage_item(lineage),
    }
    if plan.waits_for is not None:
        item["held_for"] = strict_json.dump([plan.waits_for.connection, plan.waits_for.table, plan.waits_for.key])
    text = canonical_text(plan.statement)
    if len(text.encode()) > _INLINE_STATEMENT_BYTES:
        return item | {"statement_deflated": zlib.compress(text.encode())}
    return item | {"statement": text}


def lineage_item(lineage: Lineage) -> dict[str, Any]:
    """The attributes that say which notice of which delivery, and which code, wrote an item."""
    return {
        "delivery_id": lineage.delivery_id,
        "flow": lineage.flow,
        "notice": strict_json.dump(lineage.notice.plain()),
        "received_at": moment_text(lineage.received_at),
        "recorded_at": moment_text(lineage.recorded_at),
        "code_version": lineage.code_version,
    }


def stored_lineage(connection: str, item: Item) -> Lineage:
    """What `lineage_item` wrote into an item that tells of a record of the connection."""
    return Lineage(
        notice=Notice.of_plain(connection, strict_json.parse(str(item["notice"]).encode())),
        delivery_id=str(item["delivery_id"]),
        flow=str(item["flow"]),
        received_at=parse_moment(str(item["received_at"])),
        recorded_at=parse_moment(str(item["recorded_at"])),
        code_version=str(item["code_version"]),
    )


def mappings_text(plan: Plan) -> str:
    """The mapping entries a plan was made with, each with its member, as one attribute."""
    return strict_json.dump({str(key): member for key, member in sorted(plan.used.items())})


def parts_text(parts: Mapping[str, Part]) -> str:
    """Contributions as one attribute: rows of intersection id, target and shares, in order of intersection id."""
    return strict_json.dump([[each, part.target, part.shares] for each, part in sorted(parts.items())])


def part_item(part: Part, plan: Plan, lineage: Lineage) -> dict[str, Any]:
    """A contribution as the item that stands beside its intersection, with the notice it came in."""
    return {
        "shares": strict_json.dump(part.shares),
        "source_version": plan.source_version,
        **lineage_item(lineage),
    }


def stored_part(target: str, item: Item) -> Part:
    """The contribution in an item that stands beside an intersection."""
    return Part(target, shares_of(strict_json.parse(str(item["shares"]).encode())))


def shares_of(rows: Iterable[tuple[str, int, str]]) -> tuple[Share, ...]:
    """Shares as they come out of JSON."""
    return tuple((measure, amount_minor, rate) for measure, amount_minor, rate in rows)


def stored_fact(item: Item) -> StoredFact:
    """What a fact item says, as far as the next plan needs it."""
    rows = strict_json.parse(str(item["contributions"]).encode())
    held_for = item.get("held_for")
    return StoredFact(
        revision=int(item["revision"]),
        source_version=str(item["source_version"]),
        digest=str(item["digest"]),
        parts={each: Part(target, shares_of(shares)) for each, target, shares in rows},
        held_for=MappingKey(*strict_json.parse(held_for.encode())) if held_for else None,
        unfinished=bool(item.get("unfinished")),
        readings=int(item["readings"]),
    )
