"""What is declared of the people of a stage is checked before anything is deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tieout.duties import LogLock
from tieout.landscape import Landscape

PROD = "landscape/stages/prod.toml"


@pytest.mark.parametrize(
    ("lock", "flaw"),
    [
        ('mode = "compliance"', "0 is not between 1 and 36500 days"),
        ('mode = "governance", days = 36501', "36501 is not between 1 and 36500 days"),
        ('mode = "none", days = 7', "nothing is locked for any days: say in which mode"),
        ("days = 7", "nothing is locked for any days: say in which mode"),
        ('mode = "for ever"', "input should be 'none', 'governance' or 'compliance'"),
    ],
)
def test_a_lock_that_locks_nothing_is_refused(root: Path, lock: str, flaw: str) -> None:
    """With the file and the place."""
    file = root / PROD
    file.write_text(file.read_text().replace('mode = "governance", days = 2555', lock))
    with pytest.raises(LandscapeError) as refused:
        read_landscape(root, "prod")
    assert f'{PROD}: people "log_lock"' in str(refused.value)
    assert flaw in str(refused.value)


def test_what_is_declared_of_people_is_compiled_with_the_rest(root: Path) -> None:
    """And read again as it was."""
    landscape = read_landscape(root, "prod")
    assert landscape.people.log_lock == LogLock(mode="governance", days=2555)
    assert Landscape.of_json(compile_landscape(landscape).encode()) == landscape
