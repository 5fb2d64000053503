"""Lists the records of an entity for a notice that asks for all of them: page by page, by way of the flow's own queue.

So a source that lost count of what it changed costs no run of the function more than one page, and every record a notice of
its own. A page that is asked for twice is listed once more, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from functions.record.work import Task
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.reading import ListedPage, Lister, SourceReader
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ports import Queue

_PAGE_MARK = "~"  # parts a delivery's id from the page that was listed because of it
_LISTED = "listed"  # the kind of notices that no source sent


class Listings:
    """Works off notices that ask for listings.

    Args:
        reader_of: the reader of a connection.
        queue: the flow's own, to which the notices of a page go.
        outcomes: tells which listings have been worked off.
    """

    def __init__(self, reader_of: Callable[[str], SourceReader], queue: Queue, outcomes: OutcomeLedger) -> None:
        self._reader_of, self._queue, self._outcomes = reader_of, queue, outcomes

    def work_off(self, task: Task) -> int | None:
        """Send a page's records and what asks for the next page to the queue; how many notices, None where that was done before.

        Raises:
            Exception: it cannot be listed, or not all of it is in the queue: then it is to be listed again.
        """
        envelope, notice = task.envelope, task.notice
        if self._outcomes.is_final(envelope, notice.position):
            return None
        page = self._page(notice.key)
        listed = _delivery_of(envelope, notice.key)
        if page.keys:
            self._send(envelope, listed, notice, page.keys, 0)
        if page.following is not None:
            # In a message of its own: what fails of the page's records must not list the next page again.
            self._send(envelope, listed, notice, [page.following], len(page.keys))
        return len(page.keys) + (page.following is not None)

    def ask(self, task: Task, keys: Sequence[RecordKey]) -> None:
        """Send what asks for listings because of a record, each in a message of its own; raises what the queue does."""
        asked = _delivery_of(task.envelope, task.notice.key)
        for position, key in enumerate(keys):
            self._send(task.envelope, asked, task.notice, [key], position)

    def _page(self, key: RecordKey) -> ListedPage:
        reader = self._reader_of(key.connection)
        if not isinstance(reader, Lister):
            raise UnreadableRecordError("the source cannot be asked for a listing")
        return reader.list_page(key)

    def _send(
        self, envelope: Envelope, delivery_id: str, asked_by: Notice, keys: Sequence[RecordKey], first_position: int
    ) -> None:
        notices = tuple(
            Notice(
                key=key,
                notice_id=f"{delivery_id}/{key.record_id}",
                kind=_LISTED,
                occurred_at=asked_by.occurred_at,
                position=position,
            )
            for position, key in enumerate(keys, first_position)
        )
        self._queue.send(envelope._replace(delivery_id=delivery_id, notices=notices).message())


def _delivery_of(envelope: Envelope, key: RecordKey) -> str:
    """The name of the delivery under which the notices are kept that a key leads to: the same whenever it does."""
    told_by = envelope.delivery_id.partition(_PAGE_MARK)[0]
    return f"{told_by}{_PAGE_MARK}{key.entity}{key.record_id}"
