"""What a source can be asked to list: which records changed when, at which versions, and what they are worth by its own list.

A list is no reading: nothing is planned of it. It says which records are to be read, and what should be here by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, runtime_checkable

from tieout.arriving.notice import RecordKey
from tieout.money import Money


class Window(NamedTuple):
    """Which changes are meant, by the source's own clock: from `since` on, and before `until`; UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A record as its source lists it.

    Attributes:
        version: as the `source_version` of its statement would be, so that both compare as texts; empty where the source
            says only that it is gone.
        deleted: the source lists it as gone.
        amount: what it is worth as its source's list has it; None where the list does not say.
        day: the day it counts from (a close date, a posting date), where the list says.
        is_told: False where it changed last in a way of which its source tells nobody.
    """

    key: RecordKey
    version: str
    deleted: bool = False
    amount: Money | None = None
    day: date | None = None
    is_told: bool = True


class Step(NamedTuple):
    """That a record with a history became something, as its source's own log of events tells: a list has what it is now alone.

    Attributes:
        version: what names it in the record's history where it says what the record was; else when it happened.
        said: what is kept of the event, as a door would keep it; empty where it does not say what the record was, so that only
            a reading can tell whether anything is missing.
    """

    key: RecordKey
    version: str
    said: bytes = b""


class ListingPage(NamedTuple):
    """Some of what changed within a window.

    Attributes:
        records: at most 200, each once.
        following: what asks for those behind them; empty where there are none.
        steps: of records with a history, at most 200, in any order; they count as no records.
    """

    records: tuple[Listed, ...]
    following: str
    steps: tuple[Step, ...] = ()


class Listing(Protocol):
    """The capability `listing` of a system: its module has `open_listing`, which makes one of these, `ENTITIES` and `LATENESS`.

    `open_listing(connection, credentials, http, clock)` takes what `open_reader` takes. `ENTITIES` are the ledger's entities
    it can list. `LATENESS` is how long after its stamp a change can first be seen in a list: whoever lists what is new reaches
    back by it.
    """

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """The records of an entity last changed within the window, deleted ones included where the source lists them.

        A record that changes while it is listed page by page may come twice or, moved behind the window, not at all; one
        that does not change comes exactly once.

        Args:
            entity: one of `ENTITIES`.
            window: the same for all pages of a listing.
            cursor: empty for the first page, else `following` of the page before.

        Raises:
            TieoutError: it cannot be had.
        """
        ...

    def count(self, entity: str, window: Window) -> int | None:
        """About how many records the pages of a listing would have; None where the source cannot say it in one call.

        Raises:
            TieoutError: it cannot be had.
        """
        ...

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """Those of at most 200 records of one entity that the source has, as it would list them now; the others are gone.

        Raises:
            TieoutError: it cannot be had.
        """
        ...


class ChangesPage(NamedTuple):
    """Some of what has changed since a mark.

    Attributes:
        records: at most 200, each once; what is gone among them, at no version.
        following: what asks for those behind them; empty on the last page.
        mark: on the last page, from where what changes later can be asked for; empty on others.
    """

    records: tuple[Listed, ...]
    following: str
    mark: str


@runtime_checkable
class Tracker(Protocol):
    """What a listing can also be: its source keeps count of changes and deletions, by marks of its own. Polls go by them."""

    def changes(self, entity: str, mark: str, cursor: str) -> ChangesPage:
        """What has changed since a mark, or all there is where the source does not know that any more.

        Args:
            entity: one of `ENTITIES`.
            mark: where the last walk ended; empty: all there is.
            cursor: empty for the first page, else `following` of the page before.

        Raises:
            TieoutError: it cannot be had.
        """
        ...
