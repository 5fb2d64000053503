"""Runs tests on one piece of the interpreter's stack, however deep their calls go.

CPython keeps the frames of calls in pieces of 16 KB, and gives a piece back as soon as the last call in it returns: a loop that
happens to run at the edge of one maps and unmaps memory with each call it makes, which cost calls of the emulated AWS a fifth
of their time. A frame that is larger than a piece gets a larger one, in which there is room for all that is called from it.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, cast

from _pytest.runner import pytest_runtest_protocol

if TYPE_CHECKING:
    import pytest

_SLOTS = 70_000  # of eight bytes: such a frame gets a piece of a megabyte, nearly half of which it leaves to others


def on_a_wide_stack(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test with all that is set up for it, as pytest does."""
    return bool(pytest_runtest_protocol(item, nextitem))


_function = cast("FunctionType", on_a_wide_stack)
_function.__code__ = _function.__code__.replace(co_stacksize=_SLOTS)
