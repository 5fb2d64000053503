"""A system is a folder: what is missing in it is found here, not by a customer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.landscape import read_landscape

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = sorted(path for path in (ROOT / "layers/tieout/systems").iterdir() if (path / "__init__.py").exists())
SOURCES = [path for path in SYSTEMS if (path / "door.py").exists()]
TARGETS = [path for path in SYSTEMS if (path / "cells.py").exists()]
EVERY_SYSTEM = {"README.md", "__init__.py", "options.py"}
# A capability that is of no use without others.
NEEDS = {
    "door.py": {"signature.py", "payloads.py"},
    "signature.py": {"door.py"},
    "payloads.py": {"door.py"},
    "reader.py": {"client.py", "translate.py"},
    "listing.py": {"reader.py"},
    "subscription.py": {"door.py", "client.py"},
    "contents.py": set(),
    "files.py": {"contents.py"},
    "cells.py": {"client.py"},
    "readback.py": {"cells.py"},
}


@pytest.mark.parametrize("folder", SYSTEMS, ids=lambda path: path.name)
def test_a_system_is_complete(folder: Path) -> None:
    """Every system has its page and its options, can do something, and what that needs; and it can be simulated."""
    files = {path.name for path in folder.iterdir()}
    capabilities = files & NEEDS.keys()
    assert capabilities
    assert EVERY_SYSTEM.union(*(NEEDS[name] for name in capabilities)) - files == set()
    if "contents.py" in files:
        assert files & {"payloads.py", "files.py"}, "what are its records completed from?"
    simulated = "writing.py" if "files.py" in files else "joining.py"
    assert (ROOT / "sandbox/systems" / folder.name / simulated).is_file()


def test_systems_are_found() -> None:
    """The folders are looked for where they are: an empty list would prove nothing of any of them."""
    assert {"generic", "hubspot", "netsuite"} <= {path.name for path in SOURCES}
    assert {"anaplan"} <= {path.name for path in TARGETS}


@pytest.mark.parametrize("folder", SOURCES, ids=lambda path: path.name)
def test_a_source_has_events_that_work_and_events_that_do_not(folder: Path) -> None:
    """The events of a system are cases with a request and what must come of it, at least one of them a refusal."""
    cases = [case for events in events_of(folder) for case in sorted(events.iterdir()) if case.is_dir()]
    assert cases
    expected = [json.loads((case / "expected.json").read_text()) for case in cases if (case / "request.json").exists()]
    assert len(expected) == len(cases)
    assert any(each["status"] in {200, 202} and each["notices"] for each in expected)
    assert any(each["status"] not in {200, 202} or each["malformed"] for each in expected)


def test_a_case_has_exactly_its_two_files() -> None:
    """A request or an event, and what must come of it."""
    cases = [case for events in (ROOT / "events").iterdir() if events.is_dir() for case in events.iterdir()]
    assert len(cases) > len(SOURCES)
    files = {case: {each.name for each in case.iterdir()} for case in cases}
    assert {str(case) for case, names in files.items() if names != {"request.json", "expected.json"}} == set()


def events_of(folder: Path) -> list[Path]:
    """The folder of a system's events, or those of its connections, where each of them speaks a language of its own."""
    own = ROOT / "events" / folder.name
    connections = [each for each in read_landscape(ROOT, "sandbox").connections if each.system == folder.name]
    return [own] if own.is_dir() else [ROOT / "events" / each.name for each in connections]
