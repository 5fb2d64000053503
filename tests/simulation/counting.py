"""The census of a simulated world: what nobody ever tells of, and how the sources' own lists bring it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from functions.census.due import Listable
from functions.census.pipeline import CensusStep, census
from functions.census.telling import Telling
from tests.simulation.books_records import Change as BookChange
from tests.simulation.declared import landscape
from tests.simulation.documents import ZONE
from tests.simulation.listings import declared, listings, rate_changes, small_lists
from tests.support.listed.scene import MASTERS
from tieout.arriving.notice import RecordKey
from tieout.census import Purpose, Run
from tieout.errors import TransientError
from tieout.facts.listing import Listing, Window
from tieout.facts.rate_changes import RateChanges
from tieout.ledger.censuses import CensusLedger, StillRunningError
from tieout.systems import listable_entities

if TYPE_CHECKING:
    from tests.simulation.sales import Changes
    from tests.simulation.senders import Event
    from tests.simulation.world import World

_LIFETIME_MS = 50_000
_RATES = (0.0, 0.0, 0.1, 0.1, 0.4)
_LATER_MS = 2_500  # stamps count seconds: what changes twice within one looks unchanged in any list
_STORY, _DAY = timedelta(hours=9), timedelta(days=1)
_MINUTES = 400
# What the theme of seeds that look for trouble here is called.
THEME = "missed"


class Counting:
    """What is never told in a world, and the census that finds it. It has chance of its own, as the organisation has.

    Attributes:
        missed: how many changes were told to nobody.
        left: what the last census of all found, when nothing was under way any more.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = random = Random(f"{scenario.seed} census")  # noqa: S311 it must repeat itself
        self._is_part = world.theme == THEME or (scenario.fault_scale > 0 and random.random() < 0.4)
        drawn = random.choice(_RATES)
        self._rate = 0.4 if world.theme == THEME else drawn
        self.missed = 0
        self.left: set[RecordKey] = set()
        self.ledger = CensusLedger(world.line.table)
        self._listings: Mapping[str, Listing] = listings(world)
        self._rate_changes: Mapping[str, RateChanges] = rate_changes(world)

    def plan(self, span: int) -> None:
        """Have runs begin while there is traffic, and the minutes of the function pass."""
        if not self._is_part:
            return
        schedule, random = self._world.schedule, self._random
        for _ in range(random.choice((1, 2, 4))):
            purpose = random.choice(tuple(Purpose))
            schedule.after(random.randrange(span), partial(self._begin, purpose))
        for _ in range(random.choice((0, 0, 1, 3))):
            schedule.after(random.randrange(span), self._recalculate)
        schedule.after(random.randrange(60_000), self._minute)

    def have_nothing_told(self, after_ms: int) -> None:
        """From then on let nothing be told to anybody, so that only the census brings it."""
        self._is_part, self._rate = True, 0.0
        self._world.schedule.after(after_ms, lambda: setattr(self, "_rate", 1.0))

    def _recalculate(self) -> None:
        for erp in self._world.erps.values():
            self._world.weather.strike("rates_recalculated")
            erp.recalculate(self._random)

    def is_missed(self) -> bool:
        """Whether what happens now is told to nobody, ever."""
        if not (self._is_part and self._world.weather.is_on) or self._random.random() >= self._rate:
            return False
        self._world.weather.strike("never_told")
        self.missed += 1
        return True

    def miss_deal(self, name: str, events: list[Event]) -> bool:
        """Whether a CRM's events are told to nobody; then the deals are stamped, since no list would show them otherwise."""
        if not events or not self.is_missed():
            return False
        crm = self._world.crms[name]
        for event in events:
            self._world.schedule.after(_LATER_MS, partial(crm.stamp, event))
        return True

    def miss_document(self, name: str, document_id: str) -> bool:
        """Whether what happened to a document is told to nobody.

        All changes of the hour that the account's clock shows twice have one version: no list tells the second from the first.
        """
        later = self._world.schedule.now() + timedelta(milliseconds=_LATER_MS)
        if any(_is_shown_twice(each) for each in (self._world.schedule.now(), later)) or not self.is_missed():
            return False
        self._world.schedule.after(_LATER_MS, lambda: self._world.erps[name].stamp(document_id))
        return True

    def miss_sales(self, changes: Changes) -> bool:
        """Whether changes of the organisation are told to nobody; those of accounts show in no list and are always told."""
        if not changes or any(each.kind == "Account" for each in changes) or not self.is_missed():
            return False
        for each in changes:
            subject = each.parent or each.record_id
            self._world.schedule.after(_LATER_MS, partial(self._world.selling.sales.stamp, subject))
        return True

    def miss_books(self, changes: Sequence[BookChange]) -> bool:
        """Whether changes of the environment are told to nobody; those of drafts show in no list and are always told."""
        drafts = [each.header for each in changes if each.header is not None and each.header.is_draft]
        return not drafts and self.is_missed()

    def to_the_end(self) -> None:
        """Take a census of everything, once everything can be seen in a list."""
        if not self._is_part:
            return
        lateness = max(each for each in (self._listable(name).lateness for name in self._listings) if each < _DAY)
        self._world.schedule.advance_to(self._world.schedule.milliseconds + lateness // timedelta(milliseconds=1) + 1)
        for connection in self._listings:
            self._end_runs(connection)
            self._begin_all(connection, Purpose.CENSUS)
        for _ in range(_MINUTES):
            with small_lists():
                self._run()
            if all(run.phase.is_over for each in self._listings for run in self.ledger.runs(each)):
                return
            self._world.schedule.advance_to(self._world.schedule.milliseconds + 60_000)
        raise AssertionError("a census never ends")

    def check(self) -> None:
        """Take one more census, and keep what it finds."""
        if not self._is_part:
            return
        self.to_the_end()
        self.left = {
            found.key
            for connection in self._listings
            for run in self.ledger.runs(connection)
            if run.purpose is Purpose.CENSUS
            for found in self.ledger.findings(run)
        }

    def _minute(self) -> None:
        with small_lists():
            self._run()
        if self._world.weather.is_on:
            self._world.schedule.after(60_000, self._minute)

    def _run(self) -> None:
        self._world.invoke("census", self._work, _LIFETIME_MS, may_rest=False)

    def _work(self) -> None:
        try:
            census(self._step())
        except TransientError:
            self._world.weather.strike("census_failed")
        except Exception as error:  # noqa: BLE001 none may
            self._world.line.undeclared.append(f"census: {error!r}")

    def _step(self) -> CensusStep:
        world = self._world
        return CensusStep(
            sources=tuple(self._listable(name) for name in self._listings),
            ledger=self.ledger,
            listing_of=self._listings.__getitem__,
            rate_changes_of=self._rate_changes.get,
            telling=Telling(
                landscape().flows_by_entity(), world.line.bus, world.line.archive, world.schedule, world.line.entropy
            ),
            is_busy=lambda _: world.weather.is_on and self._random.random() < 0.2,
            period_dimensions={"Time"},
            clock=world.schedule,
            note_failure=lambda error, run: world.line.undeclared.append(f"census of {run.entity}: {error!r}"),
        )

    def _listable(self, name: str) -> Listable:
        """The lists of a connection but those of master data, which no day changes unheard: nothing is planned of it."""
        connection = declared(name)
        entities, lateness = listable_entities(connection.system)
        carried = landscape().flows_by_entity()
        listed = tuple(each for each in entities if each in carried and each not in MASTERS)
        return Listable(connection=connection, entities=listed, lateness=lateness)

    def _begin(self, purpose: Purpose) -> None:
        if self._world.weather.is_on:
            self._begin_all(self._random.choice(tuple(self._listings)), purpose)

    def _begin_all(self, connection: str, purpose: Purpose) -> None:
        now, listable = self._world.schedule.now(), self._listable(connection)
        since = now - _STORY
        if listable.lateness >= _DAY:  # what is stamped with a day is stamped with the midnight it began with
            since = since.replace(hour=0, minute=0, second=0, microsecond=0)
        for entity in listable.entities:
            span = Window(since, now)
            run = Run.begun(connection=connection, entity=entity, purpose=purpose, span=span, now=now)
            last = {(each.entity, each.purpose): each.mark for each in self.ledger.runs(connection)}
            try:
                self.ledger.begin(run._replace(mark=last.get((entity, purpose), "")))
            except StillRunningError:
                continue

    def _end_runs(self, connection: str) -> None:
        """Let what is under way come to its end, so that everything is compared once more from the start."""
        for _ in range(_MINUTES):
            if all(run.phase.is_over for run in self.ledger.runs(connection)):
                return
            with small_lists():
                self._run()
            self._world.schedule.advance_to(self._world.schedule.milliseconds + 60_000)


def _is_shown_twice(moment: datetime) -> bool:
    """Whether the account's clock shows this moment's reading at another moment too."""
    wall = moment.astimezone(ZONE)
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
