"""A notice: "record R of connection C changed". What receive makes of a delivery and record works through."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from tieout.moments import moment_text, parse_moment


class RecordKey(NamedTuple):
    """One record of one connection: `entity` in the ledger's words (`opportunity`, `invoice`), `record_id` in the source's."""

    connection: str
    entity: str
    record_id: str

    @property
    def asks_for_listing(self) -> bool:
        """Whether it names no record but all of the entity, or those behind where a listing stands."""
        return self.record_id.startswith(LISTING)

    def __str__(self) -> str:
        return f"{self.connection}#{self.entity}#{self.record_id}"


LISTING = "*"
"""How the record id of a key begins that asks for all records of its entity, whatever else its system writes behind it."""


class Notice(NamedTuple):
    """That a record changed, and nothing about how: the record is read before anything is posted.

    Attributes:
        key: the record.
        notice_id: the source's own de-duplication key, composite where the source's event id is not unique; never
            holds an attempt counter, never a value of the record (a digest where a value is part of the key).
        kind: what the source called it (`deal.propertyChange`, `invoice/delete`), for people.
        occurred_at: in the source's clock, where the source says.
        deleted: the source says the record is gone; still read back where it can be.
        position: where it stands among the notices of its delivery; with the delivery's id it names the notice for good.
        payload: the object of the archive that holds what was delivered, where the record is completed from it; else empty.
    """

    key: RecordKey
    notice_id: str
    kind: str
    occurred_at: datetime | None = None
    deleted: bool = False
    position: int = 0
    payload: str = ""

    def plain(self) -> dict[str, Any]:
        """The notice as JSON values; the connection is the envelope's."""
        return {
            "entity": self.key.entity,
            "record_id": self.key.record_id,
            "notice_id": self.notice_id,
            "kind": self.kind,
            "occurred_at": moment_text(self.occurred_at) if self.occurred_at else None,
            "deleted": self.deleted,
            "position": self.position,
        } | ({"payload": self.payload} if self.payload else {})

    @classmethod
    def of_plain(cls, connection: str, plain: dict[str, Any]) -> Notice:
        """The notice `plain` wrote.

        Raises:
            KeyError, TypeError, ValueError, MalformedError: if it was not written by `plain`.
        """
        occurred_at = plain["occurred_at"]
        return cls(
            key=RecordKey(connection, str(plain["entity"]), str(plain["record_id"])),
            notice_id=str(plain["notice_id"]),
            kind=str(plain["kind"]),
            occurred_at=parse_moment(occurred_at) if occurred_at is not None else None,
            deleted=bool(plain["deleted"]),
            position=int(plain["position"]),
            payload=str(plain.get("payload", "")),
        )
