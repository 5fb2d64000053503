"""The Business Central environment of a world with all that stands around it: who is told of its changes, and who asks it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.simulation.books import Books, Changes
from tests.simulation.books_answers import BooksAnswers
from tests.simulation.books_records import CREDITS, Change, Document, Header
from tests.simulation.books_system import BOOKS, EVENTS_OF_BOOKS
from tests.simulation.notifying import Notifying
from tests.simulation.turns import BOOKS_THEME, has_turn

if TYPE_CHECKING:
    from tests.simulation.world import World

_KEPT_MS = 61_000  # how long what a reader knows of accounts may be old
_TOLD_AGAIN_MS = (5_000, 60_000)


class Bookkeeping:
    """An environment and its ways out. It has chance of its own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether the environment takes part in the world's story.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = random = Random(f"{scenario.seed} {BOOKS}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, BOOKS_THEME)
        lacks = frozenset({CREDITS}) if random.random() < 0.3 else frozenset()
        self.books = Books(self._chance(), world.schedule, lacks)
        self.answers = BooksAnswers(self.books, world.weather, self._tell_again)
        self.notifying = Notifying(
            self._chance(),
            lambda events: world.say(BOOKS, events),
            lambda events: world.say(EVENTS_OF_BOOKS, events),
        )

    def plan(self, span: int) -> None:
        """Have its changes happen within a span, and what goes wrong around it."""
        if not self.is_part:
            return
        schedule, random = self._world.schedule, self._random
        changes = self._world.scenario.changes
        for _ in range(changes if self._world.theme == BOOKS_THEME else changes // 2):
            schedule.after(random.randrange(span), self.change)
        schedule.after(random.randrange(span), self._ask_for_consent)
        forged = random.choice((BOOKS, EVENTS_OF_BOOKS))
        schedule.after(random.randrange(span), self._world.senders[forged].forge)

    def change(self) -> None:
        """Let something change, and be told of."""
        changes = self.books.change_something()
        if self._world.counting.miss_books(changes):
            return
        self.tell(changes)
        if self._world.weather.is_on and self._random.random() < 0.08:
            self._world.weather.strike(self.notifying.tell_oddly(changes[0]))

    def tell(self, changes: Changes) -> None:
        """Tell of changes."""
        for change in changes:
            named = change.document or change.header
            self._world.note(f"{BOOKS}: {change.company[:8]} {named and named.number} {change.operation}")
            self.notifying.tell(change)

    def end(self) -> None:
        """Somebody perhaps sorts the account that has no category, and corrects what stands on it once that is known."""
        if self.is_part and self._random.random() < 0.5:
            changes = self.books.sort()
            self._world.schedule.after(_KEPT_MS, lambda: self.tell(changes))

    def _ask_for_consent(self) -> None:
        """A subscription is renewed, for which the address must consent."""
        token = f"{self._random.getrandbits(40):x} +/{self._random.choice('=&%')}"
        self._world.senders[BOOKS].ask_for_consent(f"validationToken={quote(token, safe='')}", token)

    def _tell_again(self, subject: Document | Header) -> None:
        """A reader was served an older version: something is told of it later anyway."""
        now = self._world.schedule.now()
        if isinstance(subject, Document):
            ids = tuple(each.record_id for each in subject.entries)
            changed_at = max(each.stamp for each in subject.entries)  # what a collection reaches back to
            again = Change(subject.ledger.company, "updated", changed_at, subject, ids)
        else:
            again = Change(self._company_of(subject), "updated", now, header=subject)
        self._world.schedule.after(self._random.choice(_TOLD_AGAIN_MS), lambda: self.tell([again]))

    def _company_of(self, header: Header) -> str:
        [company] = [each for each, headers in self.books.headers.items() if header in headers]
        return company

    def _chance(self) -> Random:
        return Random(self._random.getrandbits(64))  # noqa: S311 as above
