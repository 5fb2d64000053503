"""What `tieout` says, on one line, where it ends without an answer."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from ops import cli
from tieout.aws.failures import refusal, transient_failure
from tieout.errors import ConflictError, MalformedError


def refused(code: str) -> ClientError:
    """AWS's answer to a write to the table."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "UpdateItem")


def told(error: Exception, cause: Exception | None, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said of an error that a command ends with."""

    def end() -> None:
        raise error from cause

    said: list[str] = []
    monkeypatch.setattr(cli, "app", end)
    monkeypatch.setattr(cli, "_fail", said.append)
    cli.main()
    return "".join(said)


DENIED = refused("AccessDeniedException")
THROTTLED = refused("ThrottlingException")
WHO_MAY = "; who may do what: docs/security.md, and what it takes: docs/runbooks/README.md"


@pytest.mark.parametrize(
    ("error", "cause", "said"),
    [
        (DENIED, None, f"AWS refused UpdateItem: AccessDeniedException{WHO_MAY}"),
        (refusal(DENIED), DENIED, f"AWS refused UpdateItem: AccessDeniedException{WHO_MAY}"),
        (transient_failure(THROTTLED), THROTTLED, "AWS refused UpdateItem: ThrottlingException"),
        (refused(""), None, "AWS refused UpdateItem: no code"),
        (ConflictError("somebody else did"), DENIED, "somebody else did"),
        (MalformedError("rate_no_positive_number"), None, "rate no positive number"),
        (NoCredentialsError(), None, "Unable to locate credentials"),
    ],
)
def test_what_is_refused_is_told_with_who_refused_it(
    error: Exception, cause: Exception | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which call AWS refused; where a person may not, where it stands who may. Our own words stand for themselves."""
    assert told(error, cause, monkeypatch) == said
