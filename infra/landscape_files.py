"""TOML files become one plain landscape, and every place in it can be traced back to the file that declared it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Place = tuple[str | int, ...]
Problem = tuple[Place, str]
Table = dict[str, Any]


class LandscapeError(Exception):
    """The declared landscape cannot be deployed; nothing has been changed.

    Attributes:
        problems: every flaw found, each `file: place: what is wrong`.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(["the landscape is not valid:", *(f"  {problem}" for problem in problems)]))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class LandscapeFile:
    """One TOML file as read; `name` is its path as a person would write it."""

    name: str
    content: Table


def read_file(path: Path, root: Path) -> LandscapeFile:
    """The file's content, its name relative to `root` where it lies below it.

    Raises:
        LandscapeError: if it is missing, is not TOML, or declares one name twice.
    """
    name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LandscapeError([f"{name}: there is no such file"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LandscapeError([f"{name}: is not TOML: {error}"]) from error
    problems = [
        f"{name}: {kind}: {problem}"
        for kind, declared in content.items()
        if isinstance(declared, list)
        for problem in _naming_problems(declared)
    ]
    if problems:
        raise LandscapeError(problems)
    return LandscapeFile(name, content)


def second_declarations(files: Sequence[LandscapeFile]) -> list[str]:
    """For each name that two files of one stage declare, which: a copied file would silently overwrite its original."""
    problems, first = [], dict[tuple[str, str], str]()
    for file in files:
        for kind, declared in file.content.items():
            for entry in declared if isinstance(declared, list) else ():
                known = first.setdefault((kind, entry["name"]), file.name)
                if known != file.name:
                    problems.append(f'{file.name}: {kind} "{entry["name"]}": is declared in {known} too')
    return problems


def merge(files: Sequence[LandscapeFile]) -> Table:
    """One table: later files win field by field, and entries of an array are the same entry when their names are equal."""
    merged: Table = {}
    for file in files:
        merged = _merge_tables(merged, file.content)
    return merged


def origin(files: Sequence[LandscapeFile], merged: Mapping[str, Any], place: Place) -> str:
    """`file: place` for a place in the merged table: the last file that declares it, or what it would stand in."""
    steps = _named_steps(merged, place)
    depths = [_depth(file.content, steps) for file in files]
    best = max(depths)
    file = files[len(files) - 1 - depths[::-1].index(best)]
    return f"{file.name}: {_written(steps)}"


def _naming_problems(declared: Sequence[object]) -> list[str]:
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in declared]
    problems = [f"entry {position} has no name" for position, name in enumerate(names, 1) if not isinstance(name, str)]
    twice = sorted({name for name in names if isinstance(name, str) and names.count(name) > 1})
    return problems + [f"the name {name!r} is declared twice" for name in twice]


def _merge_tables(below: Table, above: Mapping[str, Any]) -> Table:
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _merge_values(below[key], value) if key in below else value
    return merged


def _merge_values(below: object, above: object) -> object:
    if isinstance(below, dict) and isinstance(above, dict):
        return _merge_tables(below, above)
    if _is_named_array(below) and _is_named_array(above):
        assert isinstance(below, list)
        assert isinstance(above, list)
        entries = {entry["name"]: entry for entry in below}
        for entry in above:
            entries[entry["name"]] = _merge_tables(entries.get(entry["name"], {}), entry)
        return list(entries.values())
    return above


def _is_named_array(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) and "name" in entry for entry in value)


def _named_steps(merged: object, place: Place) -> list[str | int]:
    """The place with the name instead of the position of an entry, because positions shift when files are merged."""
    steps: list[str | int] = []
    here: object = merged
    for step in place:
        if isinstance(step, int) and isinstance(here, list):
            here = here[step]
            steps.append(here["name"] if isinstance(here, dict) and "name" in here else step)
        else:
            here = here.get(step) if isinstance(here, dict) else None
            steps.append(step)
    return steps


def _depth(content: object, steps: Sequence[str | int]) -> int:
    """How many steps of the place a file itself declares."""
    here = content
    for depth, step in enumerate(steps):
        below = _below(here, step)
        if below is None:
            return depth
        here = below
    return len(steps)


def _below(here: Any, step: str | int) -> Any:  # noqa: ANN401 TOML is any shape until it is checked
    if isinstance(here, dict):
        return here.get(step)
    if isinstance(here, list) and isinstance(step, str):
        return next((entry for entry in here if isinstance(entry, dict) and entry.get("name") == step), None)
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


def _written(steps: Sequence[str | int]) -> str:
    """`connections "hubspot-emea" time_zone`."""
    if not steps:
        return "the landscape"
    first, *others = (str(step) for step in steps)
    named = [f'"{step}"' if position == 0 else step for position, step in enumerate(others)]
    return " ".join([first, *named])
