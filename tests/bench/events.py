"""AWS's part between the functions: the events that API Gateway, the queues and the schedule invoke them with."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.gateway import REGION, AwsCall
from tests.support.receiving import api_event

_ACCOUNT = "123456789012"


def webhook(body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """A delivery as API Gateway hands it on."""
    usual = {
        "content-type": "application/json",
        "user-agent": "sender/1.0",
        "x-forwarded-proto": "https",
        "host": "hooks.example.com",
    }
    event = api_event(body, {**usual, **headers}, request_id=str(uuid.uuid4()))
    http = event["requestContext"]["http"] | {"path": event["rawPath"], "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}
    return event | {"routeKey": f"ANY {event['rawPath']}", "requestContext": event["requestContext"] | {"http": http}}


def queue_messages(calls: Sequence[AwsCall], flow: str) -> dict[str, Any]:
    """What the flow's queue hands on of the entries a receive function published: one message per entry."""
    entries = [entry for call in calls if call.operation == "PutEvents" for entry in call.plain()["Entries"]]
    bodies = [_bus_event(entry) for entry in entries if entry["DetailType"] == flow]
    assert bodies, f"nothing was published for {flow}"
    return {"Records": [_message(body, flow) for body in bodies]}


def flush_message(target: str) -> dict[str, Any]:
    """What the flush queue hands on."""
    return {"Records": [_message(json.dumps({"target": target}), f"{target}.fifo")]}


def _bus_event(entry: Mapping[str, Any]) -> str:
    """A bus entry as EventBridge delivers it."""
    return json.dumps(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": _ACCOUNT,
            "time": "2026-11-23T09:00:00Z",
            "region": REGION,
            "resources": [],
            "detail": json.loads(entry["Detail"]),
        },
        separators=(",", ":"),
    )


def _message(body: str, queue: str) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": "1795424400000",
        "SenderId": "AIDAEXAMPLE",
        "ApproximateFirstReceiveTimestamp": "1795424400100",
    }
    return {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "AQEBexample",
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{_ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }
