"""Controllers close and open periods while there is traffic, and remember what they closed: what the line must hold to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.declared import landscape
from tests.simulation.operators import give_until_done
from tests.simulation.planning import Coordinates
from tieout.closing import Books, BooksState, Closing, LateRule
from tieout.ledger import keys
from tieout.ledger.closing import BooksLedger, LateFact
from tieout.ledger.table import Item, Key
from tieout.money import Money

if TYPE_CHECKING:
    from tests.simulation.world import World

GATE_SHARDS = 4
"""Few, so that functions meet at them."""
_MOST_CLOSED = 4
_Row = tuple[str, str, str, tuple[str, str, list[list[str]]], list[tuple[str, str, int, str]]]
_Cell = tuple[str, str]  # id of an intersection with its target, and measure


def rules(seed: int, flows: Collection[str]) -> Closing:
    """What becomes of what comes late, by chance for every flow of a world."""
    random = Random(f"late {seed}")  # noqa: S311 it must repeat itself
    treatments = ("hold", "next_open", "restate")
    return Closing(
        late=tuple(
            LateRule(
                name=flow,
                flows=(flow,),
                soft_closed=random.choice((*treatments, "accept")),  # type: ignore[arg-type]
                closed=random.choice(treatments),  # type: ignore[arg-type]
            )
            for flow in sorted(flows)
        )
    )


class Closings:
    """What controllers close in one world.

    Draws by chance of its own, so that what else happens in a world is the same whether something is closed or not.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"closing {world.scenario.seed}")  # noqa: S311 it must repeat itself
        self._ledger = BooksLedger(world.line.table, world.schedule.sleep, GATE_SHARDS)
        self._rules = rules(world.scenario.seed, [flow.name for flow in landscape().flows])
        self._closed: dict[Books, dict[_Cell, int]] = {}  # with their totals when nothing could change them any more
        self._restated: dict[Books, Counter[_Cell]] = {}  # what was approved since, and went in
        self._seen: set[str] = set()  # restatements that are counted
        self.broken: list[str] = []

    def plan(self, span: int) -> None:
        """Have periods closed and opened within a span of milliseconds."""
        likely = 0.5 if self._world.theme in {"planning", "records", "mappings", "writers", "governed"} else 0.12
        if self._world.scenario.fault_scale and self._random.random() < likely:
            for _ in range(self._random.randint(1, _MOST_CLOSED)):
                self._world.schedule.after(self._random.randrange(span), self._act)

    def close(self, books: Books) -> None:
        """Close books, whoever is at work on them."""
        self._until_done(lambda: self._change(books, BooksState.CLOSED))

    def books(self) -> list[Books]:
        """The books that anything was planned in."""
        return [Books.of_text(each) for each in sorted({str(item["books"]) for _, item in self._intersections()})]

    def end(self) -> None:
        """What waits to be restated is perhaps approved, and perhaps every period is opened again before the end."""
        for books in self._to_restate():
            if self._random.random() < 0.8:
                self._until_done(lambda books=books: self._approve_some(books))  # type: ignore[misc]
        if self._closed and self._random.random() < 0.4:
            for books in list(self._closed):
                self._until_done(lambda books=books: self._change(books, BooksState.OPEN))  # type: ignore[misc]

    def violations(self) -> Iterator[str]:
        """What moved though it was closed, and what waits for a period that is open."""
        yield from self.broken
        for books in self._closed:
            yield from self._moved(books)
        states = {books: change.state for books, change in self._ledger.changes().items()}
        books_late = {rule.flows[0] for rule in self._rules.late if "next_open" in {rule.soft_closed, rule.closed}}
        for flow, row in self._rows():
            books = Books.of_text(str(row[0]))
            if row[2] and flow not in books_late:
                yield f"{row} is booked, though what comes by {flow} waits"
            if not row[2] and states.get(books, BooksState.OPEN) is BooksState.OPEN:
                yield f"{row} waits for a period that is open"
            if row[2] and Books.of_text(row[2]).period <= books.period:
                yield f"{row} is booked to no later period"

    def said(self, target: str, wanted: Mapping[Coordinates, Decimal]) -> dict[Coordinates, Decimal]:
        """What a target is to hold of what the sources say: without what came too late, but with what was booked instead."""
        found = dict(wanted)
        for _, (books, _, into, (name, cube, members), amounts) in self._rows():
            if name != target:
                continue
            for measure, currency, minor, _ in amounts:
                value = Money(minor, currency).decimal()
                here = (cube, measure, tuple(sorted((each, member) for each, member in members)))
                found[here] = found.get(here, Decimal(0)) - value
                if into:
                    period, late_for = Books.of_text(into).period, Books.of_text(books).period
                    moved = [
                        (each, period if each == "Time" and member == late_for else member) for each, member in members
                    ]
                    there = (cube, measure, tuple(sorted(moved)))
                    found[there] = found.get(there, Decimal(0)) + value
        return found

    def _act(self) -> None:
        if self._closed and self._random.random() < 0.5:
            books = self._random.choice(self._to_restate() or sorted(self._closed))
            deed = self._random.choice((self._reopen, self._approve_some, self._approve_some))
            self._until_done(lambda: deed(books))
            return
        if there := self.books():
            state = self._random.choice((BooksState.CLOSED, BooksState.CLOSED, BooksState.SOFT_CLOSED))
            books = self._random.choice(there)
            self._until_done(lambda: self._change(books, state))

    def _to_restate(self) -> list[Books]:
        """The closed books for which something waits to be restated."""
        return sorted(
            {Books.of_text(row[0]) for _, row in self._rows() if row[1] == "to restate"} & self._closed.keys()
        )

    def _reopen(self, books: Books) -> None:
        self._change(books, BooksState.OPEN)

    def _change(self, books: Books, state: BooksState) -> None:
        self.broken += self._moved(books)
        self._closed.pop(books, None)
        self._ledger.change(books, state, "controller", "month end", self._world.schedule.now())
        self._world.note(f"{books} is {state}")
        if state is BooksState.OPEN:
            self._world.weather.strike("books_opened")
        else:
            self._world.weather.strike("books_closed")
        self._send_again(self._ledger.late(books))
        if state is BooksState.CLOSED:
            self._closed[books] = self._totals(books)
            self._count_restated(books)
            self._restated[books] = Counter()

    def _approve_some(self, books: Books) -> None:
        """Approve what waits to be restated, as it is now, and send it through the line."""
        for late in list(self._ledger.late(books)):
            if any(row.kind == "to restate" for row in late.rows):
                self._ledger.ask(late, "accountant", "audit", self._world.schedule.now())
        for late in list(self._ledger.late(books)):
            if late.asked is not None:
                self._ledger.approve(late, "controller", self._world.schedule.now())
                self._world.weather.strike("restatement_approved")
                self._send_again(iter((late,)))

    def _send_again(self, late: Iterator[LateFact]) -> None:
        flows = self._world.line.flows
        for each in list(late):
            flows[each.lineage.flow].queue.send(each.lineage.envelope().message())

    def _moved(self, books: Books) -> list[str]:
        """Cells of closed books that are not as they were when they were closed."""
        if books not in self._closed:
            return []
        self._count_restated(books)
        before, now = self._closed[books], self._totals(books)
        return [
            f"{cell} of closed {books} moved from {before.get(cell, 0)} to {now.get(cell, 0)}"
            for cell in before.keys() | now.keys()
            if now.get(cell, 0) != before.get(cell, 0) + self._restated[books][cell]
        ]

    def _count_restated(self, books: Books) -> None:
        for key, item in self._world.line.table.contents().items():
            if key[0] == keys.late_in(books) and key[1].startswith(keys.RESTATED_PREFIX) and str(key) not in self._seen:
                self._seen.add(str(key))
                self._world.weather.strike("restated")
                for _, _, _, (target, cube, members), amounts in json.loads(item["late"]):
                    for measure, _, minor, _ in amounts:
                        cell = f"{target} {cube} {sorted(map(tuple, members))}", measure
                        self._restated.setdefault(books, Counter())[cell] += minor

    def _totals(self, books: Books) -> dict[_Cell, int]:
        """The totals of everything in the books."""
        totals = {}
        for key, item in self._intersections():
            if item["books"] == str(books):
                place = f"{key[0].split('#')[1]} {item['cube']} {sorted(map(tuple, json.loads(item['members'])))}"
                for name, value in item.items():
                    if name.startswith(keys.TOTAL):
                        totals[place, name.removeprefix(keys.TOTAL)] = value
        return totals

    def _intersections(self) -> Iterator[tuple[Key, Item]]:
        for key, item in self._world.line.table.contents().items():
            if key[0].startswith("CELL#") and key[1] == keys.STATE:
                yield key, item

    def _rows(self) -> Iterator[tuple[str, _Row]]:
        """What is listed as late, each with the flow it came by."""
        for key, item in self._world.line.table.contents().items():
            if key[0].startswith(keys.LATE_PREFIX) and key[1].startswith(keys.WAITS_PREFIX):
                yield from ((str(item["late_flow"]), row) for row in json.loads(str(item["late"])))

    def _until_done(self, command: Callable[[], None]) -> None:
        give_until_done(self._world, "close", command, 600_000)
