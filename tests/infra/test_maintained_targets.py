"""When a target is maintained: it travels with the landscape and to the sweeper, and its flaws are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tests.support.synthesis import REPOSITORY
from tieout.landscape import Landscape
from tieout.maintenance import Maintenance


def overlay(folder: Path, declared: str) -> Path:
    """The shipped target, maintained as is said."""
    file = folder / "overlay.toml"
    file.write_text(f'[[targets]]\nname = "anaplan"\nmaintenance = {declared}\n')
    return file


def test_a_target_of_any_system_may_have_a_window(tmp_path: Path) -> None:
    """Without one it may be called at any time."""
    assert read_landscape(REPOSITORY, "prod").target("anaplan").maintenance is None
    stated = '{ begins = "22:15", time_zone = "America/New_York", minutes = 60 }'
    declared = read_landscape(REPOSITORY, "prod", overlay(tmp_path, stated))
    window = Maintenance(begins="22:15", time_zone="America/New_York", minutes=60)
    assert declared.target("anaplan").maintenance == window
    assert Landscape.of_json(compile_landscape(declared).encode()) == declared


@pytest.mark.parametrize(
    ("declared", "place", "problem"),
    [
        ('{ begins = "24:00", time_zone = "UTC", minutes = 60 }', "begins", "'24:00' is no time of day (HH:MM)"),
        ('{ begins = "9:00", time_zone = "UTC", minutes = 60 }', "begins", "'9:00' is no time of day (HH:MM)"),
        ('{ begins = "22:00", time_zone = "PST8", minutes = 60 }', "time_zone", "'PST8' is no IANA time zone"),
        ('{ begins = "22:00", time_zone = "UTC", minutes = 4 }', "minutes", "4 is not between 5 and 720"),
        ('{ begins = "22:00", time_zone = "UTC", minutes = 721 }', "minutes", "721 is not between 5 and 720"),
        ('{ begins = "22:00", time_zone = "UTC" }', "minutes", "field required"),
    ],
)
def test_a_flaw_is_named(tmp_path: Path, declared: str, place: str, problem: str) -> None:
    """In one sentence that says what is wrong with it."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(REPOSITORY, "prod", overlay(tmp_path, declared))
    [found] = [each for each in caught.value.problems if f'targets "anaplan" maintenance {place}: ' in each]
    assert found.endswith(problem)
