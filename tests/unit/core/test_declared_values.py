"""Values stated by name that never change: settings and options."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from tieout.declared import Declared


class Window(Declared):
    """A window of seconds."""

    opens: int
    closes: int = 300

    def __post_init__(self) -> None:
        """Refuse a window that closes before it opens."""
        if self.closes < self.opens:
            raise ValueError("closes before it opens")


def test_what_is_not_stated_has_its_default() -> None:
    """And a value of the same class with the same fields is the same value."""
    assert Window(opens=1).plain() == {"opens": 1, "closes": 300}
    assert Window(opens=1) == Window(opens=1, closes=300)
    assert Window(opens=1) != Window(opens=2)
    assert repr(Window(opens=1)) == "Window(opens=1, closes=300)"


@pytest.mark.parametrize("stated", [{}, {"closes": 2}, {"opens": 1, "opnes": 2}, {"opens": 1, "plain": 2}])
def test_a_field_that_is_missing_or_unknown_is_refused(stated: Mapping[str, int]) -> None:
    """A misspelt setting never passes for a default."""
    with pytest.raises(TypeError):
        Window(**stated)


def test_a_class_refuses_what_no_field_alone_can_refuse() -> None:
    """As soon as it is stated."""
    with pytest.raises(ValueError, match="closes before it opens"):
        Window(opens=301)


def test_a_declared_value_never_changes() -> None:
    """Neither a field nor anything beside them."""
    window = Window(opens=1)
    for name in ("opens", "other"):
        with pytest.raises(AttributeError):
            setattr(window, name, 2)


def test_it_costs_a_cold_start_no_dataclass() -> None:
    """What it is there for."""
    code = "import sys, tieout.declared; print('dataclasses' in sys.modules or 'inspect' in sys.modules)"
    found = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 our own code
    assert found.stdout.strip() == "False"
