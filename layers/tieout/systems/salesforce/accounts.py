"""Finds what belongs to accounts, and to those they were merged into: the opportunities and contracts to be read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from tieout.arriving.notice import RecordKey
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.answers import Row
from tieout.systems.salesforce.cursors import Cursor
from tieout.systems.salesforce.queries import Query

# Of more than so many of one account the listing is read, page by page.
MOST_OF_AN_ACCOUNT = 200

Ask = Callable[[Query], Sequence[Row]]


def read_related(
    winners: Mapping[str, object], connection: str, ask: Ask, address_bytes: int
) -> Mapping[str, tuple[RecordKey, ...]]:
    """For each account the keys of its opportunities and contracts, deleted ones included, or of listings of them.

    `winners` has, for each account, which one it was merged into, if any.

    A merge deletes the accounts that lose and hands what belongs to them over to the one that wins, without telling of it: so what
    belongs to that one is meant, too. Raises what `ask` does.
    """
    holders = {each: _holders(each, winner) for each, winner in winners.items()}
    everyone = list(dict.fromkeys(each for of in holders.values() for each in of))
    owned = {
        entity: _owned(everyone, partial(queries.of_accounts, subject), ask, address_bytes)
        for entity, subject in queries.OF_ACCOUNTS.items()
    }
    return {
        each: tuple(
            RecordKey(connection, entity, record_id)
            for entity, of in owned.items()
            for holder in of_account
            for record_id in of[holder]
        )
        for each, of_account in holders.items()
    }


def _holders(account_id: str, winner: object) -> tuple[str, ...]:
    return (account_id, winner) if isinstance(winner, str) and queries.is_record_id(winner) else (account_id,)


def _owned(
    account_ids: Iterable[str], query: Callable[[Sequence[str]], Query], ask: Ask, address_bytes: int
) -> Mapping[str, list[str]]:
    """The ids of what belongs to each account; the place where its listing begins where there is too much of it.

    A chunk whose rows reach the query's own limit is cut somewhere: then all of its accounts are listed.
    """
    found: dict[str, list[str]] = {}
    for chunk in queries.in_chunks(list(account_ids), query, address_bytes):
        rows = ask(query(chunk))
        is_cut = len(rows) >= queries.MOST_OF_ACCOUNTS
        ids: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            ids[str(row.get("AccountId"))].append(str(row.get("Id")))
        for each in chunk:
            is_listed = is_cut or len(ids[each]) > MOST_OF_AN_ACCOUNT
            found[each] = [Cursor(account=each).text()] if is_listed else ids[each]
    return found
