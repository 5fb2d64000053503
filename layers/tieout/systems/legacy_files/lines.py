"""Cuts a file into lines, strictly decoded, and lines into fields: with memory for one of them, however large the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tieout.files import Cause, Flaws
from tieout.systems.legacy_files.layouts import Layout
from tieout.systems.legacy_files.options import Feed

_LONGEST_LINE = 64 * 1024
_CARRIAGE_RETURN = "\r"
# What a mainframe ends lines with; Python's codecs take the second, NEL, for another character than a new line.
_EBCDIC, _LF, _NEL = frozenset({"cp037", "cp500", "cp1140"}), b"\x25", b"\x15"


class Fields(NamedTuple):
    """One line of a file, or several that a quoted field holds together.

    Attributes:
        line: where it begins, from 1.
        layout: which kind of line it is.
        texts: its columns, without the mark, as they stand there.
    """

    line: int
    layout: Layout
    texts: tuple[str, ...]


def fields_of(feed: Feed, chunks: Iterable[bytes], flaws: Flaws) -> Iterator[Fields]:
    """The lines of a file that are of a declared kind, in order; what is none is a flaw, and blank lines are nothing."""
    lines, layouts = _decoded(feed, chunks, flaws), feed.layouts()
    rows = _fixed(lines) if feed.form == "fixed" else _delimited(feed, lines, flaws)
    for line, texts in rows:
        layout = _layout_of(layouts, texts[0])
        if layout is None:
            marks = " or ".join(repr(each.mark) for each in layouts)
            flaws.add(line, "1 (mark)", f"a line that begins with {marks}", texts[0])
            continue
        found = _cut(layout, texts[0], line, flaws) if feed.form == "fixed" else _counted(layout, texts, line, flaws)
        if found is not None:
            yield Fields(line, layout, found)


def place_of(layout: Layout, column: str) -> str:
    """Where a column stands, for people: its number, or the characters it takes, and its name."""
    position = list(layout.columns).index(column)
    if layout.widths:
        begins = len(layout.mark) + sum(layout.widths[:position])
        return f"{begins + 1}-{begins + layout.widths[position]} ({column})"
    return f"{position + 1 + bool(layout.mark)} ({column})"


def _decoded(feed: Feed, chunks: Iterable[bytes], flaws: Flaws) -> Iterator[str]:
    """Every line with its end; one whose bytes are no text of the encoding is a flaw, and stands there with what is readable."""
    encoding = feed.encoding.removesuffix("-sig")
    if encoding in _EBCDIC:
        chunks = (chunk.replace(_NEL, _LF) for chunk in chunks)
    for number, raw in enumerate(_cut_at(chunks, "\n".encode(encoding)), 1):
        if len(raw) > _LONGEST_LINE:
            flaws.add(number, "", f"a line of at most {_LONGEST_LINE} bytes", "a longer one: is this the file?")
            return
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            found = " ".join(f"{each:02X}" for each in raw[error.start : error.end])
            flaws.add(number, f"byte {error.start + 1}", f"text in {feed.encoding}", found, Cause.BYTES)
            text = raw.decode(encoding, "replace")
        if number == 1 and encoding == "utf-8" and text.startswith("\ufeff"):
            if feed.encoding != "utf-8-sig":
                flaws.add(1, "byte 1", "no byte-order mark", "EF BB BF")
            text = text[1:]
        yield text


def _cut_at(chunks: Iterable[bytes], newline: bytes) -> Iterator[bytes]:
    """The bytes of each line with its end; of one that is too long no more than shows that."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(newline)
        for each in whole:
            yield each + newline
        if len(rest) > _LONGEST_LINE:
            break
    if rest:
        yield rest


def _fixed(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    for number, text in enumerate(lines, 1):
        line = text.rstrip("\n").removesuffix(_CARRIAGE_RETURN)
        if line.strip():
            yield number, [line]


def _delimited(feed: Feed, lines: Iterator[str], flaws: Flaws) -> Iterator[tuple[int, list[str]]]:
    reader = (
        csv.reader(lines, delimiter=feed.delimiter, quotechar=feed.quote, strict=True)
        if feed.quote
        else csv.reader(lines, delimiter=feed.delimiter, quoting=csv.QUOTE_NONE, strict=True)
    )
    titles = list(feed.titles)
    while True:
        line = reader.line_num + 1
        try:
            texts = next(reader)
        except StopIteration:
            return
        except csv.Error:
            flaws.add(line, "", f"fields parted by {feed.delimiter!r} and quoted by {feed.quote!r}", "a stray quote")
            continue
        if not any(texts):
            continue
        if titles:
            _check_titles(titles, texts, line, flaws)
            titles = []
        else:
            yield line, texts


def _check_titles(titles: list[str], texts: list[str], line: int, flaws: Flaws) -> None:
    if texts != titles:
        flaws.add(line, "titles", feed_line(titles), feed_line(texts))


def feed_line(texts: Iterable[str]) -> str:
    """Fields as people read them in a sentence."""
    return " | ".join(texts)


def _layout_of(layouts: tuple[Layout, ...], beginning: str) -> Layout | None:
    for layout in layouts:
        is_it = beginning.startswith(layout.mark) if layout.widths else beginning.strip() == layout.mark
        if not layout.mark or is_it:
            return layout
    return None


def _cut(layout: Layout, text: str, line: int, flaws: Flaws) -> tuple[str, ...] | None:
    length = len(layout.mark) + sum(layout.widths)
    if len(text) < length or text[length:].strip():
        flaws.add(line, "", f"{length} characters", f"{len(text)}")
        return None
    texts, begins = [], len(layout.mark)
    for width in layout.widths:
        texts.append(text[begins : begins + width])
        begins += width
    return tuple(texts)


def _counted(layout: Layout, texts: list[str], line: int, flaws: Flaws) -> tuple[str, ...] | None:
    found = texts[1:] if layout.mark else texts
    if len(found) != len(layout.columns):
        flaws.add(line, "", f"{len(layout.columns) + bool(layout.mark)} fields", f"{len(texts)}")
        return None
    return tuple(found)
