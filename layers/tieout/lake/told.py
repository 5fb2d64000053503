"""What one change of an item of the ledger tells of each table: facts, contributions, cells, receipts and outcomes."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.facts.statement import Absence
from tieout.lake.places import Place
from tieout.lake.tables import CELLS, CONTRIBUTIONS, FACTS, OUTCOMES, RECEIPTS, Table
from tieout.ledger import keys
from tieout.ledger.items import shares_of
from tieout.ledger.outcomes import outcomes_of
from tieout.ledger.receipts import ReceiptRow, receipt_rows
from tieout.ledger.table import Item, Key

_EVENT_DATES = ("document_date", "close_date", "day", "renewal_date")  # what the families call the date of a fact
_MONEY = re.compile(r"(?P<amount>-?[0-9]+(?:\.[0-9]+)?) (?P<currency>[A-Z]{3})")
_ABSENCES = frozenset(map(str, Absence))


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an item: what it was and what it is; None where there was, or is, none."""

    key: Key
    old: Item | None
    new: Item | None

    @property
    def latest(self) -> Item:
        """What the item is, or, where it is gone, what it was."""
        latest = self.old if self.new is None else self.new
        assert latest is not None
        return latest

    @property
    def is_removal(self) -> bool:
        """Whether the item is gone."""
        return self.new is None


class Told(NamedTuple):
    """A row, without what every row says.

    Attributes:
        about: what tells it apart from the other rows of its change and table.
    """

    table: Table
    about: str
    columns: Mapping[str, Any]
    is_removed: bool


_Places = Mapping[Key, Place]


def told_of(change: Change, places: _Places) -> Iterator[Told]:
    """What a change tells; nothing where it is of an item that no table shows."""
    teller = _teller(change.key)
    if teller is not None:
        yield from teller(change, places)


def places_needed(change: Change) -> frozenset[Key]:
    """The intersections that the rows of a change stand in."""
    teller = _teller(change.key)
    if teller is _cells or (teller is _contributions and _adds_anything(change)):
        return frozenset([(change.key[0], keys.STATE)])
    if teller is _receipts:
        target = change.key[0].split("#")[1]
        rows = receipt_rows(str(change.latest["cells"]))
        return frozenset(keys.cell_key(target, row.intersection_id) for row in rows)
    return frozenset()


def _teller(key: Key) -> Callable[[Change, _Places], Iterator[Told]] | None:
    kind = key[0].split("#")[0]
    if kind == "CELL":
        return _cells if key[1] == keys.STATE else _contributions if key[1].startswith(keys.PART_PREFIX) else None
    return {"FACT": _facts, "RECEIPT": _receipts, "OUTCOME": _outcomes}.get(kind)


def _facts(change: Change, _: _Places) -> Iterator[Told]:
    item = change.latest
    statement = _statement(item)
    stated = strict_json.parse(statement.encode())
    worth = _MONEY.fullmatch(str(stated["amount"])) if "amount" in stated else None
    columns = {
        **_record(change.key[0].split("#", 1)[1]),
        **{name: int(item[name]) for name in ("revision", "readings")},
        **{name: item[name] for name in ("source_version", "outcome", "kind", "mappings")},
        "absence": item["kind"] if item["kind"] in _ABSENCES else None,
        "event_date": next((stated[name] for name in _EVENT_DATES if name in stated), None),
        "posting_period": stated.get("posting_period", {}).get("name"),
        "amount": worth["amount"] if worth else None,
        "currency": worth["currency"] if worth else None,
        "statement": statement,
        "held_for": item.get("held_for"),
        **_lineage(item),
    }
    yield Told(FACTS, "", columns, change.is_removal)


def _statement(item: Item) -> str:
    deflated = item.get("statement_deflated")  # as the journal writes bytes
    return zlib.decompress(b64decode(deflated)).decode() if deflated else str(item["statement"])


