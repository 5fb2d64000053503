"""Prints rows as a table for people or as JSON for tools."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.tables import fitted, text_of, width_of

Row = dict[str, Any]

_told: ContextVar[list[object] | None] = ContextVar("told", default=None)

_SAY_EVERY_SECONDS = 3
_WIDTH_OF_A_FILE = 140  # where there is no terminal to ask, as in a pipe, and nobody says $COLUMNS


def rows(
    found: Sequence[Row], *, title: str, as_json: bool, nothing: str, columns: Sequence[str] | None = None
) -> None:
    """Print rows under the union of their columns, for people only `columns`; `nothing` is said where there are none."""
    _tell(list(found))
    if as_json:
        _print_json(list(found))
    elif found:
        _print_table(_console(), title, found, columns)
    else:
        _console().print(nothing)


def record(found: Row, *, as_json: bool, columns: Mapping[str, Sequence[str]] | None = None) -> None:
    """Print one thing: its plain values as lines, its parts indented, its lists as tables, for people only with `columns`."""
    _tell(found)
    if as_json:
        _print_json(found)
    else:
        _print_parts(_console(), found, columns or {}, "")


def _print_parts(console: Console, found: Row, columns: Mapping[str, Sequence[str]], indent: str) -> None:
    for name, value in found.items():
        said = name.replace("_", " ")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            _print_table(console, indent + said, value, columns.get(name))
        elif isinstance(value, dict) and value:
            console.print(f"{indent}[bold]{said}[/bold]")
            _print_parts(console, value, columns, indent + "  ")
        else:
            console.print(f"{indent}[bold]{said}[/bold]  {escape(text_of(value))}")


@contextmanager
def telling(told: list[object]) -> Iterator[None]:
    """Have whatever is answered within added to `told`, as it is in JSON."""
    before = _told.set(told)
    try:
        yield
    finally:
        _told.reset(before)


def _tell(found: object) -> None:
    told = _told.get()
    if told is not None:
        told.append(found)


def note(text: str) -> None:
    """Say something beside the answer, on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def progress[Thing](things: Iterable[Thing], what: str) -> Iterator[Thing]:
    """The things as they come; on standard error every few seconds how many there were, so that nobody wonders."""
    said_at = time.monotonic()
    for number, thing in enumerate(things, 1):
        yield thing
        if time.monotonic() - said_at > _SAY_EVERY_SECONDS:
            note(f"... {number} {what}")
            said_at = time.monotonic()


def _print_table(console: Console, title: str, found: Sequence[Row], names: Sequence[str] | None) -> None:
    """The title stands on a line of its own: rich would fold it to the width of a narrow table."""
    fit = fitted(found, names or list(dict.fromkeys(name for row in found for name in row)), console.width)
    table = Table(
        header_style="bold", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), highlight=False
    )
    for column in fit.columns:
        table.add_column(column.heading, justify="right" if column.is_number else "left", no_wrap=True)
    for texts in zip(*(column.texts for column in fit.columns), strict=True):
        table.add_row(*map(escape, texts))
    console.print(f"[bold]{escape(title)}[/bold]")
    console.print(table, width=width_of(fit.columns), crop=False, soft_wrap=False)
    console.print()
    if fit.lack:
        note(fit.lack)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Whoever stops reading, such as `head`, stops no command that changes something."""
        try:
            super().on_broken_pipe()
        except SystemExit:
            if _told.get() is None:
                raise


def _console() -> Console:
    asks = sys.stdout.isatty() or "COLUMNS" in os.environ
    return _Console(highlight=False, width=None if asks else _WIDTH_OF_A_FILE)


def _print_json(value: object) -> None:
    try:
        print(json.dumps(value, indent=2, ensure_ascii=False), flush=True)  # noqa: T201 the output is for another program
    except BrokenPipeError:
        _console().on_broken_pipe()
