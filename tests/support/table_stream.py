"""What a table's stream says of its changes, as Lambda hands it to a function."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout.ledger.table import Item, Key


def change_record(key: Key, before: Item | None, after: Item | None, number: int, at: datetime) -> dict[str, Any]:
    """One change: `number` counts the changes of the table, and sequence numbers grow with it, in length too."""
    names = {(True, False): "INSERT", (False, False): "MODIFY", (False, True): "REMOVE"}
    keys = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": int(at.timestamp()),
        "Keys": keys,
        "SequenceNumber": str(number * 95 + 1),
        "SizeBytes": 100,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    change |= {
        name: {**keys, **{each: {"S": value} if type(value) is str else _typed(value) for each, value in image.items()}}
        for name, image in (("OldImage", before), ("NewImage", after))
        if image is not None
    }
    return {
        "eventID": f"{number:032x}",
        "eventName": names[before is None, after is None],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": change,
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:000000000000:table/ledger/stream/2026-01-01T00:00:00.000",
    }


def _typed(value: object) -> Mapping[str, object]:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": b64encode(value).decode()}
        case _:
            return {"S": str(value)}
