"""A write of the ledger as DynamoDB's request: placeholders for every name and value, so that no word is reserved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.aws.values import AttributeValue, encoded, encoded_key
from tieout.ledger.table import Absent, Check, Condition, Delete, Put, RefusedRequestError, Update, Write

Request = dict[str, Any]

_KEYS = frozenset({"pk", "sk"})
_MAX_EXPRESSION_BYTES = 4096
_LARGEST_NUMBER = 10**38  # DynamoDB would round a larger one


def request_of(write: Write, table_name: str) -> Request:
    """The parameters of PutItem, UpdateItem, DeleteItem or ConditionCheck, which are the same alone and in a transaction."""
    words = _Placeholders()
    request: Request = {"TableName": table_name}
    if isinstance(write, Put):
        request["Item"] = encoded_key(write.key) | _encoded_all(write.item)
    else:
        request["Key"] = encoded_key(write.key)
    if isinstance(write, Update):
        request["UpdateExpression"] = _update_expression(write, words)
    if write.condition is not None:
        request["ConditionExpression"] = _condition_expression(write.condition, words)
    return request | words.attributes()


def kind_of(write: Write) -> str:
    """How DynamoDB calls the write inside a transaction."""
    return type(write).__name__ if isinstance(write, Put | Update | Delete) else "ConditionCheck"


def is_repeatable(write: Write) -> bool:
    """Whether making the write twice is as making it once, answers included."""
    if not isinstance(write, Update):
        return isinstance(write, Check) or write.condition is None
    changed = {*write.sets, *write.firsts, *write.removes}
    return not write.adds and (write.condition is None or write.condition.attribute not in changed)


class _Placeholders:
    """Names and values of one request; equal ones share a placeholder."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[tuple[type, object], str] = {}

    def name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#{len(self._names)}")

    def value(self, value: str | int) -> str:
        return self._values.setdefault((type(value), value), f":{len(self._values)}")

    def attributes(self) -> Request:
        request: Request = {}
        if self._names:
            request["ExpressionAttributeNames"] = {word: name for name, word in self._names.items()}
        if self._values:
            values = {word: _encoded_value(value) for (_, value), word in self._values.items()}
            request["ExpressionAttributeValues"] = values
        return request


def _update_expression(update: Update, words: _Placeholders) -> str:
    sets = [f"{words.name(name)}={words.value(value)}" for name, value in update.sets.items()]
    for name, value in update.firsts.items():
        word = words.name(name)
        sets.append(f"{word}=if_not_exists({word},{words.value(value)})")
    adds = [f"{words.name(name)} {words.value(amount)}" for name, amount in update.adds.items()]
    removes = [words.name(name) for name in update.removes]
    clauses = (("SET", sets), ("ADD", adds), ("REMOVE", removes))
    expression = " ".join(f"{clause} {','.join(terms)}" for clause, terms in clauses if terms)
    if not expression:
        raise RefusedRequestError("an update that changes nothing")
    if len(expression) > _MAX_EXPRESSION_BYTES:  # refused here too, because emulations choke on one
        raise RefusedRequestError("an expression too long")
    return expression


def _condition_expression(condition: Condition, words: _Placeholders) -> str:
    name = words.name(condition.attribute)
    if isinstance(condition, Absent):
        return f"attribute_not_exists({name})"
    return f"{name}={words.value(condition.value)}"


def _encoded_all(item: Mapping[str, Any]) -> dict[str, AttributeValue]:
    if not _KEYS.isdisjoint(item):
        raise RefusedRequestError("a key among the attributes")
    return {name: _encoded_value(value) for name, value in item.items()}


def _encoded_value(value: object) -> AttributeValue:
    if isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
        raise RefusedRequestError("a number beyond 38 digits")
    return encoded(value)
