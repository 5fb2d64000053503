from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox.places import ROOT, Places, SandboxError, ports

_START = """
import signal, sys, threading
from pathlib import Path
from sandbox.aws import emulated_aws
from sandbox.places import Places, ports

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
places = Places(Path(sys.argv[1]))
with places.reserved(), emulated_aws(places, next(ports())) as aws:
    print(aws.endpoint_url, flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_the_emulated_aws_ends_with_whoever_started_it(tmp_path: Path, ending: signal.Signals) -> None:
    """However its owner ends, even killed outright, nothing of the sandbox goes on running."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _START, str(tmp_path / "sandbox")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers'}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        port = int(owner.stdout.readline().rsplit(":", 1)[1])
        assert is_open(port)
        owner.send_signal(ending)
        owner.wait(20)
    assert closes(port, within_seconds=10)


def test_a_second_sandbox_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Two sandboxes never write each other's files."""
    places = Places(tmp_path / "sandbox")
    with places.reserved(), pytest.raises(SandboxError, match="already running"), places.reserved():
        raise AssertionError("the second one got in")
    with places.reserved():
        pass


def test_ports_are_counted_from_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever needs to know the ports chooses them with SANDBOX_PORT."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        taken = probe.getsockname()[1]
        monkeypatch.setenv("SANDBOX_PORT", str(taken))
        with pytest.raises(SandboxError, match=f"port {taken} is taken"):
            next(ports())
    assert next(ports()) == taken
    monkeypatch.setenv("SANDBOX_PORT", "eighty")
    with pytest.raises(SandboxError, match="SANDBOX_PORT is 'eighty'"):
        next(ports())


def is_open(port: int) -> bool:
    """Whether somebody answers at a port."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def closes(port: int, *, within_seconds: float) -> bool:
    """Whether a port is given up in time."""
    deadline = time.monotonic() + within_seconds
    while is_open(port):
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(0.1)
    return True
