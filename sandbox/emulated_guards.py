"""Corrections of the emulated AWS where it lets through what AWS refuses, or the other way round: locked objects, and policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import s3
from ministack.services.cloudformation import provisioners

type Record = dict[str, Any]

_ITEMS = "what a call does with items"


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


def tell_policies_the_items() -> None:
    """Give policies the condition keys `dynamodb:LeadingKeys` and `dynamodb:Attributes` of what a call does with items.

    A transaction is judged action by action: each sees the items that it is done with.
    """
    known: Callable[..., Record] = iam_actions.dynamodb_service_context
    judged: Callable[..., Any] = iam_evaluator.enforce

    def context(body: bytes) -> Record:
        keys = known(body)
        with suppress(ValueError, LookupError, AttributeError, TypeError):
            request = json.loads(body)
            keys[_ITEMS] = [each for some in request.get("TransactItems", ()) for each in some.items()] or [
                ("", request)
            ]
        return keys

    def enforce(key: str, action: str, *a: Any, service_context: Record | None = None, **k: Any) -> Any:  # noqa: ANN401
        keys = dict(service_context or {})
        done = [
            each for name, each in keys.pop(_ITEMS, ()) if name in ("", action.removeprefix("dynamodb:")[: len(name)])
        ]
        with_items = [each for each in done if "Item" in each or "Key" in each]
        if with_items:
            keys["dynamodb:leadingkeys"] = [_key(each)["pk"]["S"] for each in with_items]
            keys["dynamodb:attributes"] = sorted({name for each in with_items for name in _attributes(each)})
        return judged(key, action, *a, service_context=keys, **k)

    iam_actions.dynamodb_service_context = context
    iam_evaluator.enforce = enforce


def judge_batches_of_messages() -> None:
    """Judge a batch of messages as what it does with each: AWS knows no action of its own for it, and no policy can name one.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    """
    judged: Callable[..., Any] = iam_evaluator.enforce

    def enforce(key: str, action: str, *a: Any, **k: Any) -> Any:  # noqa: ANN401
        return judged(key, action.removesuffix("Batch") if action.startswith("sqs:") else action, *a, **k)

    iam_evaluator.enforce = enforce


def tell_policies_of_conditional_writes() -> None:
    """Give policies the condition key `s3:if-none-match` of an object that is stored."""
    known: Callable[..., Record] = iam_actions.s3_service_context

    def context(action: str, query: Any, path: str = "", headers: Any = None) -> Record:  # noqa: ANN401
        keys = known(action, query, path, headers)
        if action == "s3:PutObject" and (condition := (headers or {}).get("if-none-match")):
            keys["s3:if-none-match"] = condition
        return keys

    iam_actions.s3_service_context = context


def _key(done: Record) -> Record:
    found: Record = done["Item"] if "Item" in done else done["Key"]
    return found


def _attributes(done: Record) -> list[str]:
    """The attributes that are named, keys included."""
    named: Record = done.get("ExpressionAttributeNames", {})
    return [*_key(done), *named.values()]


def fill_policy_variables() -> None:
    """Fill `${aws:username}` in the conditions of policies, which the emulator compares as it stands; unknown, it fits nobody."""
    is_met: Callable[..., bool] = iam_evaluator._conditions_met  # noqa: SLF001
    variable = "${aws:username}"

    def filled(conditions: Record, context: Any) -> bool:  # noqa: ANN401
        text = json.dumps(conditions)
        if variable not in text:
            return is_met(conditions, context)
        name = iam_evaluator._resolve_condition_key("aws:username", context)  # noqa: SLF001
        return name is not None and is_met(json.loads(text.replace(variable, name)), context)

    iam_evaluator._conditions_met = filled  # noqa: SLF001
