"""What becomes of a file as states of a state machine: checked whole, sent chunk by chunk, finished; what fails is told.

Where another file builds on one that is finished, as balances for the year to date do, that one is checked next. One that has to
wait is taken up by whatever it waits for; its own execution waits for a day, and then has somebody told if it still does.
"""

from __future__ import annotations

from typing import Any

from functions.intake.errors import FlowBusyError

TASKS = ("check", "send", "finish", "fail")
"""What functions do for the machine; where one is called, its name stands as `${check}`."""

LISTS_BUCKET = "lists_bucket"
PARTITION = "partition"
"""Likewise the bucket of the lists of chunks that `check` names, and the part of AWS that an ARN begins with."""

MAP_LABEL = "Chunks"
"""Under this name its map runs, with a child execution for each chunk, are found beside the machine's own."""

MOST_AT_ONCE = 2
"""Chunks of one file that are sent at the same time: each asks first whether the queue of its flow is short."""

BUSY_SECONDS = (10, 120)
BUSY_RETRIES = 2_500
"""How long a chunk waits for a flow that is busy, from the first time to the longest, and how often it is offered again.

It waits for a random part of that time, half of it on average: more than a day and a half in all.
"""

WAITING_SECONDS = 24 * 60 * 60
"""How long a file may wait for its marker, or for the balances before it, until somebody is told."""

# A task that was killed, for want of time or memory, will be again: once more, in case it was not its own fault.
_RETRY_OF_KILLED = {
    "ErrorEquals": ["Runtime.ExitError", "Sandbox.Timedout", "States.Timeout"],
    "IntervalSeconds": 5,
    "MaxAttempts": 1,
}
# After any other error a service may have an outage: six times within some forty minutes, then a person looks.
_RETRY_OF_FAILED = {
    "ErrorEquals": ["States.TaskFailed"],
    "IntervalSeconds": 5,
    "BackoffRate": 4,
    "MaxDelaySeconds": 900,
    "MaxAttempts": 6,
    "JitterStrategy": "FULL",
}
_RETRIES = [_RETRY_OF_KILLED, _RETRY_OF_FAILED]
_RETRY_OF_BUSY = {
    "ErrorEquals": [FlowBusyError.__name__],  # Lambda tells an error by the name of its class
    "IntervalSeconds": BUSY_SECONDS[0],
    "BackoffRate": 1.5,
    "MaxDelaySeconds": BUSY_SECONDS[1],
    "MaxAttempts": BUSY_RETRIES,
    "JitterStrategy": "FULL",
}
_TOLD = {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}]}


def file_states(task_seconds: int) -> dict[str, Any]:
    """The states in Amazon's States Language; their input is what was dropped: `bucket`, `key`, `etag` and `size`.

    `task_seconds` is how long a task may take until it counts as lost.
    """

    def task(name: str, **more: object) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": f"${{{name}}}",
            "TimeoutSeconds": task_seconds,
            "Retry": _RETRIES,
            **more,
        }

    accepted = {"Variable": "$.checked.outcome", "StringEquals": "accepted", "Next": "Send"}
    waiting = {"Variable": "$.checked.outcome", "StringEquals": "waiting", "Next": "Wait"}
    following = {"Variable": "$.finished.next[0]", "IsPresent": True, "Next": "Following"}
    return {
        "StartAt": "Check",
        "States": {
            "Check": task("check", ResultPath="$.checked", Next="IsAccepted", **_TOLD),
            "IsAccepted": {"Type": "Choice", "Choices": [accepted, waiting], "Default": "Over"},
            "Wait": {"Type": "Wait", "Seconds": WAITING_SECONDS, "Next": "Waited"},
            "Waited": task("check", Parameters={"waited.$": "$"}, ResultPath="$.waited", Next="Over"),
            "Send": _for_each_chunk(task("send", Retry=[_RETRY_OF_BUSY, *_RETRIES], OutputPath=None, End=True)),
            "Finish": task("finish", InputPath="$.checked", ResultPath="$.finished", Next="Follows", **_TOLD),
            "Follows": {"Type": "Choice", "Choices": [following], "Default": "Over"},
            "Following": {"Type": "Pass", "InputPath": "$.finished.next[0]", "Next": "Check"},
            "Over": {"Type": "Succeed"},
            "Fail": task("fail", ResultPath="$.failed", Next="Failed"),
            "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error"},
        },
    }


def _for_each_chunk(send: dict[str, Any]) -> dict[str, Any]:
    """An item of the list is the input of the task; what the tasks answer is not collected: it would outgrow a state's output."""
    return {
        "Type": "Map",
        "Label": MAP_LABEL,
        "MaxConcurrency": MOST_AT_ONCE,
        "ItemReader": {
            "Resource": f"arn:${{{PARTITION}}}:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": f"${{{LISTS_BUCKET}}}", "Key.$": "$.checked.manifest"},
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "SendChunk",
            "States": {"SendChunk": send},
        },
        "ResultPath": None,
        "Next": "Finish",
        **_TOLD,
    }
