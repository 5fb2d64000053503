"""How large the layers and functions are, as they lie in Lambda and as they are uploaded."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path


def size_of(folder: Path) -> tuple[int, float, float]:
    """Files, MB unpacked, MB as a zip."""
    files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for each in files:
            archive.writestr(zipfile.ZipInfo(str(each.relative_to(folder))), each.read_bytes(), zipfile.ZIP_DEFLATED)
    return len(files), sum(each.stat().st_size for each in files) / 1e6, packed.tell() / 1e6
