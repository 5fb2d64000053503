"""Reads the files of a feed, row by row, and says at the end what each is, or what is wrong with it: the capability `files`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tieout.files import Checked, KeptRow
from tieout.landscape import Connection
from tieout.systems.legacy_files.checks import Checks
from tieout.systems.legacy_files.layouts import UNUSED
from tieout.systems.legacy_files.lines import fields_of
from tieout.systems.legacy_files.options import Feed, options_of
from tieout.systems.legacy_files.rows import id_in_period


class FeedFiles:
    """Implements `tieout.files.FeedReader` for one feed of a connection."""

    def __init__(self, feed: Feed, connection: Connection) -> None:
        self._feed, self._connection = feed, connection
        self.feed, self.entity = feed.name, feed.entity
        self.most_bytes, self.marker = feed.most_bytes, feed.marker
        self.columns = tuple(name for name in feed.detail.columns if name != UNUSED)
        self.chunk_documents = feed.chunk_documents
        self.has_lines, self.is_to_date = feed.has_lines, feed.is_to_date

    def rows(self, name: str, chunks: Iterable[bytes], checked: Checked) -> Iterator[KeptRow]:
        """The rows that count, in order; when they end, `checked` has the file's own account of itself, or flaws."""
        match = re.fullmatch(self._feed.files, name)
        said = {part: text for part, text in match.groupdict().items() if text} if match else {}
        checks = Checks(self._feed, said, self._connection.default_currency, checked.flaws)
        for fields in fields_of(self._feed, chunks, checked.flaws):
            if fields.layout is not self._feed.detail:
                checks.end(fields)
                continue
            row = checks.row(fields)
            if row is not None:
                yield row
        checked.stated = checks.finish()

    def in_period(self, record_id: str, period: str) -> str:
        """What a record of another period is called in this one."""
        return id_in_period(self._feed, record_id, period)


def open_feed(connection: Connection, name: str) -> FeedFiles | None:
    """What reads the file of a name; None where the name is of no feed of the connection."""
    for feed in options_of(connection.options).feeds:
        if re.fullmatch(feed.files, name) is not None:
            return FeedFiles(feed, connection)
    return None


def marked_by(connection: Connection, name: str) -> str:
    """The name of the file that an object of this name says is complete; empty where it is no marker."""
    for feed in options_of(connection.options).feeds:
        marked = name.removesuffix(feed.marker)
        if feed.marker and marked != name and re.fullmatch(feed.files, marked) is not None:
            return marked
    return ""
