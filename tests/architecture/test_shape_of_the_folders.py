"""A system is a folder: what is missing in it is found here, not by a customer."""

from __future__ import annotations

import json
import re
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
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "layers").rglob("*.md")]
)
PATH_IN_TEXT = re.compile(
    r"`((?:functions|infra|layers|landscape|events|sandbox|ops|tests|docs|requirements)/[\w./<>-]*)`"
)
MAKE_IN_TEXT = re.compile(r"`make ([\w-]+)")


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


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_only_what_exists(page: Path) -> None:
    """Every path and make target named in the documentation is there."""
    text = page.read_text()
    missing = [name for name in PATH_IN_TEXT.findall(text) if "<" not in name and not (ROOT / name).exists()]
    assert missing == []
    makefile = (ROOT / "Makefile").read_text()
    assert [name for name in MAKE_IN_TEXT.findall(text) if f"\n{name}:" not in makefile] == []


def test_every_alarm_has_a_runbook() -> None:
    """Each runbook an alarm's description names is a page."""
    named = set()
    for path in (ROOT / "infra").rglob("*.py"):
        named |= set(re.findall(r"docs/runbooks/[\w-]+\.md", path.read_text()))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
