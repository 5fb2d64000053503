"""The one profile of all property tests: no property fails because the machine was slow for a moment.

A commit's verdict is the commit's: examples are derived from the test itself, so a second run tries the same ones. Chance is
for those who look for trouble: `pytest --hypothesis-profile=searching` tries other examples each time, more of them, and
keeps what failed under `.cache`.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, configuration, settings
from hypothesis.database import DirectoryBasedExampleDatabase

_HOME = Path(__file__).resolve().parents[1] / ".cache/hypothesis"
_SLOW_MOMENTS = (HealthCheck.too_slow,)  # judges by the clock, like a deadline

configuration.set_hypothesis_home_dir(_HOME)
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW_MOMENTS
)
settings.register_profile(
    "searching",
    deadline=None,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(_HOME / "examples"),
    max_examples=2_000,
    suppress_health_check=_SLOW_MOMENTS,
)
settings.load_profile("repeatable")
