"""The ledger's table: what the fake and DynamoDB (emulated) promise alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.read_by_all import READ_BY_ALL
from tieout.ledger.table import (
    Absent,
    Check,
    ConditionFailedError,
    Delete,
    Equals,
    Item,
    Key,
    Put,
    RefusedRequestError,
    Table,
    Update,
    Write,
)

A, B, C = ("CELL#a", "STATE"), ("CELL#b", "STATE"), ("CELL#c", "STATE")


def stored(table: Table, key: Key) -> Item | None:
    """What stands under a key."""
    return table.get([key]).get(key)


@READ_BY_ALL
def test_an_item_is_read_back_as_it_was_put(table: Table) -> None:
    """Texts, whole numbers of any sign, truth values and bytes survive the table; nothing else comes out."""
    item = {
        "text": "Grüße ✓",
        "empty": "",
        "many": 10**37,
        "debt": -5,
        "none": 0,
        "yes": True,
        "raw_deflated": b"\x00\xff",
    }
    table.write([Put(A, item)])
    found = stored(table, A)
    assert found == item
    assert {type(value) for value in (found or {}).values()} == {str, int, bool, bytes}


@READ_BY_ALL
def test_a_put_replaces_the_whole_item(table: Table) -> None:
    """Attributes of the item before do not survive a put."""
    table.write([Put(A, {"old": 1})])
    table.write([Put(A, {"new": 2})])
    assert stored(table, A) == {"new": 2}


@READ_BY_ALL
def test_an_item_may_hold_nothing_but_its_key(table: Table) -> None:
    """An item without attributes is there."""
    table.write([Put(A, {})])
    assert stored(table, A) == {}


@READ_BY_ALL
def test_many_keys_are_read_at_once_and_doubles_once(table: Table) -> None:
    """More keys than one call takes are all read; keys without an item are left out."""
    keys = [(f"FACT#{number}", "STATE") for number in range(205)]
    for key in keys[:203]:
        table.write([Put(key, {"revision": 1})])
    assert table.get([*keys, *keys]) == {key: {"revision": 1} for key in keys[:203]}


@READ_BY_ALL
def test_a_key_no_item_can_have_is_not_found(table: Table) -> None:
    """A source's empty or endless value is no reason to lose the others of a batch."""
    table.write([Put(A, {})])
    assert table.get([("MAP#crm#customer", ""), ("", "STATE"), ("MAP#crm#customer", "ä" * 600), A]) == {A: {}}
    assert table.get([]) == {}


@READ_BY_ALL
def test_an_update_sets_adds_keeps_firsts_and_removes(table: Table) -> None:
    """Each kind of change of an update does its own, on an item that is there and on one that is not."""
    update = Update(
        A, sets={"state": "dirty"}, firsts={"since": "monday"}, adds={"total": 5, "generation": 1}, removes=("note",)
    )
    table.write([update])
    assert stored(table, A) == {"state": "dirty", "since": "monday", "total": 5, "generation": 1}
    table.write([Put(A, {"since": "sunday", "total": -7, "note": "x", "other": True})])
    table.write([update])
    assert stored(table, A) == {"state": "dirty", "since": "sunday", "total": -2, "generation": 1, "other": True}


def test_words_that_dynamodb_reserves_are_attributes_like_others(table: Table) -> None:
    """`name`, `status` and `value` can be set, added to, removed and asked about."""
    table.write([Put(A, {"name": "n", "size": 1, "status": "s", "value": 3})])
    update = Update(
        A, sets={"name": "m"}, adds={"size": 1}, removes=("status",), firsts={"year": 1}, condition=Equals("value", 3)
    )
    table.write([update])
    assert stored(table, A) == {"name": "m", "size": 2, "value": 3, "year": 1}


def test_an_update_may_carry_the_outcomes_of_a_hundred_notices(table: Table) -> None:
    """The outcomes of a full delivery fit into one expression."""
    firsts = {f"final_{number}": "applied" for number in range(100)}
    removes = tuple(f"waiting_{number}" for number in range(100))
    table.write([Update(A, firsts=firsts, removes=removes)])
    assert stored(table, A) == firsts


@pytest.mark.parametrize("key", [A, B])
def test_deleting_is_without_error_where_nothing_is(table: Table, key: Key) -> None:
    """A delete leaves nothing behind, whether there was something or not."""
    table.write([Put(A, {"x": 1})])
    table.write([Delete(key)])
    assert stored(table, key) is None


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        pytest.param(Absent("revision"), False, id="there"),
        pytest.param(Absent("nothing"), True, id="absent"),
        pytest.param(Equals("revision", 3), True, id="equal"),
        pytest.param(Equals("revision", 4), False, id="other-number"),
        pytest.param(Equals("revision", "3"), False, id="text-is-no-number"),
        pytest.param(Equals("flag", 1), False, id="number-is-no-flag"),
        pytest.param(Equals("nothing", 3), False, id="absent-equals-nothing"),
        pytest.param(None, True, id="unconditional"),
    ],
)
@pytest.mark.parametrize(
    "writing",
    [
        pytest.param(lambda condition: Put(A, {"new": 1}, condition), id="put"),
        pytest.param(lambda condition: Update(A, sets={"new": 1}, condition=condition), id="update"),
        pytest.param(lambda condition: Delete(A, condition), id="delete"),
    ],
)
def test_a_write_is_made_only_where_its_condition_holds(
    table: Table, writing: Callable[[Absent | Equals | None], Write], condition: Absent | Equals | None, *, holds: bool
) -> None:
    """A failed condition names the item and changes nothing, alone and in a transaction."""
    before = {"revision": 3, "flag": True}
    alone: list[Write] = []
    for others in (alone, [Put(B, {"x": 1})]):
        table.write([Put(A, before), Delete(B)])
        writes: list[Write] = [writing(condition), *others]
        if holds:
            table.write(writes)
            assert stored(table, A) != before
        else:
            with pytest.raises(ConditionFailedError) as failure:
                table.write(writes)
            assert failure.value.keys == (A,)
            assert (stored(table, A), stored(table, B)) == (before, None)


