"""A stage for the operator's commands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.operated_certificates import CertifiedStage, certified_month
from tests.support.operated_stage import OperatedStage, operated_stage


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[OperatedStage]:
    """An empty stage in the emulated AWS."""
    with operated_stage(monkeypatch) as made:
        yield made


@pytest.fixture
def certified(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> CertifiedStage:
    """A stage with a month that ties out, and is closed."""
    return certified_month(stage, monkeypatch)
