"""Turns the lock file, the package and the functions into the folders that Lambda runs, without Docker; part of synth.

Every folder is built once per content: its name carries the hash of all that it is made of, under `.cache/bundles`. The
same content gives the same bytes on every machine, so a deploy that changes nothing uploads nothing.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from infra.bytecode import RUNTIME, compile_folder

AWS_PLATFORM: Final = "aarch64-manylinux2014"
"""The wheels that Lambda on arm64 loads."""

KEPT_AWS_SERVICES: Final = frozenset({"dynamodb", "s3", "secretsmanager", "sqs"})
"""The services whose API descriptions the functions use (events go to the bus without SDK); botocore ships over four hundred."""

_VERSION: Final = "2"
"""Raise it when the way of building changes, so that folders built the old way are not used."""

_ROOT: Final = Path(__file__).resolve().parent.parent
_CACHE: Final = _ROOT / ".cache" / "bundles"
_LOCK: Final = _ROOT / "layers" / "dependencies" / "requirements.txt"
_DOWNLOAD_SECONDS: Final = 600
_RUN_OR_READ: Final = ("*.py", "*.pem")
_NEVER_LOADED: Final = (
    "*.pyi",
    "*.pyx",
    "*.pxd",
    "*.c",
    "*.h",
    "py.typed",
    ".lock",
    "INSTALLER",
    "RECORD",
    "REQUESTED",
    "direct_url.json",
)
_UNUSED_FOLDERS: Final = ("bin", "*/tests", "*/test", "cffi", "pycparser", "pycparser-*.dist-info")


class BundlingError(Exception):
    """A folder for Lambda could not be built; the message says what to do."""


def dependencies_layer(wheels_platform: str) -> Path:
    """The layer with the third-party packages of the lock file, as wheels for one platform (`AWS_PLATFORM` in AWS).

    Raises:
        BundlingError: if a package has no wheel for the platform, or does not match its hash.
    """

    def build(folder: Path) -> None:
        _install(folder / "python", wheels_platform)
        _prune(folder / "python")
        compile_folder(folder / "python", runs_at="/opt/python")

    return _built("dependencies", _digest([_LOCK.read_bytes(), wheels_platform.encode()]), build)


def tieout_layer() -> Path:
    """The layer with our own package `tieout`."""
    sources = _sources(_ROOT / "layers" / "tieout", _ROOT / "layers")

    def build(folder: Path) -> None:
        _write(folder / "python", sources)
        compile_folder(folder / "python", runs_at="/opt/python")

    return _built("tieout", _digest_of(sources), build)


def function_asset(step: str, extra_files: Mapping[str, str]) -> Path:
    """The code of one step, with files of the stage beside it (name to text, such as the compiled landscape).

    Raises:
        BundlingError: if there is no such step.
    """
    if not (_ROOT / "functions" / step).is_dir():
        raise BundlingError(f"functions/{step} does not exist")
    sources = {
        "functions/__init__.py": (_ROOT / "functions" / "__init__.py").read_bytes(),
        **_sources(_ROOT / "functions" / step, _ROOT),
        **{name: text.encode() for name, text in extra_files.items()},
    }

    def build(folder: Path) -> None:
        _write(folder, sources)
        compile_folder(folder, runs_at="/var/task")

    return _built(step, _digest_of(sources), build)


def this_platform() -> str:
    """The wheels that this machine loads, for the sandbox."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return f"{machine}-apple-darwin" if sys.platform == "darwin" else f"{machine}-manylinux2014"


def _built(name: str, digest: str, build: Callable[[Path], None]) -> Path:
    """The folder of that content, built now unless it is there; it appears whole or not at all."""
    ready = _CACHE / f"{name}-{digest}"
    if ready.is_dir():
        return ready
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE, prefix=f".{name}-") as scratch:
        folder = Path(scratch) / "folder"
        folder.mkdir()
        build(folder)
        _normalise(folder)
        try:
            folder.rename(ready)
        except OSError:
            if not ready.is_dir():  # another process may have built the same just now
                raise
    return ready


def _install(folder: Path, wheels_platform: str) -> None:
    command = [_uv(), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder)]
    command += ["--python-platform", wheels_platform, "--python-version", RUNTIME, "--only-binary", ":all:"]
    command += ["--require-hashes", "--no-deps", "--link-mode", "copy", "--requirements", str(_LOCK)]
    done = subprocess.run(  # noqa: S603 - a fixed command
        command, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False
    )
    if done.returncode:
        raise BundlingError(f"the dependencies layer cannot be built for {wheels_platform}: {done.stderr.strip()}")


def _uv() -> str:
    own = _ROOT / ".tools" / "bin" / "uv"
    found = str(own) if own.is_file() else shutil.which("uv")
    if found is None:
        raise BundlingError("uv is missing: run `make setup` first")
    return found


def _prune(packages: Path) -> None:
    """Remove what no function ever loads; `botocore/docs` stays, botocore imports it at start."""
    for pattern in _NEVER_LOADED:
        for unused in packages.rglob(pattern):
            unused.unlink()
    for pattern in _UNUSED_FOLDERS:
        for unused in packages.glob(pattern):
            shutil.rmtree(unused)
    for service in (packages / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in KEPT_AWS_SERVICES:
            shutil.rmtree(service)
    _prune_endpoints(packages / "botocore" / "data" / "endpoints.json")


def _prune_endpoints(file: Path) -> None:
    """Keep the endpoints of the kept services: botocore reads the whole file at every cold start (1.2 MB, 158 M instructions)."""
    endpoints = json.loads(file.read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in KEPT_AWS_SERVICES}
    file.write_text(json.dumps(endpoints, sort_keys=True, separators=(",", ":")))


def _sources(folder: Path, root: Path) -> dict[str, bytes]:
    """The files under a folder that run or are read at run time, by their path from the root."""
    files = sorted(file for pattern in _RUN_OR_READ for file in folder.rglob(pattern))
    return {str(file.relative_to(root).as_posix()): file.read_bytes() for file in files}


def _write(folder: Path, sources: Mapping[str, bytes]) -> None:
    for name, content in sources.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _normalise(folder: Path) -> None:
    """Give all files the same rights, whatever this machine's defaults are: the rights are part of a zip."""
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    folder.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)


def _digest_of(sources: Mapping[str, bytes]) -> str:
    return _digest(part for name in sorted(sources) for part in (name.encode(), sources[name]))


def _digest(parts: Iterable[bytes]) -> str:
    """One hash over length-prefixed parts, the Python version and the way of building."""
    whole = hashlib.sha256(
        f"{_VERSION} {RUNTIME} {sorted(KEPT_AWS_SERVICES)} {_NEVER_LOADED} {_UNUSED_FOLDERS}".encode()
    )
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()[:32]
