"""What a world has to know of a billing system that takes part in it: one class for each, listed in `billing_systems.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from random import Random
from types import SimpleNamespace
from typing import Any, Protocol

from tests.simulation.oracle_of_billing import Books, Subscribed
from tests.simulation.oracle_of_values import Cells
from tests.simulation.schedule import Schedule
from tests.simulation.senders import Event
from tests.simulation.signing import WebhookSecretBox, Wire
from tests.simulation.weather import Weather
from tieout.arriving.payload import Payload
from tieout.facts.listing import Listing
from tieout.facts.reading import Content, SourceReader
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems import capability

Sign = Callable[[bytes, float], dict[str, str]]
Truth = tuple[str, str, Callable[[], Cells]]  # an entity, the id of a record, and what that puts into cells


class Site(Protocol):
    """Where people subscribe, are billed and pay."""

    def change_something(self) -> list[Event]:
        """One change by chance; its events, in the order in which they happened."""
        ...

    def is_listed(self, events: list[Event]) -> bool:
        """Whether lists show what happened."""
        ...

    def missed(self, events: list[Event]) -> None:
        """Note that nobody is ever told of it."""
        ...


class BillingSystem[S: Site, A](ABC):
    """A system whose connection is completed by what it tells and by what is read of it; its own modules do both.

    Attributes:
        sends_again_for: how long after it was told first something may come once more.
        theme: what the seeds are called that look for trouble in it.
        credentials: what its API is called with.
        makes_site: a new one, in memory, which costs nothing where nothing happens in it.
        makes_answers: its API, as HTTP to the real client, which fails at a rate.
    """

    theme: str
    sends_again_for = timedelta()
    credentials: Mapping[str, str]
    makes_site: Callable[[Random, Schedule, bool], S]
    makes_answers: Callable[[S, Random, Weather, float], A]

    @cached_property
    def name(self) -> str:
        """What its connection is called."""
        return self.connection.name

    @cached_property
    @abstractmethod
    def connection(self) -> Connection:
        """As a landscape declares it."""

    @property
    @abstractmethod
    def entries(self) -> Mapping[str, Mapping[str, str]]:
        """By table the mapping entries that anybody may come to need of it."""

    def reader(self, answers: A, clock: Clock) -> SourceReader:
        """The real reader and its client."""
        found: SourceReader = self._own("reader").open_reader(self.connection, self.credentials, answers, clock)
        return found

    def listing(self, answers: A, clock: Clock) -> Listing:
        """The real listing and its client."""
        found: Listing = self._own("listing").open_listing(self.connection, self.credentials, answers, clock)
        return found

    def read_contents(self, payload: Payload) -> Sequence[Content]:
        """The real reading of what it told."""
        found: Sequence[Content] = self._own("contents").read_contents(payload, self.connection)
        return found

    def arriving(self) -> SimpleNamespace:
        """What the receive step needs of it."""
        options = self._own("options")
        return SimpleNamespace(
            options=lambda: options.Options(**options.at_the_door(self.connection.options)),
            door=self._own("door").open_door,
            verify=self._own("signature").verify,
            split=self._own("payloads").split,
        )

    def _own(self, name: str) -> Any:  # noqa: ANN401 a module
        return capability(self.connection.system, name)

    @abstractmethod
    def signer(self, box: WebhookSecretBox, schedule: Schedule) -> Sign:
        """How its deliveries are proven."""

    @abstractmethod
    def wire(self) -> Wire:
        """How its events are written down."""

    @abstractmethod
    def told_of(self, event: Event) -> str:
        """What happened to what, in an event."""

    @abstractmethod
    def odd(self, event: Event, kind: str, random: Random) -> Event:
        """An event of a kind of which nothing comes: what no flow wants, or of what nothing can be made."""

    @abstractmethod
    def truth(self, site: S, books: Books) -> Iterator[Truth]:
        """What must be planned of each document and each payment, by what stands in the site at the end."""

    @abstractmethod
    def subscribed(self, site: S) -> Iterator[Subscribed]:
        """Each subscription, by all that it has been."""
