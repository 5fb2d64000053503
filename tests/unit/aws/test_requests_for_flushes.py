"""Requests to flush a target: which of them are one message, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tieout.aws.flushing import bucket_of, deduplication_id, flush_request

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bucket_seconds", "seconds_later", "is_the_same"),
    [
        *((5, 0, True), (5, 4.999, True), (5, 5, False), (5, -0.001, False)),
        *((1, 0.999, True), (1, 1, False)),
        *((0, 0.999, True), (0, 1, False)),  # a queue without delay: a bucket of a second
    ],
)
def test_requests_of_one_bucket_are_one_message(
    bucket_seconds: int, seconds_later: float, *, is_the_same: bool
) -> None:
    """Of one target: two targets' requests never are."""
    later = NOON + timedelta(seconds=seconds_later)
    first = deduplication_id("plan", NOON, bucket_seconds)
    assert (deduplication_id("plan", later, bucket_seconds) == first) is is_the_same
    assert (bucket_of(later, bucket_seconds) == bucket_of(NOON, bucket_seconds)) is is_the_same
    assert deduplication_id("report", later, bucket_seconds) != first


def test_buckets_are_counted_in_whole_numbers() -> None:
    """Their number is part of an id that every function must come to alike."""
    number = int(NOON.timestamp()) // 5
    assert deduplication_id("plan", NOON, 5) == f"plan-{number}"
    assert flush_request("plan") == '{"target":"plan"}'
