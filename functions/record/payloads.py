"""Completes notices from what was delivered: the kept payload a notice names states its record, at a version of its own.

Statements of one record are ordered by that version and never by arrival. Where two of one version differ, a deletion
stands above a content and a digest decides among the rest, so that every order of arrival and every replay ends alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from functions.record.work import Task
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.payload import read_payload
from tieout.errors import PermanentError, UnreadableRecordError
from tieout.facts.reading import Content, ContentsReader
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Connection
from tieout.systems import capability

_Contents = Mapping[RecordKey, Sequence[Content]]


def contents_reader(connection: Connection) -> ContentsReader:
    """The capability `contents` of a connection's system."""
    found: ContentsReader = capability(connection.system, "contents").read_contents
    return found


class KeptPayloads:
    """The payloads that the records of some connections are completed from.

    Args:
        connections: those that are completed otherwise are passed over.
        fetch: the bytes of an object of the archive.
        reader_of: reads what the payloads of a connection state.
    """

    def __init__(
        self,
        connections: Iterable[Connection],
        fetch: Callable[[str], bytes],
        reader_of: Callable[[Connection], ContentsReader] = contents_reader,
    ) -> None:
        self._connections = {each.name: each for each in connections if each.keeps_payloads}
        self._fetch, self._reader_of = fetch, reader_of

    def complete(self, tasks: Iterable[Task]) -> dict[Task, Exception]:
        """Give each task about a record of these connections what its payload states; the others fail alone, with these.

        Of a connection whose records are read besides, a payload may say nothing, and a notice may name none: a listing made it.
        Each payload is fetched and read once, however many notices name it.
        """
        read: dict[str, _Contents | Exception] = {}
        failures: dict[Task, Exception] = {}
        for task in tasks:
            connection, key = self._connections.get(task.notice.key.connection), task.notice.payload
            if connection is None or (connection.is_read and not key):
                continue
            if key not in read:
                read[key] = self._read(key, connection)
            stated = _stated(task.notice, read[key])
            if stated is None and not connection.is_read:
                stated = UnreadableRecordError("the payload says nothing of the record")
            if isinstance(stated, Exception):
                failures[task] = stated
            elif connection.is_read:
                task.told = stated.fact if stated else None
            else:
                task.statement = stated
        return failures

    def _read(self, key: str, connection: Connection) -> _Contents | Exception:
        """What a payload says by record, or why nothing can be made of it; a bug in one system is not another's."""
        if not key:
            return UnreadableRecordError("the notice names no payload")
        contents: dict[RecordKey, list[Content]] = {}
        try:
            for each in self._reader_of(connection)(read_payload(self._fetch(key)), connection):
                contents.setdefault(each.key, []).append(each)
        except Exception as error:  # noqa: BLE001 it fails the notices that name this payload, never the batch
            return error
        return contents


def versioned(content: Content) -> Statement | PermanentError:
    """What a content states, at a version that no other content of the record has: `<stated version> <standing> <digest>`.

    The digest is the excerpt's and not the fact's, so that a payload read by a corrected mapping keeps its version.
    """
    reading = content.reading
    if not isinstance(reading, Statement):
        return reading
    if not reading.source_version:
        return UnreadableRecordError("the payload states no version")
    is_gone = reading.absence in {Absence.DELETED, Absence.MERGED}
    standing = "deleted" if is_gone else "content"  # in this order as texts
    digest = hashlib.blake2b(content.excerpt, digest_size=16).hexdigest()
    return replace(reading, source_version=f"{reading.source_version} {standing} {digest}")


def _stated(notice: Notice, contents: _Contents | Exception) -> Statement | Exception | None:
    """The newest thing a payload says of a record, None where it says nothing; what cannot be read is not passed over for what can.

    Where the system tells which notice was made of what, only the notice of what cannot be read fails: a sender may put
    an older state that nobody can read beside the newest, which else would wait for ever in the dead-letter queue.
    """
    if isinstance(contents, Exception):
        return contents
    statements: list[Statement] = []
    for each in contents.get(notice.key, ()):
        found = versioned(each)
        if isinstance(found, Statement):
            statements.append(found)
        elif each.position in {None, notice.position}:
            return found
    return max(statements, key=lambda each: each.source_version, default=None)
