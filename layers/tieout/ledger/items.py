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
from tieout.closing import Books
from tieout.facts.families import HISTORIC_KINDS, version_of
from tieout.facts.family import HistoricFact
from tieout.facts.recalling import fact_of_text
from tieout.facts.statement import canonical_text, fact_kind
from tieout.ledger import keys
from tieout.ledger.late_rows import LateRow, late_row
from tieout.ledger.part import Part
from tieout.ledger.plan import Plan, StoredFact
from tieout.ledger.table import Item, Key
from tieout.moments import moment_text, parse_moment
from tieout.planning.cells import LateShare, Share
from tieout.planning.mapping import Found, MappingKey, Used

_INLINE_STATEMENT_BYTES = 16_384  # a longer statement is deflated, so that an item stays under DynamoDB's 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a commit came from, kept with the fact.

    Attributes:
        occurred_at: when the oldest change it brings occurred; None where nobody can say, or it brings none. It is not kept.
    """

    notice: Notice
    delivery_id: str
    flow: str
    received_at: datetime
    recorded_at: datetime
    code_version: str
    occurred_at: datetime | None = None

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
        "schema_version": version_of(plan.statement),
        "digest": plan.digest,
        "contributions": parts_text(plan.new_parts()),
        "mappings": mappings_text(plan),
        **lineage_item(lineage),
    }
    if plan.waits_for is not None:
        item["held_for"] = strict_json.dump(list(plan.waits_for))
    if plan.alternative is not None:
        item["or_for"] = strict_json.dump(list(plan.alternative))
    if plan.guard.protected.late:
        item |= {"late": late_text(plan.guard.protected.late), "late_flow": plan.guard.flow}
    if (rates := plan.rates()) is not None:
        item["rates"] = " ".join(rates)
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


def fact_lineage(key: Key, item: Item) -> Lineage:
    """Where the fact in an item came from, by where the item stands."""
    return stored_lineage(keys.record_of(key).connection, item)


def mappings_text(plan: Plan) -> str:
    """The mapping entries a plan was made with, each with its member, as one attribute; null: others stood in for it."""
    return strict_json.dump({str(key): plan.used[key] for key in sorted(plan.used)})


def parts_text(parts: Mapping[str, Part]) -> str:
    """Contributions as one attribute: rows of intersection id, target, shares, books, late shares, in order of intersection id."""
    rows = [[each, part.target, part.shares, str(part.books), *_late(part)] for each, part in sorted(parts.items())]
    return strict_json.dump(rows)


def _late(part: Part) -> list[list[object]]:
    """What is booked late as one value, nothing where nothing is."""
    return [[[each.origin, str(each.books), each.shares] for each in part.late]] if part.late else []


def parts_of(text: str) -> dict[str, Part]:
    """The contributions that `parts_text` wrote."""
    rows = strict_json.parse(text.encode())
    return {name: _part(*row) for name, *row in rows}


def _part(target: str, shares: Iterable[Any], books: str, late: Iterable[Any] = ()) -> Part:
    adjustments = (LateShare(origin, Books.of_text(each), shares_of(rows)) for origin, each, rows in late)
    return Part(target, shares_of(shares), Books.of_text(books), tuple(adjustments))


def rates_of(item: Item) -> frozenset[str]:
    """The identities of the rates a fact was converted with when it was last planned."""
    if "rates" in item:  # what closed books keep was converted earlier, and what waits was not converted yet
        return frozenset(str(item["rates"]).split())
    parts = parts_of(str(item["contributions"])).values()
    return frozenset(rate for part in parts for _, _, rates in part.shares for rate in rates.split())


def late_text(rows: Iterable[LateRow]) -> str:
    """Late differences as one attribute."""
    return strict_json.dump([row.plain() for row in rows])


def late_of(item: Item) -> tuple[LateRow, ...]:
    """The late differences of an item, none where it has none."""
    return tuple(late_row(row) for row in strict_json.parse(str(item.get("late", "[]")).encode()))


def part_item(part: Part, plan: Plan, lineage: Lineage) -> dict[str, Any]:
    """A contribution as the item that stands beside its intersection, with the notice it came in."""
    return {
        "shares": strict_json.dump(part.shares),
        "books": str(part.books),
        **({"late": strict_json.dump(*_late(part))} if part.late else {}),
        "source_version": plan.source_version,
        **lineage_item(lineage),
    }


def stored_part(target: str, item: Item) -> Part:
    """The contribution in an item that stands beside an intersection."""
    shares, late = (strict_json.parse(str(item.get(name, "[]")).encode()) for name in ("shares", "late"))
    return _part(target, shares, str(item["books"]), late)


def shares_of(rows: Iterable[tuple[str, int, str]]) -> tuple[Share, ...]:
    """Shares as they come out of JSON."""
    return tuple((measure, amount_minor, rate) for measure, amount_minor, rate in rows)


def stored_fact(item: Item) -> StoredFact:
    """What a fact item says, as far as the next plan needs it."""
    return StoredFact(
        revision=int(item["revision"]),
        source_version=str(item["source_version"]),
        digest=str(item["digest"]),
        parts=parts_of(str(item["contributions"])),
        held_for=held_for_of(item),
        or_for=held_for_of(item, "or_for"),
        unfinished=bool(item.get("unfinished")),
        readings=int(item["readings"]),
        late=late_of(item),
        late_flow=str(item.get("late_flow", item["flow"])),
        told_until=_told_until(item),
        history=_history(item),
    )


def held_for_of(item: Item, name: str = "held_for") -> MappingKey | None:
    """The mapping entry that the fact in an item waits for; under `or_for` the other one that would release it too."""
    return MappingKey(*strict_json.parse(str(item[name]).encode())) if name in item else None


def used_of(item: Item) -> Used:
    """The mapping entries that the fact in an item was planned with, each with its member, as `mappings_text` wrote them."""
    used = strict_json.parse(str(item["mappings"]).encode())
    return {MappingKey.of_text(text): None if member is None else str(member) for text, member in used.items()}


def found_of(item: Item) -> Found:
    """Of these entries those that said something: what rates stood in for is not among them."""
    return {entry: said for entry, said in used_of(item).items() if said is not None}


def steps_of(item: Item) -> frozenset[str]:
    """What names all that the fact in an item has been; nothing where it has no history."""
    history = _history(item)
    return frozenset(history.steps()) if history is not None else frozenset()


def _history(item: Item) -> HistoricFact | None:
    """The fact that an item keeps, where it is of a kind that has a history."""
    kind = HISTORIC_KINDS.get(str(item["kind"]))
    return fact_of_text(kind, statement_text(item)) if kind else None


def statement_text(item: Item) -> str:
    """What was stated, as `statement.canonical_text` wrote it."""
    return (
        zlib.decompress(item["statement_deflated"]).decode() if "statement_deflated" in item else str(item["statement"])
    )


def _told_until(item: Item) -> datetime:
    """Up to when a fact was told of: its last notice says, else the reading that followed it."""
    occurred_at = strict_json.parse(str(item["notice"]).encode())["occurred_at"]
    received_at = parse_moment(str(item["received_at"]))
    return min(parse_moment(occurred_at), received_at) if occurred_at else parse_moment(str(item["recorded_at"]))
