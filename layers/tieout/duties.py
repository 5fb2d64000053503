"""What a stage declares of its people: who may take which role, and for how long nobody can delete what the log says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLock:
    """How entries of the operators' log are locked in S3.

    Attributes:
        mode: `none`; `governance`: nobody deletes an entry but who has `s3:BypassGovernanceRetention`; `compliance`: nobody
            does, nor shortens the time, the account's owner included.
        days: from when it was written.
    """

    mode: Literal["none", "governance", "compliance"] = "none"
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who may take a role of the stage: ARNs of IAM users and roles. Nobody: the role is not made.

    Attributes:
        auditors: read everything and change nothing.
        operators: keep the line running.
        controllers: close books, and allow what others have asked for.
        log_lock: for how long nobody can delete what they did.
    """

    auditors: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    controllers: tuple[str, ...] = ()
    log_lock: LogLock = field(default_factory=LogLock)


def people_of_plain(plain: Mapping[str, Any]) -> People:
    """The people as `infra/landscape.py` compiled them."""
    roles = {role: tuple(arns) for role, arns in plain.items() if role != "log_lock"}
    return People(**roles, log_lock=LogLock(**plain.get("log_lock", {})))
