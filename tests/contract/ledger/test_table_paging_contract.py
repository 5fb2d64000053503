"""Reading partitions and indexes of the ledger's table: what the fake and DynamoDB (emulated) promise alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.read_by_all import READ_BY_ALL
from tieout.ledger.table import Delete, Key, Put, Table, Update

A, B, C = ("CELL#a", "STATE"), ("CELL#b", "STATE"), ("CELL#c", "STATE")


def pages(read: Callable[[object | None], tuple[list[Key], object | None]]) -> list[Key]:
    """The keys of all pages."""
    found, after = read(None)
    while after is not None:
        more, after = read(after)
        found += more
    return found


@READ_BY_ALL
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 7, 1000])
def test_a_partition_is_read_in_order_page_by_page(table: Table, limit: int, *, newest_first: bool) -> None:
    """Only the partition and the prefix asked for, in the order of sort keys (by bytes), either way round."""
    sort_keys = ["DONE#1", "OPEN#1", "OPEN#10", "OPEN#2", "OPEN#Z", "OPEN#a", "OPEN#ä", "OPEN#😀", "OPEN#", "Z"]
    for sort_key in reversed(sort_keys):
        table.write([Put(("RECEIPT#a", sort_key), {"n": 1}), Put(("RECEIPT#ab", sort_key), {"n": 2})])

    def read(after: object | None) -> tuple[list[Key], object | None]:
        page = table.query("RECEIPT#a", prefix="OPEN#", limit=limit, after=after, newest_first=newest_first)
        assert all(item == {"n": 1} for _, item in page.items)
        return [key for key, _ in page.items], page.after

    wanted = sorted(("RECEIPT#a", each) for each in sort_keys if each.startswith("OPEN#"))
    assert pages(read) == (wanted[::-1] if newest_first else wanted)


@READ_BY_ALL
def test_an_unknown_partition_is_empty(table: Table) -> None:
    """There is nothing where nothing was written."""
    assert table.query("RECEIPT#none").items == ()
    assert table.query("RECEIPT#none").after is None
    assert table.index("catalogue", "CELL#none").items == ()


@READ_BY_ALL
def test_an_index_holds_only_items_with_its_attribute(table: Table) -> None:
    """An item enters the index with the attribute, follows its value and leaves with it; of the rest it holds one."""
    cell = {"cell_state": "dirty#t", "dirty_since": "2026-03-02T09:00:00.000Z", "total": 1}
    table.write([Put(A, cell), Put(B, {"total": 2}), Put(C, {"cell_state": "dirty#u"})])
    del cell["total"]
    assert table.index("cells_by_state", "dirty#t").items == ((A, cell),)
    table.write([Update(B, sets={"cell_state": "dirty#t"}), Update(A, sets={"cell_state": "refused#t"})])
    assert [key for key, _ in table.index("cells_by_state", "dirty#t").items] == [B]
    assert [key for key, _ in table.index("cells_by_state", "refused#t").items] == [A]
    table.write([Update(B, removes=("cell_state",)), Delete(A)])
    assert table.index("cells_by_state", "dirty#t").items == ()
    assert table.index("cells_by_state", "refused#t").items == ()


@READ_BY_ALL
@pytest.mark.parametrize("limit", [1, 4, 1000])
def test_an_index_is_read_in_order_of_partition_keys(table: Table, limit: int) -> None:
    """All entries of one value, page by page."""
    keys = [(f"CELL#t#{number:02}", "STATE") for number in range(9)]
    table.write([Put(key, {"cell_state": "dirty#t"}) for key in reversed(keys)])

    def read(after: object | None) -> tuple[list[Key], object | None]:
        page = table.index("cells_by_state", "dirty#t", limit=limit, after=after)
        return [key for key, _ in page.items], page.after

    assert pages(read) == keys


@READ_BY_ALL
@pytest.mark.parametrize("limit", [1, 1000])
def test_an_index_is_read_behind_a_partition_key(table: Table, limit: int) -> None:
    """Whoever went through half of it goes on behind where he was, without a cursor of an earlier day."""
    keys = [(f"FACT#c#deal#{name}", "STATE") for name in ("1", "10", "2", "9", "a", "😀")]
    table.write([Put(key, {"catalogue": "FACT#c#deal"}) for key in keys])

    def read(after: object | None) -> tuple[list[Key], object | None]:
        page = table.index("catalogue", "FACT#c#deal", behind="FACT#c#deal#10", limit=limit, after=after)
        return [key for key, _ in page.items], page.after

    assert pages(read) == keys[2:]
    assert table.index("catalogue", "FACT#c#deal", behind=keys[-1][0]).items == ()


@READ_BY_ALL
@pytest.mark.parametrize("limit", [1, 1000])
def test_an_index_is_narrowed_to_a_prefix_of_partition_keys(table: Table, limit: int) -> None:
    """Of one value those alone whose partition key begins so; an unknown prefix has none."""
    keys = [(f"CELL#t#{name}", "STATE") for name in ("0a1", "0a2", "0b1", "a0a", "😀")]
    table.write([Put(key, {"catalogue": "CELL#t"}) for key in keys])
    table.write([Put(("CELL#t#0a3", "STATE"), {"catalogue": "CELL#u"})])

    def read(prefix: str) -> list[Key]:
        def page(after: object | None) -> tuple[list[Key], object | None]:
            found = table.index("catalogue", "CELL#t", prefix=prefix, limit=limit, after=after)
            return [key for key, _ in found.items], found.after

        return pages(page)

    assert read("CELL#t#0a") == keys[:2]
    assert read("CELL#t#😀") == keys[4:]
    assert read("CELL#t#0c") == []
    assert read("") == keys


@READ_BY_ALL
def test_the_catalogue_holds_keys_alone(table: Table) -> None:
    """The catalogue tells which items there are and nothing of what they hold."""
    table.write([Put(A, {"catalogue": "HELD", "record": "r"})])
    assert table.index("catalogue", "HELD").items == ((A, {"catalogue": "HELD"}),)


def test_a_large_partition_is_read_in_pages_of_a_megabyte(table: Table) -> None:
    """A page ends after a megabyte though its limit is not reached."""
    for number in range(4):
        table.write([Put(("RECEIPT#a", str(number)), {"cells": "c" * 390_000})])
    first = table.query("RECEIPT#a")
    assert 1 < len(first.items) < 4
    assert len(first.items) + len(table.query("RECEIPT#a", after=first.after).items) == 4
