"""What a save changes: the changes of one transaction, in order, as they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.systems.salesforce.values import Stored

CREATE, UPDATE, DELETE, UNDELETE = "create", "update", "delete", "undelete"
Row = Mapping[str, Stored]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One record's change.

    Attributes:
        operation: `create`, `update`, `delete` or `undelete`.
        changed: of an update, the fields that have other values now, without `SystemModstamp`.
        before: the record as it was; empty for a new one.
        after: the record as it is.
    """

    object: str
    record_id: str
    operation: str
    before: Row
    after: Row
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One commit.

    Attributes:
        number: counts commits from 1.
        client: what `changeOrigin` says of the app that made it; empty: nothing, as for changes by automation.
    """

    number: int
    moment: datetime
    changes: tuple[Change, ...]
    user_id: str
    client: str = ""
