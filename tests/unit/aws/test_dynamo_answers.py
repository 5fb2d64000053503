"""What the ledger's table reads out of DynamoDB's answers: units, and why something was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.clock import FixedEntropy, NotedClock
from tests.support.dynamo_client import AskedClient, table_over
from tieout.aws.dynamo import DynamoTable
from tieout.aws.values import encoded_key
from tieout.ledger.table import ConditionFailedError, Key, Put, RefusedRequestError, Usage

A, B = ("CELL#a", "STATE"), ("CELL#b", "STATE")


def refusing(**answer: object) -> AskedClient:
    """A table that refuses everything so."""

    def refuse(_: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ClientError(cast("Any", answer), "TransactWriteItems")

    return AskedClient(refuse)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"Code": "ValidationException", "Message": "Item size has exceeded"}, "Item size has exceeded"),
        ({"Code": "SerializationException"}, "SerializationException"),
        ({"Code": "IdempotentParameterMismatchException"}, "IdempotentParameterMismatchException"),
    ],
)
@pytest.mark.parametrize("keys", [[A], [A, B]])
def test_what_is_refused_for_good_says_why(keys: list[Key], error: Mapping[str, str], reason: str) -> None:
    """In DynamoDB's words, or by the name of the error: the outcome names it to whoever has to act."""
    with pytest.raises(RefusedRequestError) as refusal:
        table_over(refusing(Error=error)).write([Put(key, {}) for key in keys])
    assert refusal.value.reason == reason


@pytest.mark.parametrize("reasons", [1, 3])
def test_reasons_for_other_items_than_were_written_are_given_to_none(reasons: int) -> None:
    """Which of them failed cannot be said, and the wrong one must not be: it would count as written by another."""
    answer = {"Code": "ConditionalCheckFailed"}
    client = refusing(Error={"Code": "TransactionCanceledException"}, CancellationReasons=[answer] * reasons)
    with pytest.raises(ValueError, match="zip"):
        table_over(client).write([Put(A, {}), Put(B, {})])


def test_of_a_cancelled_transaction_those_items_are_named_whose_condition_failed() -> None:
    """An item without a reason, or with another one, is not among them."""
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}, {}, {"Code": "ThrottlingError"}]
    client = refusing(Error={"Code": "TransactionCanceledException"}, CancellationReasons=reasons)
    with pytest.raises(ConditionFailedError) as failure:
        table_over(client).write([Put((name, "STATE"), {}) for name in "abcd"])
    assert failure.value.keys == (("b", "STATE"),)


@pytest.mark.parametrize(
    ("capacity", "units"),
    [
        ({"ConsumedCapacity": [{"CapacityUnits": 1.5}, {"CapacityUnits": 2.0}]}, 3.5),
        ({"ConsumedCapacity": {"CapacityUnits": 0.5}}, 0.5),
        ({"ConsumedCapacity": [{"TableName": "ledger"}]}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_units_of_a_read_are_told_with_how_many_items_it_found(capacity: Mapping[str, Any], units: float) -> None:
    """An answer without units, as emulations give it, cost nothing; units are asked for only by who wants to know."""
    items = [encoded_key(A), encoded_key(B)]
    answers = {
        "batch_get_item": {"Responses": {"ledger": items}, **capacity},
        "query": {"Items": items, **capacity},
    }
    seen: list[Usage] = []
    client = AskedClient(lambda _: answers[client.asked[-1][0]])
    table = DynamoTable(cast("Any", client), "ledger", NotedClock(), FixedEntropy(1.0), observe=seen.append)
    table.get([A, B])
    table.query("CELL#a")
    assert seen == [Usage("BatchGetItem", 2, units), Usage("Query", 2, units)]
    assert [asked["ReturnConsumedCapacity"] for _, asked in client.asked] == ["TOTAL", "TOTAL"]
    table_over(client).get([A])
    assert "ReturnConsumedCapacity" not in client.asked[-1][1]
