"""Packs texts into the archives that jobs read, and unpacks those that they leave. Pure."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of archives: the same texts make the same bytes
_MOST_UNPACKED_BYTES = 20_000_000


def packed(texts: Mapping[str, str]) -> bytes:
    """An archive of files, name to text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(content: bytes) -> Iterator[str]:
    """The texts of an archive; none where it is no archive, or one that would fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(each.file_size for each in entries) > _MOST_UNPACKED_BYTES:
                return
            for each in entries:
                yield archive.read(each).decode("utf-8-sig", "replace")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return
