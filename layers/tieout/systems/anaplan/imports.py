"""Has an import or a process of the model read a file: uploaded in chunks, started, waited for, its dump fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tieout import strict_json
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    PermanentError,
    StillRunningError,
    TransientError,
    UnavailableError,
)
from tieout.ports import Clock
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.task_results import has_begun, has_ended

_PROCESS = "118"  # how the ids of processes begin; those of imports begin with 112
_START = strict_json.dump({"localeName": "en_US"}).encode()  # decimals with a point, whatever the user's own locale
_LONGEST_PAUSE_SECONDS = 20.0
_RUNNING_WAIT_SECONDS, _QUEUED_WAIT_SECONDS = 30.0, 60.0


@dataclass(frozen=True, slots=True)
class TaskName:
    """A task under the names that its reference keeps: the import or process, the file, and the task once it is started."""

    action: str
    task_id: str = ""

    @classmethod
    def of(cls, reference: str) -> TaskName:
        """The task of a reference."""
        action, _, task_id = reference.partition(" ")
        return cls(action, task_id)

    def __str__(self) -> str:
        return f"{self.action} {self.task_id}".rstrip()


class ModelImports:
    """Runs imports and processes of one model, one at a time each.

    Args:
        client: calls the model.
        clock: the time, and the pauses between two questions for a task's state.
        poll_seconds: how long the first is; Anaplan asks for at least five.
    """

    def __init__(self, client: AnaplanClient, clock: Clock, poll_seconds: int) -> None:
        self._client = client
        self._clock = clock
        self._poll_seconds = float(poll_seconds)

    def upload(self, action: str, file_id: str, chunks: Sequence[bytes], until: datetime) -> None:
        """Replace a file, unless something may be reading it.

        Files are not locked while an import reads them: one that is replaced meanwhile gives wrong numbers without a word.

        Raises:
            UnavailableError: a task of the import that reads it has not ended, or there is no time for it.
        """
        if self.is_running(action):
            raise UnavailableError("anaplan: the import still runs", retry_after_seconds=_RUNNING_WAIT_SECONDS)
        path = f"/files/{quote(file_id, safe='')}"
        made = self._client.ask("POST", path, strict_json.dump({"chunkCount": len(chunks)}).encode())
        file = made.get("file")
        if not isinstance(file, dict) or str(file.get("id")) != file_id:
            # An unknown id makes a new file, which no import reads.
            raise AccessDeniedError("anaplan has no file of this id for our user: upload it once by hand, as this user")
        for number, chunk in enumerate(chunks):
            if self._clock.now() >= until:
                raise UnavailableError("anaplan: too slow to upload the file within one write")
            self._client.put_bytes(f"{path}/chunks/{number}", chunk)

    def is_running(self, action: str) -> bool:
        """Whether any task of an import or process has not ended."""
        return not all(map(has_ended, self._client.all_of(f"{_path(action)}/tasks", "tasks")))

    def start(self, action: str) -> TaskName:
        """Start an import or process.

        Raises:
            LostAnswerError: it may have been started.
        """
        answer = self._client.ask("POST", f"{_path(action)}/tasks", _START, writing=True)
        task = answer.get("task")
        task_id = (task if isinstance(task, dict) else answer).get(
            "taskId"
        )  # documented in the one form, seen in the other
        if not isinstance(task_id, str) or not task_id:
            raise LostAnswerError("anaplan: a task without an id")
        return TaskName(action, task_id)

    def ended(self, name: TaskName, until: datetime) -> Mapping[str, Any]:
        """The task once it has ended; a question that is not answered is asked again, further apart each time.

        Raises:
            StillRunningError: it has not ended until then.
            LostAnswerError: there is no such task any more, or we are not told of it.
        """
        pause, task = self._poll_seconds, dict[str, Any]()
        while True:
            wait = pause
            try:
                task = dict(
                    self._client.ask_object(f"{_path(name.action)}/tasks/{quote(name.task_id, safe='')}", "task")
                )
            except PermanentError as error:
                raise LostAnswerError("anaplan: the task is gone, or hidden from our role") from error
            except TransientError as error:
                wait = max(pause, error.retry_after_seconds or 0.0)
            if has_ended(task):
                return task
            if self._clock.now() + timedelta(seconds=wait) >= until:
                raise self._still_running(task)
            self._clock.sleep(wait)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)

    def dump(self, name: TaskName, object_id: str) -> bytes:
        """The rows that an import, or one import of a process, left out.

        Raises:
            AccessDeniedError: there is none, although the task says so.
        """
        dump = f"dumps/{quote(object_id, safe='')}" if _is_process(name.action) else "dump"
        path = f"{_path(name.action)}/tasks/{quote(name.task_id, safe='')}/{dump}/chunks"
        numbers = [str(each.get("id")) for each in self._client.all_of(path, "chunks")]
        return b"".join(self._client.get_bytes(f"{path}/{quote(number, safe='')}") for number in numbers)

    def _still_running(self, task: Mapping[str, Any]) -> StillRunningError:
        if has_begun(task):
            return StillRunningError(
                "anaplan: the import has not ended in time", retry_after_seconds=_RUNNING_WAIT_SECONDS
            )
        return StillRunningError("anaplan: the import waits for a busy model", retry_after_seconds=_QUEUED_WAIT_SECONDS)


def is_atomic(name: TaskName) -> bool:
    """Whether it sets all or nothing: an import does, the steps of a process before one that fails stay."""
    return not _is_process(name.action)


def _is_process(action: str) -> bool:
    return action.startswith(_PROCESS)


def _path(action: str) -> str:
    return f"/{'processes' if _is_process(action) else 'imports'}/{quote(action, safe='')}"
