"""Controllers who have periods certified, in the midst of traffic and at rest: what the journal must tell again, to the byte.

It has chance of its own, and changes nothing of a world's story but that books are closed at the end. In worlds of the theme
`governed` certificates are derived in the midst of traffic; there, and on one ordinary day in sixteen, at rest as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulation.comparing import with_planning
from tests.simulation.governing import THEME, is_governed
from tests.simulation.operators import give_until_done
from tests.simulation.oracle import Expected
from tests.simulation.truth import truth_of
from tests.support.memory_table import MemoryTable
from tieout.calendars import OutsideCalendarError
from tieout.certifying.changes import Changed, changes
from tieout.certifying.deriving import Asked, derive
from tieout.certifying.document import canonical, first_difference
from tieout.closing import Books, Closing
from tieout.errors import TieoutError
from tieout.ledger.certificates import CertificateLedger, Evidence
from tieout.ledger.journal import unpacked
from tieout.ledger.recalled import Replay
from tieout.ledger.table import Table

if TYPE_CHECKING:
    from tests.simulation.world import World

_VERSION, _REPORTING = "Actual", "USD"
_MAY_BE = frozenset({"held", "missing_there", "cut_off", "rate", "mapping"})
"""The kinds of breaks there may be where nothing is planted: of what waits, and of what closed books keep as it was."""
_HALF_A_CENT = Decimal("0.005")  # by no more is an amount off that is rounded once
_SECOND_MS = 1000
_LIFETIME_MS = 60_000
_Sums = dict[tuple[str, str, str, str], Decimal]  # target, cube, measure and currency to an amount


@dataclass(slots=True)
class _Certified:
    """What a ledger said of a period at a moment.

    Attributes:
        said: the certificate, or why there is none.
    """

    asked: Asked
    said: Mapping[str, Any] | str
    is_at_rest: bool = False


class Certifying:
    """What is certified in one world.

    Attributes:
        is_part: whether anything is.
        certified: what the ledger said whenever somebody asked.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"certifying {world.scenario.seed}")  # noqa: S311 it must repeat itself
        self.is_part = is_governed(world.scenario)
        self._landscape = replace(
            world.line.landscape, reconciliations=with_planning(), closing=Closing(versions=(_VERSION,))
        )
        self.certified: list[_Certified] = []

    def plan(self, span: int) -> None:
        """Have certificates asked for within a span of milliseconds."""
        if self._world.theme == THEME:
            for _ in range(self._random.randint(2, 4)):
                self._world.schedule.after(self._random.randrange(span), self._ask)

    def to_the_end(self) -> None:
        """Have a period certified at rest, in worlds of the theme two, mostly when their books are closed."""
        if not self.is_part:
            return
        known = self._known()
        wanted = 2 if self._world.theme == THEME else 1
        for books in self._random.sample(known, min(wanted, len(known))):
            if self._random.random() < 0.7:
                self._world.closings.close(books)
                self._world.run_until_rest()
            asked = self._evidenced(books)
            self._wait_for_the_next_second()
            asked = replace(asked, as_of=self._last_second())
            self.certified.append(_Certified(asked, self._derived(self._world.line.table, asked), is_at_rest=True))

    def violations(self) -> Iterator[str]:
        """Where the journal tells something else than the ledger said, or something has happened where nothing has."""
        if not self.is_part:
            return
        self._world.line.journaling.read_on()
        lines = [unpacked(body) for body in self._world.line.journaling.objects.contents().values()]
        truth = truth_of(self._world)
        for each in self.certified:
            about = f"{each.asked.period} of {each.asked.legal_entity} at {each.asked.as_of}"
            told = self._derived(_recalled(lines, each.asked.as_of), each.asked)
            if _text(told) != _text(each.said):
                yield f"{about}: the journal tells otherwise: {first_difference(each.said, told)}"
            if each.is_at_rest:
                yield from (f"{about}: {said}" for said in self._misjudged(each, truth))

    def _misjudged(self, certified: _Certified, truth: Expected) -> Iterator[str]:
        said = certified.said
        if isinstance(said, str):
            is_beside = said.startswith(OutsideCalendarError.__name__)  # somebody has named a period of no calendar
            yield from () if is_beside else (said,)
            return
        now = self._derived(self._world.line.table, replace(certified.asked, as_of=self._world.schedule.now()))
        if isinstance(now, str):
            yield f"nothing can be derived any more: {now}"
        else:
            happened = (each for each in changes(said, now) if not _is_looked_up_again(each))
            yield from (f"{each} has happened to it, though nothing has" for each in happened)
        wanted = self._sums(said, truth)
        found = {_at(each): Decimal(each["total"]) for each in said["totals"] if Decimal(each["total"])}
        if found != wanted:
            yield f"it comes to {sorted(found.items() - wanted.items())}, and should {sorted(wanted.items() - found.items())}"
        for each in said["rounding"]:
            if abs(Decimal(each["rounding"])) > _HALF_A_CENT * (each["contributions"] + 1):
                yield f"{each['contributions']} contributions are off by {each['rounding']} at {each['rate']}"
        waiting = {"#".join(each) for each in truth.waiting}
        if not {each["record"] for each in said["held"]} <= waiting:
            yield f"it says of {[each['record'] for each in said['held']]} that they wait, and {sorted(waiting)} do"
        kinds = {each["kind"] for leg in said["legs"] for each in leg["breaks"]}
        if not kinds <= _MAY_BE:
            yield f"nothing was planted, and there are breaks of the kinds {sorted(kinds)}"

    def _sums(self, said: Mapping[str, Any], truth: Expected) -> _Sums:
        """What planning is to hold of the period's books, as the sources say."""
        wanted = _Sums()
        for target in self._world.targets.values():
            fed = {at: value for at, value in truth.cells.items() if target.is_fed(at[0])}
            for (cube, measure, members), value in self._world.closings.said(target.name, fed).items():
                named = dict(members)
                of = (named.get("Legal entity"), named.get("Time"), named.get("Version"))
                if of == (said["legal_entity"], said["period"], _VERSION):
                    currency = _REPORTING if measure.endswith(f" {_REPORTING}") else named["Currency"]
                    at = (target.name, cube, measure, currency)
                    wanted[at] = wanted.get(at, Decimal(0)) + value
        return {at: value for at, value in wanted.items() if value}

    def _ask(self) -> None:
        """Somebody asks for a certificate: evidence is kept, and what the ledger says at the end of a second is certified."""
        known = self._known()
        if known:
            books = self._random.choice(known)
            give_until_done(self._world, "certify", partial(self._begin, books), _LIFETIME_MS)

    def _begin(self, books: Books) -> None:
        asked = self._evidenced(books)
        self._look_next_second(asked)

    def _look_next_second(self, asked: Asked) -> None:
        schedule = self._world.schedule
        schedule.after(_SECOND_MS - schedule.milliseconds % _SECOND_MS, lambda: self._look(asked))

    def _look(self, asked: Asked) -> None:
        """Certify what the ledger says of the second that is over, unless the one that has begun has changed it already."""
        if self._world.line.journaling.told_until() > self._last_second():
            self._look_next_second(asked)
            return
        table = MemoryTable()
        table.begin_as(self._world.line.table)
        table.settle()
        asked = replace(asked, as_of=self._last_second())
        self.certified.append(_Certified(asked, self._derived(table, asked)))

    def _evidenced(self, books: Books) -> Asked:
        now, connections = self._world.schedule.now(), self._world.line.landscape.connections
        evidence = Evidence(
            found_at=now,
            by="ana",
            parked=dict.fromkeys(self._world.line.flows, 0),
            code_version="simulated",
            landscape="0" * 64,
            listed={each.name: [] for each in connections},
        )
        CertificateLedger(self._world.line.table).keep_evidence(books.legal_entity, books.period, evidence)
        return Asked(legal_entity=books.legal_entity, period=books.period, as_of=now, evidence=evidence.name)

    def _known(self) -> list[Books]:
        """The books there is anything of."""
        return [each for each in self._world.closings.books() if each.version == _VERSION]

    def _derived(self, table: Table, asked: Asked) -> Mapping[str, Any] | str:
        try:
            return derive(table, self._landscape, asked)
        except TieoutError as error:
            return f"{type(error).__name__}: {error}"

    def _wait_for_the_next_second(self) -> None:
        schedule = self._world.schedule
        schedule.advance_to(schedule.milliseconds + 2 * _SECOND_MS)

    def _last_second(self) -> datetime:
        """The last whole second that is over."""
        return self._world.schedule.now().replace(microsecond=0) - timedelta(seconds=1)


def _recalled(lines: Iterable[Iterable[bytes]], moment: datetime) -> Table:
    """The ledger as the journal's objects tell that it was."""
    replay = Replay(moment)
    for some in lines:
        replay.take(some)
    return replay.table()


def _is_looked_up_again(changed: Changed) -> bool:
    """Whether it is no more than which entries were there when a fact was last read, though it is planned by others, or waits.

    What waits for one entry is converted as the others say, which changes no amount of a transaction.
    """
    now, _, before = changed.says.partition("; it was ")
    return now == before or ": held " in now or (changed.section, changed.what) == ("mappings", "came")


def _at(total: Mapping[str, str]) -> tuple[str, str, str, str]:
    return total["target"], total["cube"], total["measure"], total["currency"]


def _text(said: Mapping[str, Any] | str) -> bytes:
    return said.encode() if isinstance(said, str) else canonical(said)
