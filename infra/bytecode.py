"""Turns a folder of Python sources into the same folder with bytecode that the Lambda interpreter trusts unseen.

The CDK CLI zips every file with the same modification time, which voids ordinary bytecode: each cold start would compile
everything again (measured: 3.3 times the instructions). Files that carry the hash of their source, marked as not to be
checked, are loaded as they are, and the same source gives the same bytes.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

RUNTIME: Final = "3.13"
"""The Python version of the functions; bytecode of any other is useless to them."""

RUNTIME_MAGIC: Final = (3571).to_bytes(2, "little") + b"\r\n"
"""What the bytecode of that version starts with."""

_UNCHECKED_HASH: Final = (0b01).to_bytes(4, "little")
_COMPILE_SECONDS: Final = 300


class BytecodeError(Exception):
    """The bytecode of a folder would not be loaded by the functions' interpreter."""


def compile_folder(folder: Path, *, runs_at: str) -> None:
    """Write unchecked-hash bytecode beside every source; `runs_at` is the folder's path where it will run, for tracebacks.

    Raises:
        BytecodeError: if this interpreter is not of the functions' version, or a source does not compile.
    """
    _refuse_other_versions(importlib.util.MAGIC_NUMBER, Path(sys.executable))
    # A process of its own: what an interpreter has loaded before changes the bytes it writes.
    compiled = subprocess.run(  # noqa: S603 - our own interpreter on our own folder
        [
            sys.executable,
            "-S",
            "-m",
            "compileall",
            "-q",
            "-f",
            "--invalidation-mode",
            "unchecked-hash",
            "-d",
            runs_at,
            ".",
        ],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=_COMPILE_SECONDS,
        check=False,
    )
    if compiled.returncode:
        raise BytecodeError(f"{folder} does not compile: {(compiled.stdout + compiled.stderr).strip()[-2000:]}")
    verify_folder(folder)


def verify_folder(folder: Path) -> None:
    """Check that every source has bytecode of the functions' version, marked as not to be checked against its source.

    Raises:
        BytecodeError: naming the first file that does not.
    """
    for source in sorted(folder.rglob("*.py")):
        if not bytecode_of(source).is_file():
            raise BytecodeError(f"{source} has no bytecode")
    for compiled in sorted(folder.rglob("*.pyc")):
        header = compiled.read_bytes()[:8]
        _refuse_other_versions(header[:4], compiled)
        if header[4:] != _UNCHECKED_HASH:
            raise BytecodeError(f"{compiled} would be checked against its source and thrown away")


def bytecode_of(source: Path) -> Path:
    """Where the functions' interpreter looks for the bytecode of a source."""
    return source.parent / "__pycache__" / f"{source.stem}.cpython-{RUNTIME.replace('.', '')}.pyc"


def _refuse_other_versions(magic: bytes, where: Path) -> None:
    if magic != RUNTIME_MAGIC:
        raise BytecodeError(f"{where} does not write or hold bytecode of Python {RUNTIME}: magic number {magic.hex()}")
