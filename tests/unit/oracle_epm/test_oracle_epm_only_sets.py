"""Cells are set, never added to: no configuration of a target in Oracle EPM reaches a mode that adds, or that clears a scope."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.support.oracle_epm import LOADS, epm_options, pipeline_cell
from tests.support.oracle_epm_jobs import CELLS, JobbingApplication, loader, until
from tests.support.synthesis import REPOSITORY
from tieout.landscape import Option
from tieout.systems.oracle_epm.coordinates import place_cells
from tieout.systems.oracle_epm.grids import grids_of, import_body

_FOLDER = REPOSITORY / "layers/tieout/systems/oracle_epm"
_ADDS_OR_CLEARS = ("ADD_DATA", "SUBTRACT_DATA", "REPLACE_DATA", "APPEND", "DATARULE", "exportMode", "cleardataslice")
_EVERY_WORD: dict[str, Option] = {
    "authentication": "oauth",
    "application": "ADD_DATA",
    "scope": "aggregateEssbaseData",
    "clear_zeros": True,
    "reads_before": True,
    "loads": {"Pipeline": {"rows": "Years", "drivers": "Entity"}},
    "load_from": 1,
    "load_size": 10_000,
    "poll_seconds": 30,
    "batch_size": 1,
}


@pytest.mark.parametrize("options", [LOADS, _EVERY_WORD])
def test_every_configuration_sends_the_mode_that_sets(options: dict[str, Option]) -> None:
    """Whatever the landscape says, a slice overwrites, and a load imports a file of Planning's own, which has no other mode."""
    chosen = epm_options(**options)
    placed, _ = place_cells([pipeline_cell()], chosen)
    sent = json.loads(import_body(grids_of(placed)[0]))
    assert sent["aggregateEssbaseData"] is False
    application = JobbingApplication()
    writer = loader(application, options=chosen)
    writer.start(writer.prepare(CELLS, until()))
    [started] = application.started
    assert started["jobType"] == "IMPORT_DATA"
    assert started["parameters"].keys() == {"sourceType", "delimiter", "includeMetaData", "importFileName", "errorFile"}
    assert started["parameters"]["sourceType"] == "Planning"


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_module_says_a_word_that_adds_or_clears(path: Path) -> None:
    """Not even to choose it by mistake: what is not there cannot be configured."""
    tree = ast.parse(path.read_text())
    documented = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    }
    said = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [each for each in said if each not in documented and any(word in each for word in _ADDS_OR_CLEARS)]
