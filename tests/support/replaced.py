"""Gives names of a module other values for a while: a tenth of what `unittest.mock` needs, for what is replaced all the time."""

from __future__ import annotations

from types import ModuleType, TracebackType


class Replaced:
    """While this is entered, the module's names have these values.

    Raises:
        AttributeError: on entering, for a name that the module has not.
    """

    __slots__ = ("_before", "_module", "_values")

    def __init__(self, module: ModuleType, **values: object) -> None:
        self._module, self._values = module, values

    def __enter__(self) -> None:
        self._before = {name: getattr(self._module, name) for name in self._values}
        vars(self._module).update(self._values)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        vars(self._module).update(self._before)
