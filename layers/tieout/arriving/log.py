"""Writes one JSON line per delivery: the log entry and the CloudWatch metrics (embedded metric format) in one.

Never in it: anything of a body, a header, a query string, a signature or a secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

Fields = Mapping[str, str | int]


class DeliveryLog:
    """Writes the lines of one connection, or of one target.

    Args:
        step: which takes them (`receive`, `relay`, `intake`), or compares what there is (`census`, `readback`).
        name: of the connection or target.
        write: where a line goes; Lambda keeps what a function prints.
        namespace: where CloudWatch keeps the metrics.
        dimension: of the metrics: what the name is the name of.
        beside: further dimensions by their names, where it takes more than one to tell what is counted.
    """

    def __init__(
        self,
        step: str,
        name: str,
        write: Callable[[str], object] = print,
        *,
        namespace: str = "Tieout",
        dimension: str = "connection",
        beside: Mapping[str, str] | None = None,
    ) -> None:
        self._step, self._write, self._namespace = step, write, namespace
        self._dimensions = {dimension: name, **(beside or {})}

    def note(self, outcome: str, at: datetime, metrics: Mapping[str, int], fields: Fields) -> None:
        """One delivery's outcome, with the counts that are not zero as metrics."""
        counted = {name: count for name, count in metrics.items() if count}
        line: dict[str, object] = {
            "level": "INFO"
            if outcome in {"accepted", "compared", "done", "greeted", "reached", "renewed", "sent"}
            else "WARNING",
            "step": self._step,
            **self._dimensions,
            "outcome": outcome,
            **{name: value for name, value in fields.items() if value != ""},
            **counted,
        }
        if counted:
            line["_aws"] = {
                "Timestamp": int(at.timestamp() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": self._namespace,
                        "Dimensions": [list(self._dimensions)],
                        "Metrics": [{"Name": name, "Unit": "Count"} for name in counted],
                    }
                ],
            }
        self._write(json.dumps(line, separators=(",", ":")))


def note_failure(error: BaseException, step: str, connection: str = "", write: Callable[[str], object] = print) -> None:
    """A delivery failed in a way nobody declared: what kind of error and where, never its text, which may quote anything."""
    write(
        json.dumps(
            {
                "level": "ERROR",
                "step": step,
                "connection": connection,
                "outcome": "unavailable",
                "error": type(error).__name__,
                "raised_at": _place(error),
            },
            separators=(",", ":"),
        )
    )


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
