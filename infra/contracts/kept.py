"""Compares what the code promises with the documents in `contracts/`, and writes them anew where no promise is broken."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from infra.contracts.breaking import breaks
from infra.contracts.bus import bus_document
from infra.contracts.doors import doors_document
from infra.contracts.published import Published
from tieout.landscape import Landscape

NOTES = "CHANGELOG.md"
SUMS = "SHA256SUMS"
"""The digests of all schemas, by which one that was changed by hand is told; `sha256sum --check` reads it."""

_FOLDERS = ("facts", "messages")
_NOTE = re.compile(r"^## (\S+ (?:[0-9]+|removed))$", re.MULTILINE)


def texts(landscape: Landscape, schemas: Sequence[Published]) -> dict[str, str]:
    """Every document as the code has it, by its place below `contracts/`."""
    found = {each.path: _text(each.document()) for each in schemas}
    found["asyncapi.json"] = _text(bus_document(landscape, schemas))
    found["openapi.json"] = _text(doors_document(landscape))
    return found


def broken(folder: Path, schemas: Sequence[Published]) -> list[str]:
    """What was promised in `folder` and is not kept: each as which schema, where in it, and what became of it."""
    noted = set(_NOTE.findall((folder / NOTES).read_text(encoding="utf-8")))
    current = {each.name: each for each in schemas}
    return [*_unkept(folder, current.values()), *_gone(folder, current, noted), *_unnoted(current.values(), noted)]


def tampered(folder: Path) -> list[str]:
    """Schemas that are not what was written here, or of which nobody kept a digest."""
    found = {path: hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in _schemas_in(folder)}
    kept = _sums(folder)
    return sorted(path for path in found.keys() | kept.keys() if found.get(path) != kept.get(path))


def write(folder: Path, documents: Mapping[str, str]) -> None:
    """Write the documents and the digests of all schemas; those of versions before stay as they are."""
    for path, text in documents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    sums = (f"{hashlib.sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in _schemas_in(folder))
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")


def _unkept(folder: Path, schemas: Iterable[Published]) -> Iterator[str]:
    for each in schemas:
        path = folder / each.path
        if path.exists():
            promised = json.loads(path.read_text(encoding="utf-8"))
            yield from (f"{each.name} {each.version}: {flaw}" for flaw in breaks(promised, each.document()))


def _gone(folder: Path, current: Mapping[str, Published], noted: set[str]) -> Iterator[str]:
    """Schemas that the code has no more, or has at an earlier version."""
    for path in {*_schemas_in(folder), *_sums(folder)}:
        name, version = path.removesuffix(".json").rsplit("/", 1)
        if name in current and int(version) > current[name].version:
            yield f"{name} {version}: the code has version {current[name].version}"
        if name not in current and f"{name} removed" not in noted:
            yield f"{name} {version}: the code has it no more"


def _unnoted(schemas: Iterable[Published], noted: set[str]) -> Iterator[str]:
    for each in schemas:
        if each.version > 1 and f"{each.name} {each.version}" not in noted:
            yield f"{each.name} {each.version}: {NOTES} does not say why it was raised"


def _schemas_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for each in _FOLDERS for path in folder.glob(f"{each}/*/*.json"))


def _sums(folder: Path) -> dict[str, str]:
    path = folder / SUMS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _text(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
