"""What a chunk of a checked file states of its records: the completing half of the record step.

A chunk is JSON lines, a document each: its id with its rows as they stood in the file; none, where it is gone: the rerun has it no
more. Beside rows that are balances for the year to date stand those of the period before. The headers of the kept payload say what
holds for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.reading import Content
from tieout.facts.statement import Absence, Statement
from tieout.files import CHUNK_HEADERS
from tieout.landscape import Connection
from tieout.systems.legacy_files.options import Feed, options_of
from tieout.systems.legacy_files.rows import RowReader
from tieout.systems.legacy_files.translate import FileSays, fact_of


def read_contents(payload: Payload, connection: Connection) -> Sequence[Content]:
    """A content for each document of a chunk, in order, all at the version of the file it was cut from.

    Raises:
        MalformedError: the payload is no chunk of a file.
        UnreadableRecordError: the connection no longer has the feed.
    """
    feed_name, version, company, period, columns = (payload.headers.get(each, "") for each in CHUNK_HEADERS)
    try:
        feed = options_of(connection.options).feed(feed_name)
    except KeyError as error:
        raise UnreadableRecordError("the connection has no such feed") from error
    reader = RowReader(feed, connection.default_currency, columns.split(","))
    says = FileSays(company, period)
    contents = []
    for position, line in enumerate(payload.body.splitlines()):
        document = strict_json.parse(line)
        if not isinstance(document, dict) or not isinstance(document.get("id"), str):
            raise MalformedError("chunk_line_not_a_document")
        key = RecordKey(connection.name, feed.entity, document["id"])
        reading = _reading(feed, reader, says, key, version, document)
        contents.append(Content(key, reading, line, position))
    return contents


def _reading(
    feed: Feed, reader: RowReader, says: FileSays, key: RecordKey, version: str, document: dict[str, Any]
) -> Statement | UnreadableRecordError:
    rows, before = document.get("rows", ()), document.get("before", ())
    if not rows and not before:
        return Statement(key=key, source_version=version, fact=None, absence=Absence.DELETED)
    try:
        return Statement(key=key, source_version=version, fact=fact_of(feed, reader, says, rows, before))
    except UnreadableRecordError as error:
        return error
