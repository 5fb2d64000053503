"""Objects that are only written by who knows what is there, in memory."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.faults import FaultPoint, no_fault
from tieout.errors import UnreadableRecordError


class MemoryChangingObjects:
    """Implements `tieout.ports.ChangingObjects`; `io` is passed before and after every call, `told` named what was written."""

    def __init__(self, *, io: FaultPoint = no_fault) -> None:
        self.io = io
        self.told: Callable[[str], None] | None = None
        self._objects: dict[str, tuple[bytes, int]] = {}

    def create(self, key: str, body: bytes) -> bool:
        """Keep a new object; False where there is one."""
        self.io("before journal.create")
        if is_new := key not in self._objects:
            self._keep(key, body, 1)
        self.io("after journal.create")
        return is_new

    def read(self, key: str) -> tuple[bytes, str]:
        """The object and its version."""
        self.io("before journal.read")
        if key not in self._objects:
            raise UnreadableRecordError(f"no object {key}")
        body, version = self._objects[key]
        self.io("after journal.read")
        return body, str(version)

    def replace(self, key: str, body: bytes, version: str) -> bool:
        """Keep this in place of that version; False where it is another."""
        self.io("before journal.replace")
        _, number = self._objects.get(key, (b"", 0))
        if is_same := version == str(number):
            self._keep(key, body, number + 1)
        self.io("after journal.replace")
        return is_same

    def contents(self) -> dict[str, bytes]:
        """Everything there is, without a fault point: for oracles."""
        return {key: body for key, (body, _) in self._objects.items()}

    def _keep(self, key: str, body: bytes, version: int) -> None:
        self._objects[key] = (bytes(body), version)
        if self.told is not None:
            self.told(key)
