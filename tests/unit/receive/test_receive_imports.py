"""What a cold receive function loads while a sender waits."""

from __future__ import annotations

from pathlib import Path

import pytest

import tieout.systems
from tests.support.cold_imports import DEAR, loaded_by

TOO_DEAR = DEAR | {"jmespath", "defusedxml", "xml", "dataclasses", "inspect"}
NOT_NEEDED = {
    "tieout.facts",
    "tieout.periods",
    "tieout.ports",
    "tieout.landscape",
    "tieout.ledger",
    "zoneinfo",
    "random",
    "pathlib",
    "uuid",
}


SYSTEMS = sorted(path.parent.name for path in Path(tieout.systems.__file__).parent.glob("*/door.py"))


def test_systems_are_found() -> None:
    """An empty list would prove nothing."""
    assert {"generic", "hubspot", "salesforce"} < set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_dear_is_imported_on_the_way_in(system: str) -> None:
    """The whole path of a delivery stands on the standard library."""
    parts = (f"tieout.systems.{system}.{part}" for part in ("options", "signature", "payloads", "door"))
    loaded = loaded_by("functions.receive.handler", *parts)
    assert "functions.receive.pipeline" in loaded
    assert not loaded & (TOO_DEAR | NOT_NEEDED)