def test_no_item_has_no_attributes(table: Table) -> None:
    """On an item that is not there, absence holds and equality does not."""
    table.write([Put(A, {"x": 1}, Absent("x"))])
    with pytest.raises(ConditionFailedError):
        table.write([Update(B, sets={"x": 1}, condition=Equals("x", 1))])
    assert stored(table, B) is None


@READ_BY_ALL
def test_a_transaction_is_made_whole_or_not_at_all(table: Table) -> None:
    """Of four kinds of write, one failing check undoes all, and every failed condition is named."""
    table.write([Put(A, {"x": 1})])
    writes: list[Write] = [Put(B, {"y": 1}, Equals("y", 0)), Update(A, adds={"x": 1}), Check(C, Equals("z", 1))]
    with pytest.raises(ConditionFailedError, match=r"^a condition failed$") as failure:
        table.write(writes)
    assert set(failure.value.keys) == {B, C}
    assert table.get([A, B, C]) == {A: {"x": 1}}
    table.write([Put(B, {"y": 1}), Update(A, adds={"x": 1}), Check(C, Absent("z"))])
    assert table.get([A, B, C]) == {A: {"x": 2}, B: {"y": 1}}


def test_a_check_alone_is_a_transaction(table: Table) -> None:
    """A single check fails or does nothing."""
    table.write([Check(A, Absent("x"))])
    with pytest.raises(ConditionFailedError):
        table.write([Check(A, Equals("x", 1))])
    assert stored(table, A) is None


def test_a_transaction_holds_a_hundred_writes(table: Table) -> None:
    """A hundred writes are made, one more is refused before anything is written."""
    writes = [Put((f"CELL#{number}", "STATE"), {"x": number}) for number in range(101)]
    with pytest.raises(RefusedRequestError):
        table.write(writes)
    assert stored(table, writes[0].key) is None
    table.write(writes[:100])
    assert stored(table, writes[99].key) == {"x": 99}


@pytest.mark.parametrize(
    "writes",
    [
        pytest.param([], id="no-write"),
        pytest.param([Put(A, {"x": 1}), Update(A, sets={"y": 1})], id="one-item-twice"),
        pytest.param([Put(("", "STATE"), {})], id="empty-partition-key"),
        pytest.param([Put(("CELL", ""), {})], id="empty-sort-key"),
        pytest.param([Put(("CELL", "ä" * 513), {})], id="long-sort-key"),
        pytest.param([Put(("ä" * 1025, "STATE"), {})], id="long-partition-key"),
        pytest.param([Put(A, {"pk": "x"})], id="key-among-attributes"),
        pytest.param([Put(A, {"cell_state": ""})], id="empty-indexed-text"),
        pytest.param([Put(A, {"cell_state": 7})], id="indexed-number"),
        pytest.param([Put(A, {"x": 10**38})], id="39-digits"),
        pytest.param([Put(A, {"x": "v" * 410_000})], id="large-item"),
        pytest.param([Put(B, {}), Put(A, {"x": "v" * 410_000})], id="large-item-in-transaction"),
        pytest.param([Update(A)], id="empty-update"),
        pytest.param([Update(A, sets={"x": 1}, adds={"x": 1})], id="set-and-add"),
        pytest.param([Update(A, sets={"x": 1}, removes=("x",))], id="set-and-remove"),
        pytest.param([Update(C, adds={"text": 1})], id="add-to-text"),
        pytest.param([Update(C, sets={"x": "v" * 410_000})], id="large-update"),
        pytest.param([Update(C, sets={f"attribute_{n}": n for n in range(500)})], id="long-expression"),
    ],
)
def test_what_dynamodb_refuses_is_refused(table: Table, writes: list[Write]) -> None:
    """A request that can never succeed is permanently refused and changes nothing."""
    table.write([Put(C, {"text": "t"})])
    with pytest.raises(RefusedRequestError) as refusal:
        table.write(writes)
    assert str(refusal.value) == refusal.value.reason != ""
    assert table.get([A, B, C]) == {C: {"text": "t"}}


@pytest.mark.parametrize("write", [Put(A, {"x": 1.5}), Put(A, {"x": None}), Put(A, {"x": [1]})])
def test_floats_and_shapes_are_a_bug(table: Table, write: Write) -> None:
    """Nothing but texts, whole numbers, truth values and bytes goes in."""
    with pytest.raises(TypeError):
        table.write([write])


def test_writes_on_their_own_fail_on_their_own(table: Table) -> None:
    """Of many independent writes those whose condition fails are named, the others are made."""
    keys = [(f"CELL#{number:03}", "STATE") for number in range(40)]
    table.write([Put(key, {"generation": number % 2}) for number, key in enumerate(keys)])
    failed = table.write_each([Update(key, sets={"x": "y"}, condition=Equals("generation", 1)) for key in keys])
    assert set(failed) == set(keys[::2])
    assert table.get(keys) == {
        key: {"generation": 1, "x": "y"} if number % 2 else {"generation": 0} for number, key in enumerate(keys)
    }
    assert table.write_each([]) == []
