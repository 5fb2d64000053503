"""Where the sandbox keeps its files, finds its tools and puts its ports."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".sandbox"
_HIGHEST_PORT = 65_535

type Tell = Callable[[str], None]
"""Takes one line of progress for the person who waits."""


class SandboxError(Exception):
    """The sandbox could not be started or used; the message says what to do or where to look."""


class NothingStartedError(SandboxError):
    """Something of the machine or the call is not as it must be; the message says what to change, and no log says more."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one sandbox, all below one folder that belongs to it alone."""

    folder: Path

    @property
    def endpoints(self) -> Path:
        """What outside tools read; it is there only while the sandbox is ready."""
        return self.folder / "endpoints.json"

    @property
    def overlay(self) -> Path:
        """The folder of what is declared beside the stage's landscape, in files of the same form."""
        return self.folder / "overlay"

    @property
    def addresses(self) -> Path:
        """The file of the overlay with the addresses of the simulated systems."""
        return self.overlay / "addresses.toml"

    @property
    def outputs(self) -> Path:
        """What the stacks tell about themselves, as the CDK writes it."""
        return self.folder / "outputs.json"

    @property
    def logs(self) -> Path:
        """The folder of the logs: `emulator.log`, `deploy.log`, and one file per function after the end."""
        return self.folder / "logs"

    @property
    def secrets(self) -> Path:
        """The folder of the fake secrets, one file each."""
        return self.folder / "secrets"

    @property
    def assembly(self) -> Path:
        """What the CDK synthesises before it deploys."""
        return self.folder / "cdk.out"

    @property
    def scratch(self) -> Path:
        """What the emulated AWS unpacks and stores; emptied at every start."""
        return self.folder / "scratch"

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keep the folder for this process until the block ends, however it ends.

        Raises:
            NothingStartedError: if another process has it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "reserved").open("a+", encoding="ascii") as reservation:
            try:
                fcntl.flock(reservation, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise NothingStartedError(
                    f"a sandbox is already running in {self.folder}: stop that one first"
                ) from error
            self._prepare()
            try:
                yield
            finally:
                self.endpoints.unlink(missing_ok=True)
                shutil.rmtree(self.scratch, ignore_errors=True)

    def _prepare(self) -> None:
        """Make the folders and remove what an earlier run left that would mislead."""
        for stale in (self.endpoints, self.outputs):
            stale.unlink(missing_ok=True)
        for folder in (self.scratch, self.logs, self.secrets, self.assembly, self.overlay):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self.secrets.chmod(0o700)


def tool(relative: str) -> Path:
    """A tool that `make setup` has installed below the project's folder.

    Raises:
        NothingStartedError: if it is not there.
    """
    path = ROOT / relative
    if not path.exists():
        raise NothingStartedError(f"{relative} is missing: run `make setup`")
    return path


def ports() -> Iterator[int]:
    """Free ports of this machine: counted up from `SANDBOX_PORT` where that is set, else chosen by the system.

    Raises:
        NothingStartedError: if `SANDBOX_PORT` is not a port, or a port counted from it is taken.
    """
    base = os.environ.get("SANDBOX_PORT", "")
    if not base:
        while True:
            yield _bindable(0)
    if not base.isdecimal() or not 0 < int(base) <= _HIGHEST_PORT:
        raise NothingStartedError(f"SANDBOX_PORT is {base!r}: give the first of some free ports, such as 8600")
    for port in range(int(base), _HIGHEST_PORT + 1):
        yield _bindable(port)


def _bindable(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise NothingStartedError(f"port {port} is taken: set SANDBOX_PORT to another base") from error
        return int(probe.getsockname()[1])
