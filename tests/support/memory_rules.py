"""What DynamoDB makes of a write: conditions, changes, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.ledger.table import (
    MAX_TRANSACTION_WRITES,
    Absent,
    Condition,
    Item,
    Key,
    Put,
    RefusedRequestError,
    Update,
    Write,
)

_MAX_ITEM_BYTES = 400 * 1024
_MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
_MAX_PARTITION_KEY_BYTES = 2048
_MAX_SORT_KEY_BYTES = 1024
_MAX_EXPRESSION_BYTES = 4096
_LARGEST_NUMBER = 10**38
_KEYS = frozenset(("pk", "sk", ""))
_INDEXED = frozenset(("cell_state", "catalogue"))


def is_possible(key: Key) -> bool:
    """Whether an item can have this key."""
    return 0 < _text_size(key[0]) <= _MAX_PARTITION_KEY_BYTES and 0 < _text_size(key[1]) <= _MAX_SORT_KEY_BYTES


def refuse_bad_writes(writes: Sequence[Write]) -> None:
    """Raise for what is wrong with the writes as a request."""
    if not 0 < len(writes) <= MAX_TRANSACTION_WRITES:
        raise RefusedRequestError("a transaction has 1 to 100 writes")
    if len(writes) > 1 and len({write.key for write in writes}) < len(writes):
        raise RefusedRequestError("one item named twice")
    for write in writes:
        if not is_possible(write.key):
            raise RefusedRequestError("a key that is empty or too long")
        if isinstance(write, Update):
            _refuse_bad_update(write)
    if len(writes) > 1 and sum(_sent_bytes(write) for write in writes) > _MAX_TRANSACTION_BYTES:
        raise RefusedRequestError("a transaction above 4 MB")


def holds(condition: Condition | None, item: Item | None) -> bool:
    """Whether a condition holds of an item; a number never equals a truth value."""
    if condition is None:
        return True
    present = item is not None and condition.attribute in item
    if isinstance(condition, Absent):
        return not present
    return present and _same(item[condition.attribute], condition.value)  # type: ignore[index]  # it is present


def changed(update: Update, item: Item | None) -> Item:
    """The item after an update."""
    after = dict(item or {})
    for name, amount in update.adds.items():
        number = after.get(name, 0)
        if type(number) is not int:
            raise RefusedRequestError("a number added to what is none")
        after[name] = number + amount
    for name, value in update.firsts.items():
        after.setdefault(name, value)
    after.update(update.sets)
    for name in update.removes:
        after.pop(name, None)
    return checked_item(after)


def checked_item(item: Item) -> Item:
    """A copy of the item, once it is sure that DynamoDB can hold it."""
    if not item.keys().isdisjoint(_KEYS):
        raise RefusedRequestError("a key among the attributes")
    for name, value in item.items():
        if not isinstance(value, str):  # as most are
            _check_value(name, value)
    for name in _INDEXED & item.keys():
        if not (isinstance(item[name], str) and item[name]):
            raise RefusedRequestError("an indexed attribute that is no text, or an empty one")
    return dict(item)


def _check_value(name: str, value: object) -> None:
    if not isinstance(value, int | bytes):
        raise TypeError(f"{type(value).__name__} has no form in the table")
    if isinstance(value, bytes) and not name.endswith("_deflated"):
        raise TypeError(f"{name} holds bytes, and its name does not say so: the journal would take them for text")
    if isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
        raise RefusedRequestError("a number beyond 38 digits")


def size_of(key: Key, item: Item) -> int:
    """The item's bytes as DynamoDB counts them."""
    size = 4 + _text_size("".join(key)) + _attributes_size(item)
    if size > _MAX_ITEM_BYTES:
        raise RefusedRequestError("an item above 400 KB")
    return size


def _refuse_bad_update(update: Update) -> None:
    names = [*update.sets, *update.firsts, *update.adds, *update.removes]
    if not names:
        raise RefusedRequestError("an update that changes nothing")
    if len(set(names)) < len(names):
        raise RefusedRequestError("one attribute changed twice")
    terms = 10 * (len(update.sets) + len(update.adds)) + 28 * len(update.firsts) + 5 * len(update.removes)
    if terms > _MAX_EXPRESSION_BYTES:
        raise RefusedRequestError("an expression too long")
    checked_item({**update.sets, **update.firsts, **update.adds})
    if any(isinstance(amount, bool) or not isinstance(amount, int) for amount in update.adds.values()):
        raise RefusedRequestError("what is added is no number")


def _sent_bytes(write: Write) -> int:
    return _attributes_size(write.item) if isinstance(write, Put) else 0


def _attributes_size(item: Item) -> int:
    texts = [each for each in item.values() if isinstance(each, str)]
    others = sum(_value_size(each) for each in item.values() if not isinstance(each, str))
    return _text_size("".join([*item, *texts])) + others


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _value_size(value: bytes | int) -> int:
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, bool):
        return 1
    return (len(str(abs(value))) + 1) // 2 + 1 + (value < 0)


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
