"""Corrections of the emulated AWS where it lets through what AWS refuses: locks of objects, and conditions of policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ministack.core import iam_actions
from ministack.services import s3
from ministack.services.cloudformation import provisioners

type Record = dict[str, Any]


def lock_objects() -> None:
    """Lock the objects of a bucket whose template says so; the emulator does it only where it is asked by its API."""
    handlers: Record = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]  # noqa: SLF001
    create = handlers["create"]

    def locked(logical_id: str, properties: Record, *a: Any, **k: Any) -> Any:  # noqa: ANN401
        made = create(logical_id, properties, *a, **k)
        if str(properties.get("ObjectLockEnabled")).lower() == "true":
            rule = properties.get("ObjectLockConfiguration", {}).get("Rule", {})
            retention = {
                name: each if name == "Mode" else int(each) for name, each in rule.get("DefaultRetention", {}).items()
            }
            s3._bucket_object_lock[made[0]] = {"enabled": True, "default_retention": retention or None}  # noqa: SLF001
        return made

    handlers["create"] = locked


def tell_policies_the_event_source() -> None:
    """Give policies the condition key `events:source` of a PutEvents call, which narrows who may publish as whom."""
    known: Callable[..., Record] = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, parameters: Record) -> Record:
        keys = known(service, action, body, parameters)
        if action != "events:PutEvents":
            return keys
        with suppress(ValueError, LookupError, AttributeError, TypeError):
            keys["events:source"] = [entry["Source"] for entry in json.loads(body)["Entries"]]
        return keys

    iam_actions.request_tag_context = context
