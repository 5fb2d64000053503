"""Who runs a command: in the sandbox one of its people, elsewhere whoever the AWS credentials are of."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from tieout.errors import PermanentError

OPERATOR = "operator"
"""Who a command in the sandbox is of where nobody is named."""

acting_as: ContextVar[str] = ContextVar("acting_as", default="")
"""Whom `tieout --as` names for the command that runs; empty where nobody is named."""


class UnknownPersonError(PermanentError):
    """There is nobody of that name to act as; the message says who there is, or what to do instead."""


def credentials_of_person(endpoints: Mapping[str, Any]) -> Mapping[str, str]:
    """The credentials of the person who is to act in the sandbox that `endpoints.json` describes.

    Raises:
        UnknownPersonError: it has nobody of that name.
    """
    people: Mapping[str, Mapping[str, str]] = endpoints["people"]
    name = acting_as.get() or OPERATOR
    if name not in people:
        raise UnknownPersonError(f"the sandbox has nobody called {name}; it has {', '.join(sorted(people))}")
    return people[name]


def refuse_to_act_as(stage: str) -> None:
    """Say that a deployed stage knows people by their credentials alone, where somebody is named all the same.

    Raises:
        UnknownPersonError: somebody is named.
    """
    if name := acting_as.get():
        raise UnknownPersonError(
            f"--as is for the sandbox: in {stage} you are who your credentials say (AWS_PROFILE={name})"
        )
