"""Who runs a command: in the sandbox its owner or one of its people, elsewhere whoever the AWS credentials are of."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import boto3

from tieout.aws.failures import asked
from tieout.errors import PermanentError

acting_as: ContextVar[str] = ContextVar("acting_as", default="")
"""Whom `tieout --as` names for the command that runs; empty where nobody is named."""


class UnknownPersonError(PermanentError):
    """There is nobody of that name to act as; the message says who there is, or what to do instead."""


def session_in(endpoints: Mapping[str, Any]) -> boto3.Session:
    """The session of whoever acts in the sandbox that `endpoints.json` describes: one of its people, or its owner.

    Raises:
        UnknownPersonError: it has nobody of that name.
    """
    name = acting_as.get()
    if not name:
        return owners_session(endpoints)
    people: Mapping[str, Mapping[str, str]] = endpoints["people"]
    if name not in people:
        raise UnknownPersonError(f"the sandbox has nobody called {name}; it has {', '.join(sorted(people))}")
    sts = _session(people[name], endpoints).client("sts", endpoint_url=endpoints["aws_endpoint_url"])
    lent = asked(lambda: sts.assume_role(RoleArn=people[name]["role_arn"], RoleSessionName=name))["Credentials"]
    return boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"], endpoints["region"])


def owners_session(endpoints: Mapping[str, Any]) -> boto3.Session:
    """The session of the owner of the sandbox's account, who may do all."""
    return _session(endpoints["aws_environment"], endpoints)


def _session(credentials: Mapping[str, str], endpoints: Mapping[str, Any]) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        region_name=endpoints["region"],
    )


def refuse_to_act_as(stage: str) -> None:
    """Say that a deployed stage knows people by their credentials alone, where somebody is named all the same.

    Raises:
        UnknownPersonError: somebody is named.
    """
    if name := acting_as.get():
        raise UnknownPersonError(
            f"--as is for the sandbox: in {stage} you are who your credentials say (AWS_PROFILE={name})"
        )