def _contributions(change: Change, places: _Places) -> Iterator[Told]:
    """A row for each measure the fact adds to, and a tombstone for each it does not add to any more.

    None where it adds to none, since what it has booked there comes to nothing with its own: there may be no such cell.
    """
    if not _adds_anything(change):
        return
    place = places[change.key[0], keys.STATE]
    record = _record(change.key[1].removeprefix(keys.PART_PREFIX))
    for measure in sorted(_shares(change.old).keys() - _shares(change.new).keys()):
        yield Told(CONTRIBUTIONS, measure, {**place.columns(measure), **record}, is_removed=True)
    for measure, (amount_minor, rate) in sorted(_shares(change.new).items()):
        columns = {
            **place.columns(measure),
            **record,
            "amount": place.amount(measure, amount_minor),
            "rate": rate,
            "source_version": change.latest["source_version"],
            **_lineage(change.latest),
        }
        yield Told(CONTRIBUTIONS, measure, columns, is_removed=False)


def _adds_anything(change: Change) -> bool:
    """Whether a fact adds to any measure of an intersection, or did before."""
    return bool(_shares(change.old) or _shares(change.new))


def _shares(item: Item | None) -> dict[str, tuple[int, str]]:
    if item is None:
        return {}
    shares = shares_of(strict_json.parse(str(item["shares"]).encode()))
    return {measure: (amount_minor, rate) for measure, amount_minor, rate in shares}


def _cells(change: Change, places: _Places) -> Iterator[Told]:
    item, place = change.latest, places[change.key]
    for name in sorted(item):
        if name.startswith(keys.TOTAL):
            measure = name.removeprefix(keys.TOTAL)
            columns = {
                **place.columns(measure),
                "total": place.amount(measure, item[name]),
                "written": place.amount(measure, item.get(keys.WRITTEN + measure)),
                "undone": place.amount(measure, item.get(keys.UNDONE + measure)),
                "refused_reason": item.get(keys.REFUSED + measure),
                "is_doubted": keys.DOUBTED + measure in item,
                "generation": item["generation"],
                **{each: item.get(each) for each in ("dirty_since", "last_receipt", "written_at")},
            }
            yield Told(CELLS, measure, columns, change.is_removal)


def _receipts(change: Change, places: _Places) -> Iterator[Told]:
    """A row for each cell; of a write that is about none the receipt alone."""
    target, (state, name) = change.key[0].split("#")[1], change.key[1].split("#", 1)
    item = change.latest
    receipt = {
        "target": target,
        "receipt": name,
        "state": state.lower(),
        "opened_at": name.split("#")[0],
        "ending": item.get("end"),
        "asked_by": item.get("by"),
        **{each: item.get(each) for each in ("closed_at", "answer", "reference", "undoes")},
    }
    rows = list(receipt_rows(str(item["cells"])))
    for row in rows:
        place = places[keys.cell_key(target, row.intersection_id)]
        yield Told(RECEIPTS, row.cell_id, {**receipt, **_written(row, place)}, change.is_removal)
    if not rows:
        yield Told(RECEIPTS, "", receipt, change.is_removal)


def _written(row: ReceiptRow, place: Place) -> dict[str, Any]:
    return {
        **place.columns(row.measure),
        "amount_before": place.amount(row.measure, row.before_minor),
        "amount_after": place.amount(row.measure, row.after_minor),
        "is_doubtful": row.is_doubtful,
        "before_is": str(row.source),
        "refused_reason": row.refused,
    }


def _outcomes(change: Change, _: _Places) -> Iterator[Told]:
    """A row for each notice whose outcome is another than before."""
    connection = change.key[0].split("#")[1]
    received_at, delivery_id, flow = change.key[1].split("#")
    before = outcomes_of(change.old or {})
    after = before if change.new is None else outcomes_of(change.new)
    for position, outcome in sorted(after.items()):
        if change.is_removal or before.get(position) != outcome:
            columns = {
                "connection": connection,
                "received_at": received_at,
                "delivery_id": delivery_id,
                "flow": flow,
                "notice_position": position,
                "outcome": str(outcome),
            }
            yield Told(OUTCOMES, str(position), columns, change.is_removal)


def _record(text: str) -> dict[str, str]:
    connection, entity, record_id = text.split("#", 2)
    return {"connection": connection, "entity": entity, "record_id": record_id}


def _lineage(item: Item) -> dict[str, Any]:
    notice = strict_json.parse(str(item["notice"]).encode())
    return {
        "notice_id": notice["notice_id"],
        "notice_kind": notice["kind"],
        "occurred_at": notice["occurred_at"],
        "notice_position": notice["position"],
        "payload": notice.get("payload"),
        **{name: item[name] for name in ("delivery_id", "flow", "received_at", "recorded_at", "code_version")},
    }
