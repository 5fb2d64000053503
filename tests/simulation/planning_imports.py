"""The planning model in memory once more, with files, imports and their tasks, which go on when nobody watches."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.simulation.planning import MODULES, PERIODS, Coordinates, PlanningSystem, Surroundings
from tieout.errors import AccessDeniedError, LostAnswerError

IMPORTS = {
    cube: {"action": f"{118 if number % 3 == 2 else 112}{number:09}", "file": f"113{number:09}"}
    for number, cube in enumerate(MODULES)
}
"""Each cube's import, or process, and the file it reads."""
_CUBES = {parts["action"]: cube for cube, parts in IMPORTS.items()}
_SLOW_MILLISECONDS = (20_000, 100_000, 400_000)
_LATE_MILLISECONDS = 600_000


@dataclass
class _Task:
    action: str
    state: str = "NOT_STARTED"
    before: bytes = b""
    changes: int = 0
    taken: int = 0
    left_out: list[list[str]] = field(default_factory=list)
    is_file_gone: bool = False


@dataclass
class _File:
    chunks: dict[int, bytes] = field(default_factory=dict)
    changes: int = 0

    def content(self) -> bytes:
        return b"".join(body for _, body in sorted(self.chunks.items()))


class ImportingSystem(PlanningSystem):
    """A model with an import or a process for each module: the further calls of `tieout.systems.anaplan.client.AnaplanClient`.

    A task reads its file from its start to its end: of one that is replaced meanwhile, the first half as it was and the second as
    it is then. Rows of one cell are added up. Members it does not know, and those that would spoil a cell write, leave out their
    rows.
    """

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._files: dict[str, _File] = {parts["file"]: _File() for parts in IMPORTS.values()}
        self._tasks: dict[str, _Task] = {}

    def is_busy(self) -> bool:
        """Whether a task runs."""
        return any(task.state == "IN_PROGRESS" for task in self._tasks.values())

    def ask(self, method: str, path: str, content: bytes | None = None, *, writing: bool = False) -> Mapping[str, Any]:
        """Say how many chunks will come, or start a task."""
        assert (method, writing) == ("POST", path.endswith("/tasks"))
        _, _, name, *_ = path.split("/")
        if writing:
            return self._start(name)
        self._weather.io("before planning.upload")
        assert content is not None
        assert json.loads(content)["chunkCount"] >= 1
        file = self._files[name]
        file.chunks.clear()
        file.changes += 1
        return {"file": {"id": name}}

    def put_bytes(self, path: str, content: bytes) -> None:
        """Replace a chunk."""
        self._weather.io("before planning.upload")
        _, _, name, _, number = path.split("/")
        file = self._files[name]
        file.chunks[int(number)] = content
        file.changes += 1

    def ask_object(self, path: str, key: str) -> Mapping[str, Any]:
        """How far a task is."""
        assert key == "task"
        self._weather.io("before planning.get")
        task = self._task(path)
        plain: dict[str, Any] = {"taskId": path.rsplit("/", 1)[1], "taskState": task.state}
        if task.state == "COMPLETE":
            own = {"objectId": "112", "successful": not task.is_file_gone, "details": [self._detail(task)]}
            own["failureDumpAvailable"] = bool(task.left_out)
            nested = {"objectId": task.action, "successful": own["successful"], "failureDumpAvailable": False}
            plain["result"] = nested | {"nestedResults": [own]} if task.action.startswith("118") else own
        return plain

    def all_of(self, path: str, key: str) -> Sequence[Mapping[str, Any]]:
        """The tasks of an import, or the chunks of a dump."""
        self._weather.io("before planning.get")
        if key == "tasks":
            action = path.split("/")[2]
            return [{"taskState": task.state} for task in self._tasks.values() if task.action == action]
        if self._weather.chance("dump_lost"):
            raise AccessDeniedError("no dump")
        return [{"id": "0"}]

    def get_bytes(self, path: str) -> bytes:
        """The dump of a task."""
        self._weather.io("before planning.get")
        out = io.StringIO()
        csv.writer(out).writerows([["heading"], *self._task(path).left_out])
        return out.getvalue().encode()

    def _start(self, action: str) -> Mapping[str, Any]:
        self._weather.io("before planning.set")
        if self._weather.chance("landing_late"):
            self.under_way += 1

            def begin() -> None:
                self._begin(action)

            self._schedule.after(self._random.randrange(_LATE_MILLISECONDS), begin)
            raise LostAnswerError("no answer in time")
        self.under_way += 1
        task_id = self._begin(action)
        self._weather.io("after planning.set")
        return {"taskId": task_id} if self._random.random() < 0.5 else {"task": {"taskId": task_id}}

    def _begin(self, action: str) -> str:
        tasks = self._tasks
        task_id = f"task-{len(tasks) + 1}"
        file = self._files[IMPORTS[_CUBES[action]]["file"]]
        tasks[task_id] = _Task(action, before=file.content(), changes=file.changes)
        slow = self._weather.chance("task_slow")
        waits = self._random.choice(_SLOW_MILLISECONDS) if slow else self._random.randrange(1_000)
        self._schedule.after(waits // 2, lambda: self._run(tasks[task_id]))
        self._schedule.after(waits + 1, lambda: self._end(tasks[task_id]))
        return task_id

    def _run(self, task: _Task) -> None:
        task.state = "IN_PROGRESS"

    def _end(self, task: _Task) -> None:
        self.under_way -= 1
        if self._weather.chance("task_cancelled"):
            task.state = "CANCELLED"
            return
        task.state = "COMPLETE"
        task.is_file_gone = self._weather.chance("task_file_gone")
        if not task.is_file_gone:
            self._import(task)

    def _import(self, task: _Task) -> None:
        cube = _CUBES[task.action]
        file = self._files[IMPORTS[cube]["file"]]
        content = file.content()
        if file.changes != task.changes:
            self._weather.strike("file_overwritten")
            old, new = task.before.splitlines(keepends=True), content.splitlines(keepends=True)
            content = b"".join(old[: len(old) // 2] + new[len(old) // 2 :])
        heading, *rows = list(csv.reader(io.StringIO(content.decode()))) or [[]]
        sums: dict[Coordinates, Decimal] = {}
        for row in rows:
            named = dict(zip(heading, row, strict=True))
            value, measure = Decimal(named.pop("Value")), named.pop("Line item")
            named.pop("Cell")
            if set(named.values()) & (self.unknown | self.spoiling):
                self._weather.strike("row_left_out")
                task.left_out.append([*row, "Invalid list identifier"])
                continue
            task.taken += 1
            named["Time"] = PERIODS.get(named["Time"], named["Time"])
            place = (cube, measure, tuple(sorted(named.items())))
            sums[place] = sums.get(place, Decimal(0)) + value
        self.cells.update(sums)

    def _detail(self, task: _Task) -> Mapping[str, Any]:
        if task.is_file_gone:
            return {"type": "uploadedFileNoLongerAvailable", "values": []}
        counts = {"failedCount": len(task.left_out), "successRowCount": task.taken}
        kind = "lineItemRowsProcessedWithFailures" if task.left_out else "lineItemRowsProcessed"
        return {"type": kind, "values": [str(each) for pair in counts.items() for each in pair]}

    def _task(self, path: str) -> _Task:
        task = self._tasks.get(path.split("/")[4])
        if task is None:
            raise AccessDeniedError("no such task")
        return task
