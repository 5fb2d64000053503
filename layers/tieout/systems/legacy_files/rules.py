"""What a connection of legacy files must say so that its rows become facts: asked at synth, with the place of every flaw."""

from __future__ import annotations

from collections.abc import Iterator

from tieout.landscape import Connection
from tieout.money import is_currency
from tieout.systems.legacy_files.options import options_of
from tieout.systems.legacy_files.soundness import CUSTOMER
from tieout.systems.legacy_files.translate import DOCUMENTS

Problem = tuple[tuple[str | int, ...], str]


def connection_problems(connection: Connection) -> Iterator[Problem]:
    """Every flaw of the feeds a connection declares that the feed alone could not see."""
    for position, feed in enumerate(options_of(connection.options).feeds):
        place = ("options", "feeds", position)
        if feed.fact not in {*DOCUMENTS, CUSTOMER}:
            yield (*place, "fact"), f"{feed.fact!r} is no posted document, nor {CUSTOMER} ({', '.join(DOCUMENTS)})"
        if feed.group_currency and not is_currency(feed.group_currency):
            yield (*place, "group_currency"), f"{feed.group_currency!r} is no ISO 4217 currency code"
        if feed.has_amounts and not feed.account_classes:
            yield (*place, "account_classes"), "none is declared: of which class is an account?"
