"""What was promised is kept in a folder, and nobody changes it unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.contracts import __main__ as command
from infra.contracts.kept import NOTES, SUMS, broken, tampered, write
from infra.contracts.published import Published, published
from infra.contracts.schemas import Schema

ORDER: Schema = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}


def order(version: int = 1, **fields: Schema) -> Published:
    """An order with more fields than its number."""
    return Published("facts/order", version, ORDER | {"properties": {**ORDER["properties"], **fields}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One that holds an order with a total, as it was promised."""
    (tmp_path / NOTES).write_text("# Changes\n", encoding="utf-8")
    keep(tmp_path, order(total={"type": "integer"}))
    return tmp_path


def keep(folder: Path, *schemas: Published) -> None:
    """Write these as the command does."""
    write(folder, {each.path: json.dumps(each.document()) for each in schemas})


def note(folder: Path, heading: str) -> None:
    """Say in the notes why."""
    with (folder / NOTES).open("a", encoding="utf-8") as notes:
        notes.write(f"\n{heading}\n\nBecause.\n")


def test_what_is_as_it_was_breaks_nothing(folder: Path) -> None:
    """And what only adds neither."""
    assert broken(folder, [order(total={"type": "integer"})]) == []
    assert broken(folder, [order(total={"type": "integer"}, day={"type": "string"})]) == []


def test_a_field_that_is_gone_needs_another_version(folder: Path) -> None:
    """And that a note."""
    assert broken(folder, [order()]) == ["facts/order 1: /total was removed"]
    assert broken(folder, [order(2)]) == [f"facts/order 2: {NOTES} does not say why it was raised"]
    note(folder, "## facts/order 2")
    assert broken(folder, [order(2)]) == []


def test_a_version_that_was_written_is_kept_beside_the_next(folder: Path) -> None:
    """What is in queues and in the lake was written by it."""
    note(folder, "## facts/order 2")
    keep(folder, order(2))
    assert sorted(each.name for each in (folder / "facts/order").iterdir()) == ["1.json", "2.json"]
    assert (folder / SUMS).read_text(encoding="utf-8").count("\n") == 2
    assert tampered(folder) == []
    assert broken(folder, [order(total={"type": "integer"})]) == ["facts/order 2: the code has version 1"]


def test_a_schema_that_the_code_has_no_more_needs_a_note(folder: Path) -> None:
    """Whoever reads it has to be told."""
    assert broken(folder, []) == ["facts/order 1: the code has it no more"]
    note(folder, "## facts/order removed")
    assert broken(folder, []) == []


def test_a_schema_that_was_changed_by_hand_is_told(folder: Path) -> None:
    """So that nobody makes a break fit by changing the promise; likewise one that is gone, or was laid beside it."""
    kept = (folder / "facts/order/1.json").read_text(encoding="utf-8")
    (folder / "facts/order/1.json").write_text(json.dumps(order().document()), encoding="utf-8")
    assert tampered(folder) == ["facts/order/1.json"]
    (folder / "facts/order/1.json").unlink()
    assert tampered(folder) == ["facts/order/1.json"]
    assert broken(folder, []) == ["facts/order 1: the code has it no more"]
    (folder / "facts/order/1.json").write_text(kept, encoding="utf-8")
    (folder / "facts/order/2.json").write_text(kept, encoding="utf-8")
    assert tampered(folder) == ["facts/order/2.json"]


def test_the_command_writes_nothing_while_a_promise_is_broken(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what, and what to do."""
    kept = {each: each.read_bytes() for each in folder.rglob("*.json")}
    monkeypatch.setattr(command, "FOLDER", folder)
    monkeypatch.setattr(command, "published", lambda: (order(day={"type": "string"}),))
    assert command.main() == 1
    said: Any = capsys.readouterr().err
    assert said.startswith("facts/order 1: /total was removed\n")
    assert "raise the version" in said
    assert {each: each.read_bytes() for each in folder.rglob("*.json")} == kept


def test_the_command_writes_what_was_added(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The schema with its digest, and the documents that refer to it."""
    messages = [each for each in published() if each.name.startswith("messages/")]
    added = order(total={"type": "integer"}, day={"type": "string"})
    monkeypatch.setattr(command, "FOLDER", folder)
    monkeypatch.setattr(command, "published", lambda: (added, *messages))
    assert command.main() == 0
    assert json.loads((folder / "facts/order/1.json").read_text(encoding="utf-8")) == added.document()
    assert (tampered(folder), broken(folder, [added, *messages])) == ([], [])
    assert {"asyncapi.json", "openapi.json"} <= {each.name for each in folder.iterdir()}
