"""Coalesces requests to flush a target: those of one bucket of time become one message.

A bucket is as long as the queue delays its messages. So the message of a bucket becomes visible only after the bucket has
ended, and covers every commit that was followed by a request inside it. (Where the clocks of two functions differ by
more than a bucket holds, a request may be lost to a message already received: the sweep step asks again every minute.)
"""

from __future__ import annotations

from datetime import datetime

from tieout import strict_json


def bucket_of(moment: datetime, bucket_seconds: int) -> int:
    """The number of the bucket a moment lies in."""
    return int(moment.timestamp()) // max(1, bucket_seconds)


def deduplication_id(target: str, moment: datetime, bucket_seconds: int) -> str:
    """The id that all requests to flush a target share within a bucket."""
    return f"{target}-{bucket_of(moment, bucket_seconds)}"


def flush_request(target: str) -> str:
    """The message that asks for a flush: the same for every request, the ledger knows what is dirty."""
    return strict_json.dump({"target": target})
