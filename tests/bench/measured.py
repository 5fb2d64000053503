"""Runs a handler in a process of its own and says what that took: instructions where valgrind is present, CPU time always."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import subprocess
import tempfile
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

RUNTIME = Path(__file__).with_name("lambda_process.py")
_SECONDS_TO_END = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as Lambda would have it: its handler, the folders it is loaded from, and its environment."""

    handler: str
    folders: Sequence[Path]
    environment: Mapping[str, str]

    def command(self) -> list[str]:
        """What starts it in a bare interpreter."""
        return [_bare_python(), str(RUNTIME), self.handler]

    def full_environment(self) -> dict[str, str]:
        """Its environment with where it is loaded from; nothing is left of ours."""
        path = ":".join(str(each) for each in self.folders)
        return {**self.environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(slots=True)
class Phase:
    """What the process did up to a mark, from the mark before or from the interpreter's start."""

    name: str
    cpu_ms: float = 0
    modules: int = 0
    million_instructions: float | None = None


@dataclass
class LambdaProcess:
    """One warm environment of a function; a `with` block is its life."""

    function: Function
    folder: Path
    counting: bool
    phases: list[Phase] = field(default_factory=list)
    peak_mb: float = 0
    _cpu_ns: int = 0

    def __enter__(self) -> Self:
        """Start the interpreter, which loads the handler."""
        command = self.function.command()
        if self.counting:
            command = [*_callgrind(self.folder / "counts"), *command]
        self._errors = (self.folder / "stderr").open("w+")
        self._process = subprocess.Popen(  # noqa: S603 our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=self.function.folders[0],
            env=self.function.full_environment(),
        )
        return self

    def invoke(self, event: object) -> Any:  # noqa: ANN401 JSON
        """The handler's answer to an event."""
        answer = self._order({"event": event})
        self._cpu_ns = answer["cpu_ns_since_start"] if not self.phases else self._cpu_ns + answer["cpu_ns"]
        return answer["answer"]

    def mark(self, name: str) -> None:
        """End a phase."""
        answer = self._order({"mark": name})
        self.phases.append(Phase(name, self._cpu_ns / 1e6, answer["modules"]))
        self._cpu_ns = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process and read what was counted."""
        assert self._process.stdin is not None
        if kind is None:
            self.peak_mb = self._order({"peak": True})["peak_mb"]
        self._process.stdin.close()
        if kind is not None:
            self._process.kill()
        self._process.wait(_SECONDS_TO_END)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()
        if self.counting and kind is None:
            for number, phase in enumerate(self.phases, 1):
                phase.million_instructions = _counted(self.folder / f"counts.{number}") / 1e6

    def cpu_ms(self) -> float:
        """The CPU time of all invocations since the last mark."""
        return self._cpu_ns / 1e6

    def log(self) -> str:
        """What the function logged, and what went wrong in it."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def _order(self, order: object) -> Any:  # noqa: ANN401 JSON
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(_SECONDS_TO_END)
            raise RuntimeError(f"{self.function.handler} ended:\n{self.log()[-3000:]}")
        return json.loads(line)


@cache
def _bare_python() -> str:
    """An interpreter with nothing installed, as Lambda's is but for its SDK: ours would load what stands in our environment."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-bench-python-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    venv.create(folder, symlinks=True, with_pip=False)
    return str(folder / "bin" / "python")


def can_count() -> bool:
    """Whether instructions can be counted on this machine."""
    return shutil.which("valgrind") is not None


def count_cold(function: Function, event: object) -> float:
    """Million instructions from the interpreter's start to the end after one event: coarser than phases, at half the time."""
    counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run(  # noqa: S603 our own interpreter
        [*counter, *function.command()],
        input=json.dumps({"event": event}) + "\n",
        cwd=function.folders[0],
        env=function.full_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"I\s+refs:\s+([0-9,]+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1].replace(",", "")) / 1e6


def _callgrind(output: Path) -> list[str]:
    return ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={output}", "--dump-before=getsid"]


def _counted(dump: Path) -> int:
    found = re.search(r"^totals: (\d+)$", dump.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    assert found is not None
    return int(found[1])
