"""Turns what Dataverse posts into notices of which record changed; no amount in it is ever used (step 1, receive).

A context names one row, or by `Targets` several. One above 256 KB says so in a header and lacks everything but the row's name:
what cannot be told then is asked of the source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import LISTING, Notice, RecordKey
from tieout.errors import MalformedError
from tieout.systems.dynamics_sales import context
from tieout.systems.dynamics_sales.context import Context
from tieout.systems.dynamics_sales.options import Options

SIZE_EXCEEDED_HEADER = "x-ms-dynamics-msg-size-exceeded"
BEYOND_DEPTH = "beyond_depth"
"""The entity of changes that a chain made which is too deep: no flow carries it, so they are counted as ignored."""

OPPORTUNITY, PRODUCT, CLOSE = "opportunity", "opportunityproduct", "opportunityclose"
_ENTITIES = {OPPORTUNITY: "opportunity", PRODUCT: "line_item", "account": "account", "product": "product"}
_WORD = re.compile("[A-Za-z][A-Za-z0-9_]{0,127}", re.ASCII)
_CLOSING = ("OpportunityClose", "Target")  # of `Win` and `Lose`, and of the row these create
_DELETING = "delete"

_Records = tuple[tuple[str, str], ...]  # entity and id


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a delivery, in the order in which it names rows; a target without a row is a malformed item.

    Raises:
        MalformedError: if nothing can be made of the whole.
    """
    said = context.context_of(delivery.body)
    context.stated_guid(said.get("OrganizationId"), "organization")
    message, table = _word(said, "MessageName"), _word(said, "PrimaryEntityName").lower()
    if context.guid_of(said.get("InitiatingUserId")) in options.own_users:
        return Split(())
    # What people typed can spoil the row as it was sent, and then as little of it is there as if it had been cut.
    is_cut = SIZE_EXCEEDED_HEADER in delivery.headers or isinstance(_inputs(said), MalformedError)
    depth = said.get("Depth")
    is_deep = isinstance(depth, int) and depth > options.max_depth
    found = list(_records(said, table, is_cut=is_cut))
    named = _notice_id(said, delivery.body, message)
    notices = tuple(
        Notice(
            key=_key(connection, BEYOND_DEPTH if is_deep else entity, record_id),
            notice_id=f"{named}/{record_id}",
            kind=f"{table}/{message}",
            occurred_at=_occurred_at(said),
            # The row that was deleted is the product; its opportunity was only changed.
            deleted=message.lower().startswith(_DELETING) and _ENTITIES.get(table, entity) == entity,
        )
        for entity, record_id in dict.fromkeys(
            each for some in found if not isinstance(some, MalformedError) for each in some
        )
    )
    flaws = [(place, each.reason) for place, each in enumerate(found) if isinstance(each, MalformedError)]
    return Split(notices, tuple(MalformedItem(place, reason) for place, reason in flaws))


def _key(connection: str, entity: str, record_id: str) -> RecordKey:
    return RecordKey(connection, entity, record_id)


def _records(said: Context, table: str, *, is_cut: bool) -> Iterator[_Records | MalformedError]:
    """The entity and id of every row that changed, opportunities in the place of what only counts with them."""
    if table == CLOSE or (table == OPPORTUNITY and context.member(_inputs(said), _CLOSING[0]) is not None):
        yield (_closed(said, table),)
        return
    targets = context.member(_inputs(said), "Targets")
    if targets is not None:
        listed = targets.get("Entities") if isinstance(targets, dict) else targets
        if not isinstance(listed, list):
            raise MalformedError("targets_malformed")
        yield from (_target(each, said, table) for each in listed)
        return
    record_id = context.guid_of(said.get("PrimaryEntityId")) or context.referenced(_target_of(said))
    if record_id:
        yield _row(table, record_id, [_target_of(said), *_images(said, "")])
    elif is_cut and table in _ENTITIES:
        # There may have been `Targets`: which rows they were only the source knows.
        yield (("opportunity" if table == PRODUCT else _ENTITIES[table], LISTING),)
    else:
        raise MalformedError("record_id_missing")


def _target(target: object, said: Context, table: str) -> _Records | MalformedError:
    record_id = context.referenced(target) or context.guid_of(context.attribute(target, f"{table}id"))
    if not record_id:
        return MalformedError("record_id_missing")
    return _row(table, record_id, [target, *_images(said, record_id)])


def _row(table: str, record_id: str, entities: Sequence[object]) -> _Records:
    """A row; of a product every opportunity that its context names: that which it was moved from has it no more."""
    stated = (context.referenced(context.attribute(each, "opportunityid")) for each in entities)
    holders = tuple(("opportunity", each) for each in stated if each and table == PRODUCT)
    return holders or ((_ENTITIES.get(table, f"table:{table}"), record_id),)


def _closed(said: Context, table: str) -> tuple[str, str]:
    """The opportunity that was won or lost: the row of its closing names it, else the context does."""
    for name in _CLOSING:
        opportunity = context.referenced(context.attribute(context.member(_inputs(said), name), "opportunityid"))
        if opportunity:
            return "opportunity", opportunity
    if table == CLOSE:
        return f"table:{table}", context.stated_guid(said.get("PrimaryEntityId"), "record_id")
    return "opportunity", context.stated_guid(said.get("PrimaryEntityId"), "record_id")


def _images(said: Context, record_id: str) -> list[object]:
    """The images that were registered, of one row or of whichever there is; the name that asynchronous steps add is one too."""
    found = [image for name in ("PostEntityImages", "PreEntityImages") for image in context.values(said.get(name))]
    return [each for each in found if not record_id or context.referenced(each) == record_id]


def _target_of(said: Context) -> object:
    found: object = context.member(_inputs(said), "Target")
    return found


def _inputs(said: Context) -> object:
    return said.get("InputParameters")


def _word(said: Context, name: str) -> str:
    """The name of a message or a table."""
    value = said.get(name)
    if not isinstance(value, str) or _WORD.fullmatch(value) is None:
        lacks = "missing" if value is None or value == "" else "malformed"
        raise MalformedError(f"{'message' if name == 'MessageName' else 'table'}_{lacks}")
    return value


def _notice_id(said: Context, body: bytes, message: str) -> str:
    """Organisation, operation, step and message, which are the same when a step is posted again; else a digest of all."""
    operation, step = context.guid_of(said.get("OperationId")), context.referenced(said.get("OwningExtension"))
    if not operation:
        return hashlib.sha256(body).hexdigest()
    return "/".join((context.guid_of(said.get("OrganizationId")), operation, step or "-", message))


def _occurred_at(said: Context) -> datetime | None:
    """When the row was written; where that is not stated, when the operation was, which some senders write hours apart."""
    written = context.attribute(_target_of(said), "modifiedon")
    return context.moment_of(written) or context.moment_of(said.get("OperationCreatedOn"))
