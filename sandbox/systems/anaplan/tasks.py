"""The simulated imports, processes and their tasks: queued while the model is busy, run by its clock, told as Anaplan does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from sandbox.systems.anaplan.answering import paged, success
from sandbox.systems.anaplan.importing import Imported, import_rows
from sandbox.systems.anaplan.tenant import Call, refuse

if TYPE_CHECKING:
    from sandbox.systems.anaplan.definition import Module

_IMPORT, _PROCESS, _FILE = 112000000000, 118000000000, 113000000000
# What can be planted for the next task that is started. `task_slow` takes `seconds`; `task_failed` says its `detail.type`.
_FAULTS = frozenset({"task_slow", "task_cancelled", "file_gone", "task_failed", "task_incomplete"})


@dataclass
class Task:
    """One run of an import or a process.

    Attributes:
        before: what the file held when the run began; where it holds something else at the end, half of each was read.
        fault: what goes wrong with it; empty: nothing.
        done: what it did; None until it has ended, or where it did nothing.
    """

    task_id: str
    action: str
    module: Module
    created_at: datetime
    begins_at: datetime
    ends_at: datetime
    before: bytes
    changes: int
    fault: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    is_over: bool = False
    done: Imported | None = None


def imports(call: Call) -> Response:
    """GET /imports: one for each module, with the file it reads."""
    found = [
        {
            "id": str(_IMPORT + number),
            "name": f"{each.name} from {each.name}.csv",
            "importDataSourceId": str(_FILE + number),
            "importType": "MODULE_DATA",
        }
        for number, each in enumerate(call.model.modules)
    ]
    return paged(call, "import", "imports", found)


def processes(call: Call) -> Response:
    """GET /processes: one for each module, around its import."""
    found = [
        {"id": str(_PROCESS + number), "name": f"Load {each.name}"} for number, each in enumerate(call.model.modules)
    ]
    return paged(call, "process", "processes", found)


def start(call: Call) -> Response:
    """POST .../tasks: queues a run of the import or process."""
    module, tenant, now = _module(call), call.tenant, call.tenant.now()
    if module is None:
        return refuse(call, 404, "Not Found")
    fault = tenant.faults.take(_FAULTS, "POST", call.request.url.path)
    begins = max(now, tenant.busy_until)
    held = tenant.files[str(_FILE + call.model.modules.index(module))]
    task = Task(
        task_id=f"{len(tenant.tasks) + 1:032X}",
        action=call.part("action"),
        module=module,
        created_at=now,
        begins_at=begins,
        ends_at=begins + timedelta(seconds=fault.seconds if fault else 0),
        before=held.content(),
        changes=held.changes,
        fault=fault.kind if fault else "",
        detail=fault.detail if fault else {},
    )
    tenant.tasks[task.task_id] = task
    tenant.busy_until = max(tenant.busy_until, task.ends_at)
    short = {"taskId": task.task_id, "taskState": "NOT_STARTED", "creationTime": _milliseconds(now)}
    return success("task", {"task": short})


def tasks(call: Call) -> Response:
    """GET .../tasks: the runs of one import or process."""
    found = [_short(call, each) for each in call.tenant.tasks.values() if each.action == call.part("action")]
    return paged(call, "task", "tasks", found)


def task(call: Call) -> Response:
    """GET .../tasks/{task}."""
    found = call.tenant.tasks.get(call.part("task"))
    if found is None or found.action != call.part("action"):
        return refuse(call, 404, "Not Found")
    plain = _short(call, found)
    if plain["taskState"] in {"COMPLETE", "CANCELLED"}:
        plain |= {"currentStep": "Complete.", "progress": 1.0}
    if plain["taskState"] == "COMPLETE":
        plain["result"] = _result(call, found)
    return success("task", {"task": plain})


def cancel(call: Call) -> Response:
    """DELETE .../tasks/{task}: what has not ended is rolled back."""
    found = call.tenant.tasks.get(call.part("task"))
    if found is None:
        return refuse(call, 404, "Not Found")
    if not found.is_over and call.tenant.now() < found.ends_at:
        found.fault, found.ends_at = "task_cancelled", call.tenant.now()
        call.tenant.busy_until = call.tenant.now()
    return success("task", {"task": _short(call, found)})


def dump_chunks(call: Call) -> Response:
    """GET .../dump/chunks and .../dumps/{object}/chunks."""
    if _dump(call) is None:
        return refuse(call, 404, "Not Found")
    return paged(call, "chunk", "chunks", [{"id": "0", "name": "Chunk 0"}])


def dump_chunk(call: Call) -> Response:
    """GET one chunk of a dump."""
    dump = _dump(call)
    return refuse(call, 404, "Not Found") if dump is None else Response(dump, media_type="application/octet-stream")


def run_what_is_due(call: Call) -> None:
    """Let every task whose end has come do its work, in the order in which they were queued."""
    for each in call.tenant.tasks.values():
        if not each.is_over and call.tenant.now() >= each.ends_at:
            _run(call, each)


def _run(call: Call, task: Task) -> None:
    task.is_over = True
    if task.fault in {"task_cancelled", "file_gone", "task_failed"}:
        return
    held = call.tenant.files[str(_FILE + call.model.modules.index(task.module))]
    content = held.content()
    if held.changes != task.changes:  # it was replaced while it was read
        half = len(task.before.splitlines()) // 2
        content = b"".join(task.before.splitlines(keepends=True)[:half] + content.splitlines(keepends=True)[half:])
    task.done = import_rows(call.model, task.module, content, lambda place: _planted(call, place))
    call.tenant.imported.append(
        {"module": task.module.name, "rows": task.done.taken, "left_out": len(task.done.left_out)}
    )


def _planted(call: Call, coordinates: str) -> tuple[str, str] | None:
    fault = call.tenant.faults.take(frozenset({"reject_cell"}), "", coordinates)
    return None if fault is None else (str(fault.detail.get("failureType", "cellIsInvalid")), "planted")


def _short(call: Call, task: Task) -> dict[str, Any]:
    now = call.tenant.now()
    if now >= task.ends_at:
        state = "CANCELLED" if task.fault == "task_cancelled" else "COMPLETE"
    else:
        state = "IN_PROGRESS" if now >= task.begins_at else "NOT_STARTED"
    return {"taskId": task.task_id, "taskState": state, "creationTime": _milliseconds(task.created_at)}


def _result(call: Call, task: Task) -> dict[str, Any]:
    own = _own_result(call, task)
    if not task.action.startswith("118"):
        return own
    return {
        "failureDumpAvailable": False,
        "nestedResults": [own],
        "objectId": task.action,
        "successful": own["successful"],
    }


def _own_result(call: Call, task: Task) -> dict[str, Any]:
    object_id = str(_IMPORT + call.model.modules.index(task.module))
    if task.done is None:
        kind = (
            "uploadedFileNoLongerAvailable"
            if task.fault == "file_gone"
            else task.detail.get("type", "moduleImportFailed")
        )
        detail: dict[str, Any] = {"type": kind, "localMessageText": kind, "occurrences": 0, "values": []}
        return {"details": [detail], "failureDumpAvailable": False, "objectId": object_id, "successful": False}
    taken, failed = task.done.taken, len(task.done.left_out)
    counts = {"ignoredCount": 0, "successRowCount": taken, "failedCount": failed, "totalRowCount": taken + failed}
    detail = {
        "type": f"lineItemRowsProcessed{'WithFailures' if failed else ''}",
        "localMessageText": f"{task.module.name}: {taken} (0/{taken}) rows successful, 0 ignored ",
        "occurrences": 0,
        "values": [str(each) for pair in counts.items() for each in pair],
    }
    has_dump = bool(failed) and task.fault != "task_incomplete"
    return {"details": [detail], "failureDumpAvailable": has_dump, "objectId": object_id, "successful": True}


def _dump(call: Call) -> bytes | None:
    found = call.tenant.tasks.get(call.part("task"))
    return found.done.dump() if found and found.done and found.done.left_out else None


def _module(call: Call) -> Module | None:
    first = _PROCESS if "/processes/" in call.request.url.path else _IMPORT
    number = int(call.part("action")) - first if call.part("action").isdigit() else -1
    return call.model.modules[number] if 0 <= number < len(call.model.modules) else None


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
