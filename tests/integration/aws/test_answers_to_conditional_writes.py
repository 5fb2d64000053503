"""What S3 may answer to who writes only in place of what was read, where the emulation never does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.support.aws_over_http import CREDENTIALS
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.scripted_http import Said, scripted
from tieout.aws.changing_objects import S3ChangingObjects
from tieout.aws.endpoint import AwsRefusedError
from tieout.errors import LostAnswerError

KEY = "journal/date=2026-11-25/120000.jsonl.gz"


@contextmanager
def archive_that_says(said: Said) -> Iterator[S3ChangingObjects]:
    """A bucket that answers every call so."""
    with scripted(lambda _: said) as url:
        environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": url}
        with closing(S3ChangingObjects("archive", environ, ManualClock(), SeededEntropy(1))) as objects:
            yield objects


def refusal(status: int, code: str) -> Said:
    """An error as S3 writes it."""
    return Said(status, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode())


@pytest.mark.parametrize(("status", "code"), [(412, "PreconditionFailed"), (409, "ConditionalRequestConflict")])
def test_who_came_second_is_told_whether_the_other_has_ended_or_not(status: int, code: str) -> None:
    """412 says that it stands, 409 that it was written at the same time: both are to be read again."""
    with archive_that_says(refusal(status, code)) as objects:
        assert not objects.create(KEY, b"mine")
        assert not objects.replace(KEY, b"mine", '"read"')


def test_any_other_refusal_is_an_error() -> None:
    """A bucket that is gone is no other writer: read again, it would be tried for ever."""
    with archive_that_says(refusal(404, "NoSuchBucket")) as objects:
        with pytest.raises(AwsRefusedError):
            objects.create(KEY, b"mine")
        with pytest.raises(AwsRefusedError):
            objects.replace(KEY, b"mine", '"read"')


def test_an_object_whose_version_is_not_named_is_read_again() -> None:
    """Without it nothing could be written in its place, and it is no object that is missing."""
    with archive_that_says(Said(200, b"lines")) as objects, pytest.raises(LostAnswerError):
        objects.read(KEY)
