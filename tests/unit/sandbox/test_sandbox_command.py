"""How `python -m sandbox` ends, and what it says then."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

import sandbox.__main__ as command
from sandbox.places import FOLDER, ROOT, NothingStartedError, SandboxError


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """Leave the test run's own handling of signals alone."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def run_into(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """The exit code of a sandbox that ends with an error."""

    def up() -> int:
        raise error

    monkeypatch.setattr(command, "up", up)
    return command.main(["up"])


def test_who_breaks_off_is_told_so_and_nothing_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is the ordinary way to end, so it is no failure."""
    assert run_into(monkeypatch, KeyboardInterrupt()) == 0
    assert capsys.readouterr().out == "stopped\n"


def test_logs_are_named_where_they_can_tell_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part that fails has logs; a taken port or a folder in use has none, or somebody else's."""
    assert run_into(monkeypatch, SandboxError("the deploy failed")) == 1
    assert capsys.readouterr().err == f"the deploy failed\nLogs: {FOLDER / 'logs'}\n"
    assert run_into(monkeypatch, NothingStartedError("port 1 is taken")) == 1
    assert capsys.readouterr().err == "port 1 is taken\n"


def test_a_second_interrupt_does_not_disturb_the_taking_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who presses Ctrl-C twice still leaves nothing running."""
    taken_down = []

    def up() -> int:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            taken_down.append(True)
        return 0

    monkeypatch.setattr(command, "up", up)
    assert command.main(["up"]) == 0
    assert taken_down == [True]


def test_an_unknown_word_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong call has an exit code of its own."""
    assert command.main(["down"]) == 2
    assert "up | demo" in capsys.readouterr().err


def test_ctrl_c_is_heard_from_the_start() -> None:
    """What takes a second to load is loaded only after the signals are ours."""
    heavy = "import sys, sandbox.__main__; print(sorted({'boto3', 'pydantic', 'uvicorn', 'rich'} & set(sys.modules)))"
    loaded = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout == "[]\n"
