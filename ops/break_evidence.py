"""What speaks for the records of a break: the fact that each is, the notice it came in, and the last writes of what it adds to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ops.display import Row
from tieout.arriving.notice import RecordKey
from tieout.ledger import keys
from tieout.ledger.items import fact_lineage, parts_of
from tieout.ledger.table import Item, Key, Table
from tieout.moments import moment_text

SHOWN = ("record", "kind", "outcome", "source_version", "delivery", "position", "receipts")


def evidence_rows(table: Table, records: Iterable[RecordKey]) -> list[Row]:
    """A row for each of these records that the ledger knows, in their order."""
    wanted = [keys.fact_key(each) for each in records]
    found = table.get(wanted)
    return [_row(table, key, found[key]) for key in wanted if key in found]


def _row(table: Table, key: Key, item: Item) -> Row:
    lineage = fact_lineage(key, item)
    return {
        "record": str(lineage.notice.key),
        "kind": item["kind"],
        "outcome": item["outcome"],
        "source_version": item["source_version"],
        "notice": lineage.notice.notice_id,
        "delivery": lineage.delivery_id,
        "position": lineage.notice.position,
        "recorded_at": moment_text(lineage.recorded_at),
        "receipts": " ".join(sorted(set(_receipts(table, item)))),
    }


def _receipts(table: Table, item: Item) -> Iterator[str]:
    """The ids of the receipts under which the places that a fact adds to were written last."""
    places = [keys.cell_key(part.target, name) for name, part in parts_of(str(item["contributions"])).items()]
    for place in table.get(places).values():
        if "last_receipt" in place:
            yield str(place["last_receipt"]).rpartition("#")[2]
