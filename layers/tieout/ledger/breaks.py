"""The part of the ledger that has reconciliations: how two stages compared last, their breaks, and links by the word of a person.

RECONCILED#<name> / STATE                      the last run: when, what either stage comes to, how much tied out
RECONCILED#<name> / BREAK#<break>              a break, with everything that happened to it
RECONCILED#<name> / LINK#<left>|<right>        two records that belong together, and what they came to when somebody said so
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.ledger import control_keys
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import Absent, Condition, Delete, Equals, Key, Put, Table, pages
from tieout.ledger.table import Item as TableItem
from tieout.moments import moment_text, parse_moment
from tieout.reconciling.breaks import Break, BreakKind
from tieout.reconciling.items import Amount, Amounts, Place
from tieout.reconciling.matching import Link
from tieout.reconciling.tracking import BreakState, Remark, TrackedBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How two stages of a value compared.

    Attributes:
        as_of: the day that decided what may still follow.
        left: what the left stage came to by company, period and currency, whatever else is kept apart.
        right: as `left`, of the right one.
        tied_out: how many groups of records belong together without any difference.
        outdated: links that a person has confirmed, and of which a record has come to something else since: they have no effect.
    """

    at: datetime
    as_of: date
    left: Amounts
    right: Amounts
    tied_out: int
    outdated: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptBreak:
    """A break as the ledger has it; of a revision, so that nobody overwrites what somebody else has said meanwhile."""

    tracked: TrackedBreak
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLink:
    """A link as the ledger has it.

    Attributes:
        came_to: what both records came to when it was confirmed, as a digest.
    """

    link: Link
    came_to: str
    by: str
    at: datetime


class BreakLedger:
    """Reconciliations by name.

    Args:
        table: the ledger's.
        kept_days: how long a break is kept that is resolved.
    """

    def __init__(self, table: Table, kept_days: int = DEFAULT_DAYS) -> None:
        self._table = table
        self._kept_days = kept_days

    def run(self, name: str) -> Run | None:
        """The last run of a reconciliation; None where there was none."""
        key = control_keys.reconciled_key(name)
        item = self._table.get([key]).get(key)
        return None if item is None else _run_of(strict_json.parse(zlib.decompress(bytes(item["run_deflated"]))))

    def keep_run(self, name: str, run: Run) -> None:
        """Keep how two stages compared, in the place of the run before."""
        text = strict_json.dump(_plain_run(run))
        self._table.write([Put(control_keys.reconciled_key(name), {"run_deflated": zlib.compress(text.encode())})])

    def breaks(self, name: str) -> Iterator[KeptBreak]:
        """The breaks of a reconciliation, resolved ones included, in the order of their names."""
        for _, item in self._items(name, control_keys.BREAK_PREFIX):
            yield _kept_break(item)

    def keep(self, name: str, changed: Iterable[KeptBreak], now: datetime) -> frozenset[str]:
        """Keep breaks, those of revision 0 as new ones; the names of those that somebody else has changed meanwhile.

        Raises:
            TieoutError: some of them may be kept.
        """
        writes = [self._put(name, each, now) for each in changed]
        return frozenset(key[1].removeprefix(control_keys.BREAK_PREFIX) for key in self._table.write_each(writes))

    def links(self, name: str) -> Iterator[KeptLink]:
        """What people have said to belong together."""
        for _, item in self._items(name, control_keys.LINK_PREFIX):
            left, right = (RecordKey(*each) for each in strict_json.parse(str(item["records"]).encode()))
            at = parse_moment(str(item["at"]))
            yield KeptLink(link=Link(left, right), came_to=str(item["came_to"]), by=str(item["by"]), at=at)

    def link(self, name: str, link: KeptLink) -> None:
        """Keep that two records belong together; said again, it is of what they come to now."""
        told = {
            "records": strict_json.dump(link.link),
            "came_to": link.came_to,
            "by": link.by,
            "at": moment_text(link.at),
        }
        self._table.write([Put(control_keys.link_key(name, *link.link), told)])

    def part(self, name: str, link: Link) -> None:
        """Forget that two records belong together; no error where nobody has said so."""
        self._table.write([Delete(control_keys.link_key(name, *link))])

    def _items(self, name: str, prefix: str) -> Iterator[tuple[Key, TableItem]]:
        partition = control_keys.reconciled_of(name)
        for page in pages(lambda after: self._table.query(partition, prefix=prefix, after=after)):
            yield from page.items

    def _put(self, name: str, kept: KeptBreak, now: datetime) -> Put:
        tracked = kept.tracked
        condition: Condition = Equals("revision", kept.revision) if kept.revision else Absent("revision")
        told: dict[str, Any] = {"break": strict_json.dump(_plain_break(tracked)), "revision": kept.revision + 1}
        if tracked.state is BreakState.RESOLVED:
            told[EXPIRES_AT] = expires_at(now, self._kept_days)
        return Put(control_keys.break_key(name, tracked.found.name), told, condition)


def _kept_break(item: TableItem) -> KeptBreak:
    plain = strict_json.parse(str(item["break"]).encode())
    tracked = TrackedBreak(
        found=_found(plain["found"]),
        state=BreakState(plain["state"]),
        remarks=tuple(
            Remark(at=parse_moment(at), by=by, what=what, note=note) for at, by, what, note in plain["remarks"]
        ),
        owner=plain["owner"],
        due=_day_of(plain["due"]),
    )
    return KeptBreak(tracked, int(item["revision"]))


def _plain_break(tracked: TrackedBreak) -> dict[str, Any]:
    return {
        "found": _plain_found(tracked.found),
        "state": str(tracked.state),
        "remarks": [[moment_text(each.at), each.by, each.what, each.note] for each in tracked.remarks],
        "owner": tracked.owner,
        "due": _day_text(tracked.due),
    }


def _found(plain: Mapping[str, Any]) -> Break:
    records = {name: tuple(RecordKey(*each) for each in plain[name]) for name in ("left", "right", "may_be")}
    return Break(
        **records,
        kind=BreakKind(plain["kind"]),
        residuals=_amounts_of(plain["residuals"]),
        matching=plain["matching"],
        since=_day_of(plain["since"]),
        waits_for=tuple(plain["waits_for"]),
    )


def _plain_found(found: Break) -> dict[str, Any]:
    return {
        "kind": str(found.kind),
        "left": found.left,
        "right": found.right,
        "may_be": found.may_be,
        "residuals": _plain_amounts(found.residuals),
        "matching": found.matching,
        "since": _day_text(found.since),
        "waits_for": found.waits_for,
    }


def _run_of(plain: Mapping[str, Any]) -> Run:
    return Run(
        at=parse_moment(plain["at"]),
        as_of=date.fromisoformat(plain["as_of"]),
        left=_amounts_of(plain["left"]),
        right=_amounts_of(plain["right"]),
        tied_out=plain["tied_out"],
        outdated=tuple(Link(*(RecordKey(*each) for each in link)) for link in plain["outdated"]),
    )


def _plain_run(run: Run) -> dict[str, Any]:
    return {
        "at": moment_text(run.at),
        "as_of": run.as_of.isoformat(),
        "left": _plain_amounts(run.left),
        "right": _plain_amounts(run.right),
        "tied_out": run.tied_out,
        "outdated": run.outdated,
    }


def _amounts_of(rows: Iterable[Any]) -> Amounts:
    return {
        Place(company, period, currency, tuple(apart)): Amount(*both) for company, period, currency, apart, both in rows
    }


def _plain_amounts(amounts: Amounts) -> list[list[object]]:
    return [[*place, amount] for place, amount in sorted(amounts.items())]


def _day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""
