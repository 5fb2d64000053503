"""Plants a bug in the real code for a while: one function's text is changed, compiled, and put in its place."""

from __future__ import annotations
import __future__

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType


@contextmanager
def planted(function: object, right: str, wrong: str) -> Iterator[None]:
    """`function` with `wrong` where its text says `right`.

    Its code is exchanged in place, so that whoever imported it by name meets the bug too.

    Raises:
        LookupError: if the text says `right` never or several times: then the bug describes code that is gone.
    """
    target = function.fget if isinstance(function, property) else getattr(function, "__func__", function)
    if not isinstance(target, FunctionType):
        raise TypeError(f"{function!r} is no function")
    sound = target.__code__
    target.__code__ = _changed(target, right, wrong)
    try:
        yield
    finally:
        target.__code__ = sound


def _changed(function: FunctionType, right: str, wrong: str) -> CodeType:
    text = textwrap.dedent(inspect.getsource(function))
    if text.count(right) != 1:
        raise LookupError(f"{function.__qualname__} does not say {right!r} once")
    text = text[text.index("def ") :].replace(right, wrong)
    flags = __future__.annotations.compiler_flag
    names: dict[str, object] = {}
    exec(compile(text, f"<planted in {function.__qualname__}>", "exec", flags), function.__globals__, names)  # noqa: S102
    made = names[function.__name__]
    assert isinstance(made, FunctionType)
    return made.__code__
