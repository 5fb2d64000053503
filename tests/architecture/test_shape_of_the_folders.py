"""A system is a folder: what is missing in it is found here, not by a customer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for path in (ROOT / "layers/tieout/sources").iterdir() if (path / "__init__.py").exists())
TARGETS = sorted(path for path in (ROOT / "layers/tieout/targets").iterdir() if (path / "__init__.py").exists())
SOURCE_FILES = [
    "README.md",
    "options.py",
    "signature.py",
    "payloads.py",
    "sender.py",
    "client.py",
    "translate.py",
    "reader.py",
]
TARGET_FILES = ["README.md", "options.py", "client.py", "writer.py"]


@pytest.mark.parametrize("folder", SOURCES, ids=lambda path: path.name)
def test_a_source_is_complete(folder: Path) -> None:
    """Every source system has all its files, a simulator, and its events."""
    assert [name for name in SOURCE_FILES if not (folder / name).exists()] == []
    assert (ROOT / "sandbox/systems" / folder.name).is_dir()
    assert (ROOT / "events" / folder.name).is_dir()


@pytest.mark.parametrize("folder", TARGETS, ids=lambda path: path.name)
def test_a_target_is_complete(folder: Path) -> None:
    """Every planning system has all its files and a simulator."""
    assert [name for name in TARGET_FILES if not (folder / name).exists()] == []
    assert (ROOT / "sandbox/systems" / folder.name).is_dir()


@pytest.mark.parametrize("folder", SOURCES, ids=lambda path: path.name)
def test_a_source_has_events_that_work_and_events_that_do_not(folder: Path) -> None:
    """The events of a system are cases with a request and what must come of it, at least one of them a refusal."""
    cases = sorted(path for path in (ROOT / "events" / folder.name).iterdir() if path.is_dir())
    assert cases
    expected = [json.loads((case / "expected.json").read_text()) for case in cases if (case / "request.json").exists()]
    assert len(expected) == len(cases)
    assert any(each["status"] == 200 and each["notices"] for each in expected)
    assert any(each["status"] != 200 or each["malformed"] for each in expected)
