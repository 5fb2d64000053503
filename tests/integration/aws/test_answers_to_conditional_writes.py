"""What S3 is asked and may answer where only who has read an object may write it, beyond what the emulation ever says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import unquote

import pytest

from tests.support.aws_over_http import CREDENTIALS
from tests.support.clock import FixedEntropy, NotedClock
from tests.support.scripted_http import Asked, Said, scripted
from tieout.aws import changing_objects
from tieout.aws.changing_objects import S3ChangingObjects
from tieout.aws.endpoint import AwsRefusedError
from tieout.errors import LostAnswerError, ThrottledError

KEY = "journal/date=2026-11-25/120000.jsonl.gz"


@contextmanager
def archive_that_says(said: Said, clock: NotedClock | None = None) -> Iterator[tuple[S3ChangingObjects, list[Asked]]]:
    """A bucket that answers every call so, and what it was asked."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Said:
        asked.append(request)
        return said

    with scripted(answer) as url:
        environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": url}
        with closing(S3ChangingObjects("archive", environ, clock or NotedClock(), FixedEntropy(1.0))) as objects:
            yield objects, asked


def refusal(status: int, code: str) -> Said:
    """An error as S3 writes it."""
    return Said(status, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode())


def test_a_write_says_what_it_is_and_what_must_be_there() -> None:
    """Whoever downloads an object is told that it is compressed."""
    with archive_that_says(Said(200, b"lines", {"ETag": '"read"'})) as (objects, asked):
        assert objects.create(KEY, b"mine")
        assert objects.read(KEY) == (b"lines", '"read"')
        assert objects.replace(KEY, b"mine", '"read"')
    conditions = [(each.headers.get("if-none-match"), each.headers.get("if-match")) for each in asked]
    assert [each.method for each in asked] == ["PUT", "GET", "PUT"]
    assert {unquote(each.path) for each in asked} == {f"/archive/{KEY}"}
    assert conditions == [("*", None), (None, None), (None, '"read"')]
    assert [each.headers.get("content-type") for each in asked] == ["application/gzip", None, "application/gzip"]
    assert [each.body for each in asked] == [b"mine", b"", b"mine"]


@pytest.mark.parametrize(("status", "code"), [(412, "PreconditionFailed"), (409, "ConditionalRequestConflict")])
def test_who_came_second_is_told_whether_the_other_has_ended_or_not(status: int, code: str) -> None:
    """412 says that it stands, 409 that it was written at the same time: both are to be read again."""
    with archive_that_says(refusal(status, code)) as (objects, _):
        assert not objects.create(KEY, b"mine")
        assert not objects.replace(KEY, b"mine", '"read"')


def test_any_other_refusal_is_an_error() -> None:
    """A bucket that is gone is no other writer: read again, it would be tried for ever."""
    with archive_that_says(refusal(404, "NoSuchBucket")) as (objects, _):
        with pytest.raises(AwsRefusedError):
            objects.create(KEY, b"mine")
        with pytest.raises(AwsRefusedError):
            objects.replace(KEY, b"mine", '"read"')


def test_an_object_whose_version_is_not_named_is_read_again() -> None:
    """Without it nothing could be written in its place, and it is no object that is missing."""
    with archive_that_says(Said(200, b"lines")) as (objects, _), pytest.raises(LostAnswerError):
        objects.read(KEY)


def test_a_call_is_made_three_times() -> None:
    """A batch that fails comes again in halves, each with calls of its own: a busy moment is cheaper to wait for."""
    clock = NotedClock()
    with archive_that_says(refusal(503, "SlowDown"), clock) as (objects, asked), pytest.raises(ThrottledError):
        objects.create(KEY, b"mine")
    assert len(asked) == 3
    assert len(clock.slept) == 2


def test_an_answer_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds, of which a test waits for a few hundredths."""
    monkeypatch.setattr(changing_objects, "_TIMEOUT_SECONDS", 0.05)
    with archive_that_says(Said(hang_seconds=1)) as (objects, _), pytest.raises(LostAnswerError):
        objects.create(KEY, b"mine")
