"""Keeps what the functions logged when the emulated AWS goes, because its log store goes with it."""

from __future__ import annotations

from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.aws import EmulatedAws


def save_function_logs(aws: EmulatedAws, folder: Path) -> None:
    """Write every log group to a file of its own; a log store that no longer answers is no reason to fail at the end."""
    try:
        for name, lines in read_function_logs(aws).items():
            (folder / f"{name}.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    except (BotoCoreError, ClientError, OSError) as error:
        (folder / "unsaved.log").write_text(f"the functions' logs could not be read: {error!r}\n", encoding="utf-8")


def read_function_logs(aws: EmulatedAws) -> dict[str, list[str]]:
    """Every line the functions have logged so far, by the last part of the log group's name."""
    logs = aws.client("logs")
    found: dict[str, list[str]] = {}
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            events = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            lines = [event["message"].rstrip("\n") for chunk in events for event in chunk["events"]]
            if lines:
                found[group["logGroupName"].rsplit("/", 1)[-1]] = lines
    return found
