"""Every system that has a listing, found by its folder, with a new simulated account of it behind one server."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.listed.scene import MASTERS, Scene
from tests.support.one_server import OneServer

_SYSTEMS = Path(__file__).resolve().parents[3] / "layers/tieout/systems"
LISTED = sorted(path.parent.name for path in _SYSTEMS.glob("*/listing.py"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a system is run with each; one that asks for an entity too, with each it lists.

    Of master data with one kind of each system, which lists the others alike: the system's own tests read and list them all.
    """
    if "entity" in metafunc.fixturenames:
        listed = [(each, entity) for each in LISTED for entity in _judged(_module(each).ENTITIES)]
        metafunc.parametrize(("system", "entity"), listed)
    elif "system" in metafunc.fixturenames:
        metafunc.parametrize("system", LISTED)


@pytest.fixture
def scene(server: tuple[OneServer, str], system: str) -> Iterator[Scene]:
    """A new account of a system."""
    with importlib.import_module(f"tests.support.listed.{system}").open_scene(*server) as opened:
        yield opened


def _judged(entities: Sequence[str]) -> Sequence[str]:
    masters = [each for each in entities if each in MASTERS]
    return [each for each in entities if each not in masters[1:]]


def _module(system: str) -> ModuleType:
    return importlib.import_module(f"tieout.systems.{system}.listing")
