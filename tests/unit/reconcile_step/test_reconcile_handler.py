"""The entry point of comparing stages says what it goes by to whoever certifies by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.reconcile.handler import ReconcileFunction
from functions.reconcile.settings import ReconcileSettings
from infra.landscape import compile_landscape
from tests.support.certified_period import declared
from tieout import __version__

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_says_by_which_landscape_it_compares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very text that was deployed, and the version of the code; nothing is compared for it."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    text = compile_landscape(declared())
    (tmp_path / "landscape.json").write_text(text)
    settings = ReconcileSettings(ledger_table="ledger", landscape_file=str(tmp_path / "landscape.json"))
    told = ReconcileFunction(settings.environment()).handle({"goes_by": True})
    assert told == {"code_version": __version__, "landscape": text}
