"""The declared landscape of one stage is read, merged, checked with the classes that read it at run time, and compiled."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from infra.landscape_files import (
    LandscapeError,
    LandscapeFile,
    Place,
    Table,
    merge,
    origin,
    read_file,
    second_declarations,
)
from infra.landscape_rules import problems_of
from infra.member_rules import member_problems
from infra.reconciliation_rules import with_connected_reconciliations
from tieout import strict_json
from tieout.landscape import Landscape

_LANDSCAPE = TypeAdapter(Landscape)


def read_landscape(root: Path, stage: str, overlay: Path | None = None) -> Landscape:
    """The landscape `root/landscape` declares for a stage, with an optional overlay merged over it by name.

    A stage is one file of `stages` or `examples`, and as many more as there are in the folder of its name: there each connection
    can have its own. An overlay is a file of the same form, or a folder of such files.

    Raises:
        LandscapeError: naming the file and the place of every flaw.
    """
    stages = _folder_of(root, stage)
    own = [stages / f"{stage}.toml", *sorted((stages / stage).glob("*.toml"))]
    shared = [
        root / "landscape" / f"{name}.toml"
        for name in ("flows", "planning", "calendars", "periods", "freshness", "reconciliations")
    ]
    files = [read_file(path, root) for path in (*shared, *own, *_files_of(overlay))]
    twice = second_declarations(files[len(shared) : len(shared) + len(own)])
    if twice:
        raise LandscapeError(twice)
    merged = merge(files)
    landscape = _typed({**merged, "stage": stage}, files)
    problems = [
        _located(files, merged, place, problem)
        for place, problem in (*problems_of(landscape), *member_problems(root, landscape))
    ]
    if problems:
        raise LandscapeError(problems)
    return with_connected_reconciliations(landscape)


def compile_landscape(landscape: Landscape) -> str:
    """The JSON `Landscape.of_plain` reads: the same text for equal landscapes, because it decides the asset's hash."""
    return strict_json.dump(dataclasses.asdict(landscape))


def _folder_of(root: Path, stage: str) -> Path:
    """Where a stage is declared: among the stages, or as an example of one."""
    stages, examples = (root / "landscape" / name for name in ("stages", "examples"))
    found = [folder for folder in (stages, examples) if (folder / f"{stage}.toml").is_file()]
    if len(found) > 1:
        raise LandscapeError([f"landscape/examples/{stage}.toml: a stage has that name, too"])
    return found[0] if found else stages


def _files_of(overlay: Path | None) -> list[Path]:
    if overlay is None:
        return []
    return sorted(overlay.glob("*.toml")) if overlay.is_dir() else [overlay]


def _typed(merged: Table, files: Sequence[LandscapeFile]) -> Landscape:
    try:
        # By way of JSON, because only there does strict mode take a list for a tuple.
        return _LANDSCAPE.validate_json(json.dumps(merged, default=str), strict=True, extra="forbid")
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems = [_located(files, merged, detail["loc"], detail["msg"].lower()) for detail in details]
        raise LandscapeError(list(dict.fromkeys(problems))) from error


def _located(files: Sequence[LandscapeFile], merged: Table, place: Place, problem: str) -> str:
    return f"{origin(files, merged, place)}: {problem}"
