"""`python -m sandbox up` keeps the sandbox running until Ctrl-C; `python -m sandbox demo` shows the line at work."""

from __future__ import annotations

import importlib
import signal
import sys
import threading
import time
from types import FrameType

from sandbox.places import FOLDER, SandboxError
from sandbox.running import running_sandbox

_USAGE = "usage: python -m sandbox up | demo"


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all went well or the user ended it, 1 when a part did not start, 2 for a wrong call."""
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)  # also where a shell started us with Ctrl-C ignored
    try:
        match arguments:
            case ["up"]:
                return up()
            case ["demo"]:
                return int(importlib.import_module("sandbox.demo").main())
    except SandboxError as error:
        sys.stderr.write(f"{error}\nLogs: {FOLDER / 'logs'}\n")
        return 1
    except KeyboardInterrupt:
        tell("stopped")
        return 0
    sys.stderr.write(f"{_USAGE}\n")
    return 2


def up() -> int:
    """Run the sandbox until it is interrupted."""
    started = time.monotonic()
    with running_sandbox(tell=tell) as sandbox:
        tell(f"ready after {time.monotonic() - started:.0f} s")
        for name, end in sandbox.connections.items():
            tell(f"  {name:<16} {end.webhook_url}")
        for name, url in sandbox.systems.items():
            tell(f"  {name:<16} {url}")
        tell(f"addresses and secrets: {sandbox.places.endpoints}")
        tell("Ctrl-C stops everything")
        threading.Event().wait()
    return 0


def tell(line: str) -> None:
    """Show a line at once, also where the output is a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
