"""The lake: an object of the journal becomes an object of rows for each table, which is replaced where the journal's has grown.

Objects of the journal are told of in any order, several times, and to several functions at once; each time the whole object is
derived again. It only ever grows, so what counts is that no function replaces newer rows by older ones: it reads which
version of the rows there is, reads the journal after that, and replaces that version alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from tieout import strict_json
from tieout.errors import ConflictError
from tieout.lake.places import Places
from tieout.lake.rows import intersections_in, rows_by_table
from tieout.lake.tables import object_key
from tieout.ledger.journal import unpacked
from tieout.ports import ChangingObjects

ROUNDS = 8
"""How often the rows of one object are tried while others write them; then its message comes again."""


class JournalObjects(Protocol):
    """The journal, to be read."""

    def read(self, key: str) -> tuple[bytes, str]:
        """The object, and the name of the version that was read."""
        ...


class Message(NamedTuple):
    """One message of the queue: what S3 tells of an object of the journal, by way of EventBridge."""

    message_id: str
    body: str


class LakeStep(NamedTuple):
    """Everything that deriving rows needs.

    Attributes:
        note: is told the key of each object, and how many objects of rows were written because of it.
        note_failure: is told of every error, declared or not.
    """

    journal: JournalObjects
    rows: ChangingObjects
    places: Places
    note: Callable[[str, int], None]
    note_failure: Callable[[Exception], None]


def derive_told(messages: Sequence[Message], step: LakeStep) -> list[str]:
    """Derive each object that is told of, once however often it is; the ids of the messages that have to come again."""
    told: dict[str, list[str]] = {}
    again = []
    for message in messages:
        try:
            told.setdefault(_journal_object(message), []).append(message.message_id)
        except Exception as error:  # noqa: BLE001 what is no event of S3's is parked by the queue in the end
            step.note_failure(error)
            again.append(message.message_id)
    for key, ids in told.items():
        try:
            step.note(key, derive(key, step))
        except Exception as error:  # noqa: BLE001 an object that cannot be derived costs no other
            step.note_failure(error)
            again.extend(ids)
    return again


def derive(key: str, step: LakeStep) -> int:
    """Return once the rows of all tables are those of an object of the journal; how many objects had to be written.

    Raises:
        TieoutError: some may not be; to be derived again.
    """
    derived = _rows(key, step)
    older = [table for table, body in derived.items() if not step.rows.create(object_key(table, key), body)]
    written = len(derived) - len(older)
    for _ in range(ROUNDS):
        if not older:
            return written
        versions = {table: step.rows.read(object_key(table, key)) for table in older}
        derived = _rows(key, step)  # after the versions: what replaces one was read when it was there already
        older = [table for table in older if versions[table][0] != derived[table]]
        left = [
            table
            for table in older
            if not step.rows.replace(object_key(table, key), derived[table], versions[table][1])
        ]
        written += len(older) - len(left)
        older = left
    raise ConflictError(f"others keep writing the rows of {key}")


def _rows(key: str, step: LakeStep) -> Mapping[str, bytes]:
    lines = unpacked(step.journal.read(key)[0])
    return rows_by_table(lines, step.places.of(intersections_in(lines)))


def _journal_object(message: Message) -> str:
    return str(strict_json.parse(message.body.encode())["detail"]["object"]["key"])
