"""The object store in memory."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.faults import FaultPoint, no_fault
from tieout.errors import UnreadableRecordError


class MemoryObjectStore:
    """Implements `tieout.ports.ObjectStore` over a dictionary; `io` is passed before and after every call."""

    def __init__(self, *, io: FaultPoint = no_fault, name: str = "archive") -> None:
        self.io = io
        self.name = name
        self._objects: dict[str, bytes] = {}

    def put(self, key: str, body: bytes) -> None:
        """Keep `body` under `key`, replacing what is there."""
        self.io(f"before {self.name}.put")
        self._objects[key] = bytes(body)
        self.io(f"after {self.name}.put")

    def get(self, key: str) -> bytes:
        """The object's bytes."""
        self.io(f"before {self.name}.get")
        if key not in self._objects:
            raise UnreadableRecordError(f"no object {key}")
        self.io(f"after {self.name}.get")
        return self._objects[key]

    def keys(self, prefix: str, limit: int, *, after: str = "") -> Sequence[str]:
        """Up to `limit` keys that start with `prefix` and stand behind `after`, in order."""
        self.io(f"before {self.name}.keys")
        found = sorted(key for key in self._objects if key.startswith(prefix) and key > after)[:limit]
        self.io(f"after {self.name}.keys")
        return found

    def delete(self, key: str) -> None:
        """Remove the object."""
        self.io(f"before {self.name}.delete")
        self._objects.pop(key, None)
        self.io(f"after {self.name}.delete")
