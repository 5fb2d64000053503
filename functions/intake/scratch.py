"""Spreads what is too much for memory over parts, so that whatever is of one record comes together: on the function's own disk."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

_PART_BYTES = 4 * 1024 * 1024
_MOST_PARTS = 1_024
_BUFFERED_BYTES = 32 * 1024 * 1024


class Scratch(Protocol):
    """Room for the lines of one file."""

    @property
    def parts(self) -> int:
        """How many parts there are."""
        ...

    def add(self, record: bytes, line: bytes) -> None:
        """Keep a line, without a new line in it, in the part of its record."""
        ...

    def lines(self, part: int) -> Iterator[bytes]:
        """The lines of a part in the order added; nothing is added any more by then."""
        ...

    def clear(self) -> None:
        """Give the room back."""
        ...


class DiskScratch:
    """Implements `Scratch` in a folder, with a bounded part of it in memory.

    Args:
        folder: emptied before and after.
        expected_bytes: about how much is added; each part is then about 4 MB.
    """

    def __init__(self, folder: Path, expected_bytes: int) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._parts = min(_MOST_PARTS, 1 + expected_bytes // _PART_BYTES)
        self.clear()

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return self._parts

    def add(self, record: bytes, line: bytes) -> None:
        """Keep a line in the part of its record: by a digest that every process makes alike."""
        self._buffers[zlib.crc32(record) % self._parts] += line + b"\n"
        self._buffered += len(line) + 1
        if self._buffered > _BUFFERED_BYTES:
            self._write()

    def lines(self, part: int) -> Iterator[bytes]:
        """The lines of a part in the order added."""
        if self._buffered:
            self._write()
        path = self._path(part)
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    yield line[:-1]

    def clear(self) -> None:
        """Remove what earlier work left, be it that of a function that was killed."""
        for path in self._folder.iterdir():
            path.unlink()
        self._buffers = [bytearray() for _ in range(self._parts)]
        self._buffered = 0

    def _write(self) -> None:
        for part, buffer in enumerate(self._buffers):
            if buffer:
                with self._path(part).open("ab") as file:
                    file.write(buffer)
                buffer.clear()
        self._buffered = 0

    def _path(self, part: int) -> Path:
        return self._folder / f"{part:04d}"
