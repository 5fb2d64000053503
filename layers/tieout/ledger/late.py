"""Keeps the cells of closed books as they are, whatever a fact says now, and says what becomes of the difference: pure.

Of every intersection whose books are not open, a fact goes on contributing what it did when they were closed. What it would
contribute beyond that is late: it waits, or is booked to the next open period, or restates the closed one where somebody has
approved exactly that. So what a fact contributes there, what of it was booked elsewhere, and what waits, always add up to what
the fact says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tieout import strict_json
from tieout.closing import Books, Treatment
from tieout.ledger.amounts import Amounts, amounts_of, shares_of_amounts, without
from tieout.ledger.late_rows import LateKind, LateRow, digest_of
from tieout.ledger.part import Part
from tieout.planning.cells import Amount, Contribution, Intersection, LateShare


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What is known of the books when a fact is planned.

    Attributes:
        treatment: what becomes of changes of books.
        following: the next books that may change, None where there are none.
        moved: an intersection in another period.
        known: id to the intersections whose contributions stay or are late (`places_needed`), with the currency of each measure.
        approved: for closed books the digest of what somebody approved to be restated for this fact.
        books_late: whether differences may be booked; those of a fact that waits for a mapping may not.
        waited: what was late already, with the currency of each measure: a cell is never told of an amount that comes to nothing
            where it is booked.
    """

    treatment: Callable[[Books], Treatment]
    following: Callable[[Books], Books | None]
    moved: Callable[[Intersection, str], Intersection]
    known: Mapping[str, tuple[Intersection, Mapping[str, str]]] = field(default_factory=dict)
    approved: Mapping[Books, str] = field(default_factory=dict)
    books_late: bool = True
    waited: tuple[LateRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Protected:
    """What a fact is to contribute while books are closed.

    Attributes:
        kept: intersection id to the contributions that stay as they are.
        late: what came too late.
        restated: what was approved, and is among the contributions.
        other_rates: the identities of the rates the fact would be converted with now, none among them; None where what is kept was
            converted alike.
    """

    contributions: tuple[Contribution, ...]
    kept: Mapping[str, Part] = field(default_factory=dict)
    late: tuple[LateRow, ...] = ()
    restated: tuple[LateRow, ...] = ()
    other_rates: tuple[str, ...] | None = None

    def parts(self) -> dict[str, Part]:
        """Intersection id to what the fact is to contribute there."""
        return {
            each.intersection.intersection_id(): Part(
                each.intersection.target,
                tuple((a.measure, a.amount_minor, a.rate) for a in each.amounts),
                each.books,
                each.late,
            )
            for each in self.contributions
        } | dict(self.kept)


def is_touched(
    desired: Iterable[Contribution], stored: Mapping[str, Part], treatment: Callable[[Books], Treatment]
) -> bool:
    """Whether closed books, or what was booked late, have a say in a fact."""
    if any(part.late for part in stored.values()):
        return True
    books = {each.books for each in desired} | {part.books for part in stored.values()}
    return any(treatment(each) is not Treatment.ACCEPT for each in books)


def places_needed(stored: Mapping[str, Part], treatment: Callable[[Books], Treatment]) -> dict[str, Part]:
    """The contributions whose coordinates it takes to protect a fact."""
    return {name: part for name, part in stored.items() if part.late or treatment(part.books) is not Treatment.ACCEPT}


def protected(desired: Iterable[Contribution], stored: Mapping[str, Part], protection: Protection) -> Protected:
    """What a fact contributes, given what it contributed when it was last committed, and what it says now."""
    return _Protecting(desired, stored, protection).result()


class _Protecting:
    """One fact being protected."""

    def __init__(self, desired: Iterable[Contribution], stored: Mapping[str, Part], protection: Protection) -> None:
        self._protection = protection
        self._desired = {each.intersection.intersection_id(): each for each in desired}
        self._stored = stored
        self._kept = {name: part for name, part in stored.items() if self._is_closed(part.books)}
        self._places = {name: intersection for name, (intersection, _) in protection.known.items()}
        self._currencies = {name: dict(currencies) for name, (_, currencies) in protection.known.items()}
        self._find_origins()
        for name, each in self._desired.items():
            self._places[name] = each.intersection
        self._amounts: dict[str, Amounts] = {}
        self._shares: dict[str, list[LateShare]] = {}
        self._books: dict[str, Books] = {}
        self._late: list[LateRow] = []
        self._settled: frozenset[str] = frozenset()

    def result(self) -> Protected:
        """The contributions, what is kept of them, and what is late."""
        origins = self._origins()
        self._settled = frozenset(name for name, books in origins.items() if self._is_settled(name, books))
        rests = {name: rest for name, books in sorted(origins.items()) if (rest := self._rest(name, books))}
        waiting = [self._row(name, origins[name], rest, LateKind.TO_RESTATE) for name, rest in rests.items()]
        restated = [row for row in waiting if self._is_approved(row, waiting)]
        self._keep_what_stays_booked()
        for row in waiting:
            name = row.intersection.intersection_id()
            if self._protection.treatment(row.books) is Treatment.ACCEPT or row in restated:
                self._add(name, row.books, rests[name])
            else:
                self._put_off(name, row.books, rests[name])
        for row in restated:
            self._restate(row.intersection.intersection_id())
        late = sorted(self._late, key=lambda row: strict_json.dump(row.plain()))  # alike however they came to be
        found = Protected(self._contributions(), self._kept, tuple(late), tuple(restated))
        wanted = _rates_in(a.rate for each in self._desired.values() for a in each.amounts)
        there = _rates_in(rate for part in found.parts().values() for _, _, rate in part.shares)
        return found if wanted == there else replace(found, other_rates=tuple(sorted(wanted)))

    def _find_origins(self) -> None:
        """Where what was booked late belongs: the same place in the period it was late for."""
        for name, (intersection, currencies) in self._protection.known.items():
            for each in self._stored[name].late:
                self._places.setdefault(each.origin, self._protection.moved(intersection, each.books.period))
                self._currencies.setdefault(each.origin, {}).update(currencies)
        for row in self._protection.waited:
            named = {each.measure: each.currency for each in row.amounts}
            into = (self._protection.moved(row.intersection, row.into.period),) if row.into else ()
            for place in (row.intersection, *into):
                name = place.intersection_id()
                self._places.setdefault(name, place)
                self._currencies.setdefault(name, {}).update(named)

    def _is_closed(self, books: Books) -> bool:
        return self._protection.treatment(books) is not Treatment.ACCEPT

    def _origins(self) -> dict[str, Books]:
        """Every intersection the fact belongs to or belonged to, with its books."""
        origins = {name: each.books for name, each in self._desired.items()}
        for name, part in self._stored.items():
            origins |= {each.origin: each.books for each in part.late}
            if part.own():
                origins[name] = part.books
        return origins

    def _rest(self, name: str, books: Books) -> Amounts:
        """What the fact says of an intersection beyond what stays as it is: its own contribution, and what was booked."""
        wanted = amounts_of(self._desired[name].amounts) if name in self._desired else {}
        lasting = {there: part for there, part in self._stored.items() if self._stays_booked(there, name, books)}
        frozen = [self._measured(name, each.shares) for part in lasting.values() for each in part.late_of(name)]
        if self._is_closed(books) and name in self._kept:
            frozen.append(self._measured(name, self._kept[name].own()))
        for each in frozen:
            wanted = without(wanted, each)
        return wanted

    def _measured(self, name: str, shares: Iterable[tuple[str, int, str]]) -> Amounts:
        """Shares of an intersection with the currency of each measure."""
        currencies = self._currencies[name]
        return amounts_of(Amount(measure, currencies[measure], minor, rate) for measure, minor, rate in shares)

    def _is_approved(self, row: LateRow, waiting: list[LateRow]) -> bool:
        if not self._is_closed(row.books) or row.books not in self._protection.approved:
            return False
        same = (each for each in waiting if each.books == row.books)
        return self._protection.approved[row.books] == digest_of(same)

    def _is_settled(self, name: str, books: Books) -> bool:
        """Whether all that is late of an intersection is booked already, to whichever books: once more the same moves none."""
        rest = self._rest(name, books)
        for there, part in self._stored.items():
            for each in part.late_of(name) if there not in self._kept else ():  # what is kept is not in the rest
                rest = without(rest, self._measured(name, each.shares))
        return not rest and self._is_closed(books)

    def _stays_booked(self, name: str, origin: str, books: Books) -> bool:
        """Whether what was booked late to an intersection stays: that one is closed by now, or nothing is new, or has to wait."""
        treatment = self._protection.treatment(books)
        waits = treatment in {Treatment.HOLD, Treatment.RESTATE} or not self._protection.books_late
        return name in self._kept or origin in self._settled or (waits and treatment is not Treatment.ACCEPT)

    def _keep_what_stays_booked(self) -> None:
        for name, part in self._stored.items():
            for each in part.late:
                if not self._stays_booked(name, each.origin, each.books):
                    continue
                amounts = self._measured(each.origin, each.shares)
                self._late.append(self._row(each.origin, each.books, amounts, LateKind.BOOKED, part.books))
                if name not in self._kept:
                    self._add(name, part.books, amounts)
                    self._shares.setdefault(name, []).append(each)

    def _put_off(self, name: str, books: Books, rest: Amounts) -> None:
        treatment = self._protection.treatment(books)
        into = self._into(name, books) if treatment is Treatment.NEXT_OPEN and self._protection.books_late else None
        if into is None:
            kind = LateKind.TO_RESTATE if treatment is Treatment.RESTATE else LateKind.HELD
            self._late.append(self._row(name, books, rest, kind))
            return
        place = self._protection.moved(self._places[name], into.period)
        there = place.intersection_id()
        self._places[there] = place
        self._add(there, into, rest)
        self._shares.setdefault(there, []).append(LateShare(name, books, shares_of_amounts(rest)))
        self._late.append(self._row(name, books, rest, LateKind.BOOKED, into))

    def _into(self, name: str, books: Books) -> Books | None:
        """Where it is booked already, if that may still change; else the next books that may."""
        booked = (part.books for part in self._stored.values() if part.late_of(name))
        return min((each for each in booked if not self._is_closed(each)), default=self._protection.following(books))

    def _restate(self, name: str) -> None:
        """A closed contribution changes after all; what others booked there stays."""
        part = self._kept.pop(name, None)
        if part is None:
            return
        self._add(name, part.books, self._measured(name, part.shares))
        self._shares[name] = list(part.late)

    def _add(self, name: str, books: Books, amounts: Amounts) -> None:
        negative = {each: Amount(a.measure, a.currency, -a.amount_minor, a.rate) for each, a in amounts.items()}
        self._amounts[name] = without(self._amounts.get(name, {}), negative)
        self._books[name] = books

    def _row(self, name: str, books: Books, amounts: Amounts, kind: LateKind, into: Books | None = None) -> LateRow:
        listed = tuple(amount for _, amount in sorted(amounts.items()))
        return LateRow(intersection=self._places[name], books=books, kind=kind, amounts=listed, into=into)

    def _contributions(self) -> tuple[Contribution, ...]:
        return tuple(sorted(self._contributed()))

    def _contributed(self) -> Iterator[Contribution]:
        for name, amounts in self._amounts.items():
            late = tuple(sorted(self._shares.get(name, ())))
            if amounts or late:
                listed = tuple(amount for _, amount in sorted(amounts.items()))
                yield Contribution(self._places[name], listed, self._books[name], late)


def _rates_in(texts: Iterable[str]) -> set[str]:
    """The identities of rates, several of which may stand in one text."""
    return {rate for text in texts for rate in text.split()}
