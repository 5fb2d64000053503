"""Says where a listing of Stripe's objects goes on: which kind of them is listed, and behind which of them; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tieout.errors import UnreadableRecordError
from tieout.systems.stripe.resources import Resource

_BEHIND = ":"
_ID = re.compile("[a-z]{2,8}_[A-Za-z0-9_]{1,246}", re.ASCII)  # also of what is no record, such as an event


def place_in(cursor: str, resources: Sequence[Resource]) -> tuple[Resource, str]:
    """Which of some kinds is listed next, and the id behind which that goes on; empty for the start of it.

    Raises:
        UnreadableRecordError: for anything that no page has named.
    """
    if not cursor:
        return resources[0], ""
    path, _, after = cursor.partition(_BEHIND)
    found = [each for each in resources if each.path == path]
    if not found or (after and _ID.fullmatch(after) is None):
        raise UnreadableRecordError("not a place in a listing of Stripe's objects")
    return found[0], after


def following(resource: Resource, resources: Sequence[Resource], last: str) -> str:
    """The place behind the last object of a page, else where the next kind begins; empty where there is none."""
    if last:
        return f"{resource.path}{_BEHIND}{last}"
    behind = resources[resources.index(resource) + 1 :]
    return behind[0].path if behind else ""
