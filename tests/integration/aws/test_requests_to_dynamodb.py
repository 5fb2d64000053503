"""What the ledger's table asks of DynamoDB, where the emulation would not notice the difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from tests.support.clock import ManualClock, SeededEntropy
from tests.support.unreachable_aws import unreachable_client
from tieout.aws.dynamo import DynamoTable
from tieout.ledger.table import Equals, Update

A = ("CELL#a", "STATE")


@pytest.fixture
def client() -> Any:  # noqa: ANN401 botocore makes its clients at run time
    """A client that reaches nothing."""
    return unreachable_client("dynamodb")


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:  # noqa: ANN401 botocore makes its clients at run time
    """A service that expects requests."""
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def table(client: Any) -> DynamoTable:  # noqa: ANN401 botocore makes its clients at run time
    """The table that sends them."""
    return DynamoTable(client, "ledger", ManualClock(), SeededEntropy())


def wire_key(key: tuple[str, str]) -> dict[str, Any]:
    """A key as DynamoDB writes it."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def test_keys_are_read_consistently_and_impossible_ones_not_at_all(stub: Stubber, table: DynamoTable) -> None:
    """One empty value of a source would have DynamoDB refuse the read of a whole batch."""
    asked = {"ledger": {"Keys": [wire_key(A)], "ConsistentRead": True}}
    stub.add_response("batch_get_item", {"Responses": {"ledger": []}}, {"RequestItems": asked})
    assert table.get([("MAP#crm#customer", ""), A, ("", ""), A, ("MAP#crm#customer", "x" * 1025)]) == {}
    assert table.get([("MAP#crm#customer", "")]) == {}


def test_a_partition_is_read_consistently_and_an_index_as_it_can_be(stub: Stubber, table: DynamoTable) -> None:
    """A query of the table sees every write before it; an index cannot promise that, and refuses to be asked to."""
    common = {"TableName": "ledger", "Limit": 7, "ExpressionAttributeValues": {":0": {"S": "v"}}}
    query = {
        "KeyConditionExpression": "#0=:0",
        "ExpressionAttributeNames": {"#0": "pk"},
        "ConsistentRead": True,
        "ScanIndexForward": True,
    }
    index = {
        "IndexName": "cells_by_state",
        "KeyConditionExpression": "#0=:0",
        "ExpressionAttributeNames": {"#0": "cell_state"},
    }
    stub.add_response("query", {"Items": []}, common | query)
    stub.add_response("query", {"Items": []}, common | index)
    table.query("v", limit=7)
    table.index("cells_by_state", "v", limit=7)


def test_a_page_holds_a_thousand_items_and_is_narrowed_by_keys(stub: Stubber, table: DynamoTable) -> None:
    """Of a partition the sort key, of an index the table's partition key; DynamoDB reads nothing else, nor is it paid for."""
    narrowed = {
        "TableName": "ledger",
        "Limit": 1000,
        "KeyConditionExpression": "#0=:0 AND begins_with(#1,:1)",
        "ExpressionAttributeValues": {":0": {"S": "v"}, ":1": {"S": "OPEN#"}},
        "ExclusiveStartKey": wire_key(A),
    }
    query = {
        "ExpressionAttributeNames": {"#0": "pk", "#1": "sk"},
        "ConsistentRead": True,
        "ScanIndexForward": False,
    }
    index = {"IndexName": "catalogue", "ExpressionAttributeNames": {"#0": "catalogue", "#1": "pk"}}
    stub.add_response("query", {"Items": [], "LastEvaluatedKey": wire_key(A)}, narrowed | query)
    stub.add_response("query", {"Items": []}, narrowed | index)
    assert table.query("v", prefix="OPEN#", after=wire_key(A), newest_first=True).after == wire_key(A)
    assert table.index("catalogue", "v", prefix="OPEN#", after=wire_key(A)).after is None
    behind = narrowed | index | {"KeyConditionExpression": "#0=:0 AND #1>:1"}
    stub.add_response("query", {"Items": []}, behind)
    assert table.index("catalogue", "v", behind="OPEN#", after=wire_key(A)).items == ()


def test_one_write_is_no_transaction_and_says_no_name_or_value_itself(stub: Stubber, table: DynamoTable) -> None:
    """It costs half, and no attribute's name can be a reserved word."""
    request = {
        "TableName": "ledger",
        "Key": wire_key(A),
        "UpdateExpression": "SET #0=:0,#1=if_not_exists(#1,:0) ADD #2 :1 REMOVE #3",
        "ConditionExpression": "#4=:2",
        "ExpressionAttributeNames": {"#0": "state", "#1": "first", "#2": "total", "#3": "note", "#4": "generation"},
        "ExpressionAttributeValues": {":0": {"S": "x"}, ":1": {"N": "-5"}, ":2": {"N": "3"}},
    }
    stub.add_response("update_item", {}, request)
    update = Update(
        A,
        sets={"state": "x"},
        firsts={"first": "x"},
        adds={"total": -5},
        removes=("note",),
        condition=Equals("generation", 3),
    )
    table.write([update])
