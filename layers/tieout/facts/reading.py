"""What the record step asks of a system: record keys in, statements out; or a kept payload in, what it states out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import PermanentError, TransientError, UnreadableRecordError
from tieout.facts.statement import Statement
from tieout.landscape import Connection

Reading = Statement | TransientError | PermanentError


def reading_of(state: Callable[[], Reading], failing: str = "the record cannot be translated") -> Reading:
    """What a record is stated to be, or why it is not: whatever is wrong with one costs no other; `failing` says so to people."""
    try:
        return state()
    except (TransientError, PermanentError) as error:
        return error
    except Exception as error:  # noqa: BLE001 a bug, or a value nobody thought of, fails its own record and no other
        return UnreadableRecordError(f"{failing}: {type(error).__name__}")


class SourceReader(Protocol):
    """Reads what records of one connection are now, in as few calls as the source allows."""

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key asked: what it is, or the error that struck that key alone.

        Never raises a `TieoutError`: where a whole call failed, every key it carried has that error.
        """
        ...


class ListedPage(NamedTuple):
    """Some records of an entity.

    Attributes:
        keys: at most 200 records, each once.
        following: what asks for the records behind them; None where there are none.
    """

    keys: tuple[RecordKey, ...]
    following: RecordKey | None


@runtime_checkable
class Lister(Protocol):
    """What a reader can also be: it lists the records of an entity, for changes of which nobody was told one by one."""

    def list_page(self, key: RecordKey) -> ListedPage:
        """The page a key asks for whose `asks_for_listing` is true.

        Raises:
            TieoutError: it cannot be had.
        """
        ...


class Content(NamedTuple):
    """What a payload says one record is.

    Attributes:
        reading: the statement, at the version the payload states and without related records; or why none can be made.
        excerpt: what of the body was read for it. It tells statements of one version apart whose contents differ, so it
            must be equal whenever the source says the same again, and must not depend on how it is interpreted.
        position: of the notice that was made of it, where the system can tell; None: any notice about the record may be.
    """

    key: RecordKey
    reading: Statement | PermanentError
    excerpt: bytes
    position: int | None = None


class ContentsReader(Protocol):
    """The capability `contents` of a system: its module has this function under the name `read_contents`."""

    def __call__(self, payload: Payload, connection: Connection, /) -> Sequence[Content]:
        """Everything a payload says of records, several times of one record where it does, in any order.

        The versions stated must be texts that compare as the source's versions do. Pure: the same payload gives the same.

        Raises:
            PermanentError: nothing can be made of the payload as a whole.
        """
        ...
