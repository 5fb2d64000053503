"""`python -m sandbox up` keeps the sandbox running until Ctrl-C; `python -m sandbox demo` shows the line at work."""

from __future__ import annotations

import importlib
import signal
import sys
import threading
import time
from types import FrameType

from sandbox.places import FOLDER, NothingStartedError, SandboxError

_USAGE = "usage: python -m sandbox up | demo"
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all went well or the user ended it, 1 when a part did not start, 2 for a wrong call."""
    for ending in _ENDINGS:
        signal.signal(ending, _interrupt)  # also where a shell started us with Ctrl-C ignored
    try:
        match arguments:
            case ["up"]:
                return up()
            case ["demo"]:
                return int(importlib.import_module("sandbox.demo").main())
    except NothingStartedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
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
    # Loaded only now, which takes a second: Ctrl-C before it would end in a traceback.
    from sandbox.running import running_sandbox  # noqa: PLC0415

    started = time.monotonic()
    with running_sandbox(tell=tell) as sandbox:
        tell(f"ready after {time.monotonic() - started:.0f} s")
        for name, end in sandbox.connections.items():
            tell(f"  {name:<16} takes webhooks at {end.webhook_url}")
        for name, url in sandbox.systems.items():
            tell(f"  {name:<16} is simulated at {url}")
        tell(f"addresses and secrets: {sandbox.places.endpoints}")
        tell("Ctrl-C stops everything")
        threading.Event().wait()
    return 0


def tell(line: str) -> None:
    """Show a line at once, also where the output is a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)  # a second Ctrl-C would interrupt the taking down, which is short
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
