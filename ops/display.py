"""Prints rows as a table for people or as JSON for tools."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Row = dict[str, Any]

_COPIED = {"cell", "message", "kept_as"}  # what people copy into the next command stands on one line
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SAY_EVERY_SECONDS = 3
_WIDTH_OF_A_FILE = 140  # where there is no terminal to ask, as in a pipe


def rows(
    found: Sequence[Row], *, title: str, as_json: bool, nothing: str, columns: Sequence[str] | None = None
) -> None:
    """Print rows under the union of their columns, for people only `columns`; `nothing` is said where there are none."""
    if as_json:
        _print_json(list(found))
    elif found:
        _print_table(_console(), title, found, columns)
    else:
        _console().print(nothing)


def record(found: Row, *, as_json: bool, columns: Mapping[str, Sequence[str]] | None = None) -> None:
    """Print one thing: its plain values as lines, its parts indented, its lists as tables, for people only with `columns`."""
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
            console.print(f"{indent}[bold]{said}[/bold]  {escape(_text(value))}")


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


def _print_table(console: Console, title: str, found: Sequence[Row], columns: Sequence[str] | None) -> None:
    """The title stands on a line of its own: rich would fold it to the width of a narrow table."""
    console.print(f"[bold]{escape(title)}[/bold]")
    console.print(_table(found, columns or list(dict.fromkeys(name for row in found for name in row))))


def _table(found: Sequence[Row], columns: Sequence[str]) -> Table:
    table = Table(header_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        justify = "right" if all(_is_number(row.get(column)) for row in found) else "left"
        table.add_column(column.replace("_", " "), justify=justify, overflow="fold", no_wrap=column in _COPIED)  # type: ignore[arg-type]
    for row in found:
        table.add_row(*(escape(_text(row.get(column))) for column in columns))
    return table


def _is_number(value: object) -> bool:
    return value is None or bool(_NUMBER.fullmatch(str(value)))


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={_text(each)}" for name, each in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value) or "-"
    return str(value)


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE)


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: T201 the output is for another program
