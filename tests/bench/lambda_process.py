"""Stands for Lambda's runtime in the process that is measured: one order per line on stdin, one answer per line on stdout.

Imports as little as Lambda's own would, because all of it is counted. `os.getsid` does nothing here: callgrind writes down
and resets its counters whenever the process calls it (`--dump-before=getsid`).
"""

import importlib
import json
import os
import sys
import time


class Context:
    """What Lambda tells a handler about the invocation."""

    function_name = "measured"
    function_version = "1"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:measured"
    aws_request_id = "6f1c8f0e-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Time enough."""
        return 240_000


def peak_mb() -> float:
    """The most memory the process has ever held, 0 where the system does not say."""
    try:
        with open("/proc/self/status") as status:  # noqa: PTH123 pathlib would be counted
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), 0.0)
    except OSError:
        return 0.0


def main() -> None:
    """Invoke the handler named by the argument with each event that comes."""
    module, _, name = sys.argv[1].rpartition(".")
    answers, sys.stdout = sys.stdout, sys.stderr
    handler = getattr(importlib.import_module(module), name)
    for line in sys.stdin:
        order = json.loads(line)
        if "peak" in order:
            answer = {"peak_mb": peak_mb()}
        elif "mark" in order:
            os.getsid(0)
            answer = {"modules": len(sys.modules)}
        else:
            began = time.process_time_ns()
            found = handler(order["event"], Context())
            ended = time.process_time_ns()
            answer = {"answer": found, "cpu_ns": ended - began, "cpu_ns_since_start": ended}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
