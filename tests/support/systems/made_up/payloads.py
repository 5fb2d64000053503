"""Splits what the made-up system posts, an array of bookings, into notices."""

from __future__ import annotations

import hashlib

from tests.support.systems.made_up.options import Options
from tieout import strict_json
from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError


def split(delivery: Delivery, connection: str, _options: Options) -> Split:
    """A notice for each booking, a malformed item for what has no id; raises `MalformedError` for no array."""
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    for position, item in enumerate(strict_json.parse_items(delivery.body)):
        if isinstance(item, MalformedError) or not isinstance(item, dict) or not isinstance(item.get("id"), str):
            malformed.append(MalformedItem(position, "id_missing"))
            continue
        notices.append(
            Notice(
                key=RecordKey(connection, str(item.get("entity", "opportunity")), item["id"]),
                notice_id=hashlib.sha256(strict_json.dump(item).encode()).hexdigest(),
                kind="booking",
                deleted=bool(item.get("deleted")),
            )
        )
    return Split(tuple(notices), tuple(malformed))
