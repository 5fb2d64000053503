"""The bucket of the operators' log in memory, with every version, and with leave to spoil it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ops.log_objects import Version
from tieout.errors import UnavailableError


class LogObjectsInMemory:
    """As `ops.log_objects.S3LogObjects` is.

    Attributes:
        kept: by key, everything that was done to it: bytes, or None for a deletion.
        before_creating: called before each creation, as another command that is quicker.
    """

    def __init__(self) -> None:
        self.kept: dict[str, list[bytes | None]] = {}
        self.before_creating: Callable[[str], None] = lambda _: None

    def create(self, key: str, body: bytes) -> bool:
        """Keep a new object; False, and nothing done, where there is one already."""
        self.before_creating(key)
        if self.kept.get(key, [None])[-1] is not None:
            return False
        self.kept.setdefault(key, []).append(body)
        return True

    def read(self, key: str, version: str = "") -> bytes:
        """An object as it is, or as one of its versions was."""
        body = self.kept.get(key, [None])[int(version) if version else -1]
        if body is None:
            raise UnavailableError("NoSuchKey")
        return body

    def versions(self, prefix: str) -> Iterator[Version]:
        """Everything that was ever done to the objects of a prefix."""
        for key, done in self.kept.items():
            if key.startswith(prefix):
                for number, body in reversed(list(enumerate(done))):
                    yield Version(key, str(number), is_deletion=body is None)
