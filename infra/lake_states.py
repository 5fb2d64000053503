"""What merges rows into tables as states of a state machine: each table is made where there is none, then merged into."""

from __future__ import annotations

from typing import Any

from infra.lake_statements import LAKE, SINCE, creation_of, merge_of
from tieout.lake.tables import TABLES

LAKE_BUCKET = "lake_bucket"
WORKGROUP = "workgroup"
DATABASE = "database"
PARTITION = "partition"
"""What stands in the definition by name and is filled in at the deployment; `PARTITION` is what an ARN begins with."""

DAYS = 3
"""How many days a night looks back: the stream brings nothing older than two, and a night that failed is made good."""

# A commit of Iceberg's that another one overtook, a service that is busy: a merge can be made again at any time.
_RETRY = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 30,
    "BackoffRate": 3,
    "MaxAttempts": 4,
    "JitterStrategy": "FULL",
}
_MERGE_SECONDS = 25 * 60  # Athena ends a statement after thirty minutes
_DAY_MILLISECONDS = 86_400_000


def lake_states() -> dict[str, Any]:
    """The states in Amazon's States Language; the input may name the first day to look at (`since`), as `2026-11-25`."""
    ago = f"$toMillis($states.context.Execution.StartTime) - {DAYS * _DAY_MILLISECONDS}"
    since = f"$exists($states.input.since) ? $states.input.since : $fromMillis({ago}, '[Y0001]-[M01]-[D01]')"
    tables = [
        {"create": creation_of(table).replace(LAKE, f"${{{LAKE_BUCKET}}}"), "merge": merge_of(table)}
        for table in TABLES
    ]
    merge = f"$replace($states.context.Map.Item.Value.merge, '{SINCE}', $states.input.since)"
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Tables",
        "States": {
            "Tables": {"Type": "Pass", "Output": {"since": f"{{% {since} %}}", "tables": tables}, "Next": "Each"},
            "Each": {
                "Type": "Map",
                "Items": "{% $states.input.tables %}",
                "ItemSelector": {
                    "create": "{% $states.context.Map.Item.Value.create %}",
                    "merge": f"{{% {merge} %}}",
                },
                "MaxConcurrency": 1,
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Create",
                    "States": {"Create": _asked("create", Next="Merge"), "Merge": _asked("merge", End=True)},
                },
                "Output": "{% $states.context.Execution.Input %}",
                "End": True,
            },
        },
    }


def _asked(statement: str, **more: object) -> dict[str, Any]:
    """One statement, which is waited for."""
    return {
        "Type": "Task",
        "Resource": f"arn:${{{PARTITION}}}:states:::athena:startQueryExecution.sync",
        "Arguments": {
            "QueryString": f"{{% $states.input.{statement} %}}",
            "WorkGroup": f"${{{WORKGROUP}}}",
            "QueryExecutionContext": {"Database": f"${{{DATABASE}}}"},
        },
        "Output": "{% $states.input %}",
        "TimeoutSeconds": _MERGE_SECONDS,
        "Retry": [_RETRY],
        **more,
    }
