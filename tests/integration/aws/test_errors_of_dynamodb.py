"""What the ledger's table makes of DynamoDB's errors, answered by botocore's stubber or by a transport that breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.stub import Stubber

from tests.support.clock import DEFAULT_START, ManualClock, SeededEntropy
from tests.support.unreachable_aws import unreachable_client
from tieout.aws.dynamo import DynamoTable
from tieout.errors import ConflictError, LostAnswerError, ThrottledError, UnavailableError
from tieout.ledger.table import (
    Absent,
    Check,
    ConditionFailedError,
    Delete,
    Equals,
    Put,
    RefusedRequestError,
    Update,
    Usage,
    Write,
)

A, B = ("CELL#a", "STATE"), ("CELL#b", "STATE")
TWO: list[Write] = [Put(A, {"x": 1}), Update(B, adds={"n": 1}, condition=Equals("n", 1))]


class Dynamo:
    """A table whose service answers what it is told to."""

    def __init__(self) -> None:
        self.client = unreachable_client("dynamodb")
        self.stub = Stubber(self.client)
        self.clock = ManualClock()
        self.table = DynamoTable(self.client, "ledger", self.clock, SeededEntropy())

    def fails(self, operation: str, code: str, status: int = 400, times: int = 1, **more: object) -> None:
        """The next calls of an operation are answered with an error."""
        for _ in range(times):
            self.stub.add_client_error(operation, code, http_status_code=status, modeled_fields=more)

    def breaks(self, error: Exception) -> Counting:
        """Every call breaks before or after it is sent; counts them."""
        self.stub.deactivate()
        counting = Counting(error)
        self.client.meta.events.register("before-send.dynamodb", counting)
        return counting


class Counting:
    """Raises the same error at every call."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls = 0

    def __call__(self, **_: object) -> None:
        """Count and raise."""
        self.calls += 1
        raise self.error


@pytest.fixture
def dynamo() -> Iterator[Dynamo]:
    """A table without a service."""
    made = Dynamo()
    with made.stub:
        yield made
        made.stub.assert_no_pending_responses()


def cancelled(*codes: str) -> dict[str, Any]:
    """Why a transaction was cancelled, item by item."""
    return {"CancellationReasons": [{"Code": code} for code in codes]}


def test_a_failed_condition_names_its_items_whatever_else_failed(dynamo: Dynamo) -> None:
    """A condition is an answer about the data; a conflict beside it is not."""
    reasons = cancelled("TransactionConflict", "ConditionalCheckFailed")
    dynamo.fails("transact_write_items", "TransactionCanceledException", **reasons)
    with pytest.raises(ConditionFailedError) as failure:
        dynamo.table.write(TWO)
    assert failure.value.keys == (B,)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("TransactionConflict", ConflictError),
        ("ThrottlingError", ThrottledError),
        ("ProvisionedThroughputExceeded", ThrottledError),
        ("ValidationError", RefusedRequestError),
        ("SomethingNew", UnavailableError),
    ],
)
def test_a_cancelled_transaction_says_why(dynamo: Dynamo, reason: str, error: type[Exception]) -> None:
    """Nothing was written, and the class says what to do about it."""
    dynamo.fails("transact_write_items", "TransactionCanceledException", **cancelled("None", reason))
    with pytest.raises(error) as failure:
        dynamo.table.write(TWO)
    assert not isinstance(failure.value, ConditionFailedError)
    assert dynamo.clock.now() == DEFAULT_START  # left to the caller, who reads again first


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ConditionalCheckFailedException", ConditionFailedError),
        ("TransactionConflictException", ConflictError),
        ("ValidationException", RefusedRequestError),
        ("AccessDeniedException", UnavailableError),
        ("ResourceNotFoundException", UnavailableError),
    ],
)
def test_a_single_write_says_why(dynamo: Dynamo, code: str, error: type[Exception]) -> None:
    """The same classes for a write alone; a grant that is missing may only be late."""
    dynamo.fails("put_item", code)
    with pytest.raises(error):
        dynamo.table.write([Put(A, {}, Absent("x"))])


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_throttling_is_waited_out_for_a_moment(dynamo: Dynamo, code: str) -> None:
    """Four tries with growing pauses, then the caller is told; a try that succeeds ends them."""
    dynamo.fails("put_item", code, times=4)
    with pytest.raises(ThrottledError):
        dynamo.table.write([Put(A, {})])
    assert 0 < (dynamo.clock.now() - DEFAULT_START).total_seconds() < 2
    dynamo.fails("put_item", code, times=3)
    dynamo.stub.add_response("put_item", {})
    dynamo.table.write([Put(A, {})])


REPEATABLE: list[list[Write]] = [
    [Put(A, {"x": 1})],
    [Delete(A)],
    [Update(A, sets={"x": 1})],
    [Update(A, sets={"written": 7}, removes=("cell_state",), condition=Equals("generation", 3))],
    TWO,
    [Check(A, Absent("x"))],
]
ONCE: list[list[Write]] = [
    [Put(A, {"revision": 2}, Equals("revision", 1))],
    [Delete(A, Equals("x", 1))],
    [Update(A, adds={"total": 5})],
    [Update(A, sets={"revision": 2}, condition=Equals("revision", 1))],
    [Update(A, removes=("x",), condition=Equals("x", 1))],
]


@pytest.mark.parametrize(
    ("writes", "calls"), [*((writes, 4) for writes in REPEATABLE), *((writes, 1) for writes in ONCE)]
)
@pytest.mark.parametrize("error", [ReadTimeoutError, ConnectionClosedError, SSLError])
def test_an_unseen_answer_is_lost_and_repeated_only_where_it_is_safe(
    dynamo: Dynamo, writes: list[Write], calls: int, error: Callable[..., Exception]
) -> None:
    """Nothing is ever added twice, and no condition fails on our own first try."""
    counting = dynamo.breaks(error(endpoint_url="https://dynamodb", error="bad record mac"))
    with pytest.raises(LostAnswerError):
        dynamo.table.write(writes)
    assert counting.calls == calls


@pytest.mark.parametrize(("code", "status"), [("InternalServerError", 500), ("ServiceUnavailable", 503)])
def test_a_fault_of_the_service_leaves_a_write_open(dynamo: Dynamo, code: str, status: int) -> None:
    """A 5xx may have been written."""
    dynamo.fails("update_item", code, status)
    with pytest.raises(LostAnswerError):
        dynamo.table.write([Update(A, adds={"n": 1})])


def test_a_transaction_still_at_work_is_an_open_one(dynamo: Dynamo) -> None:
    """Asked about with the same token until patience ends; then it may yet be written."""
    dynamo.fails("transact_write_items", "TransactionInProgressException", times=4)
    with pytest.raises(LostAnswerError):
        dynamo.table.write(TWO)


def test_the_repeats_of_a_transaction_share_a_token_and_no_two_transactions_do(dynamo: Dynamo) -> None:
    """So DynamoDB makes a repeated one once."""
    tokens: list[str] = []
    dynamo.client.meta.events.register(
        "before-parameter-build.dynamodb.TransactWriteItems",
        lambda params, **_: tokens.append(params["ClientRequestToken"]),
    )
    for _ in range(2):
        dynamo.fails("transact_write_items", "InternalServerError", 500)
        dynamo.stub.add_response("transact_write_items", {})
        dynamo.table.write(TWO)
    assert tokens[0] == tokens[1] != tokens[2] == tokens[3]
    assert all(0 < len(token) <= 36 for token in tokens)


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
        NoCredentialsError(),
    ],
)
def test_what_was_never_sent_is_tried_again_and_then_unavailable(dynamo: Dynamo, error: Exception) -> None:
    """Even an addition may be sent again when the connection never stood."""
    counting = dynamo.breaks(error)
    with pytest.raises(UnavailableError):
        dynamo.table.write([Update(A, adds={"n": 1})])
    assert counting.calls == 4


@pytest.mark.parametrize(
    "read", [lambda table: table.get([A]), lambda table: table.query("p"), lambda table: table.index("catalogue", "v")]
)
def test_a_read_is_never_half_done(dynamo: Dynamo, read: Callable[[DynamoTable], object]) -> None:
    """A read whose answer is lost is simply unavailable, after it was repeated."""
    counting = dynamo.breaks(ReadTimeoutError(endpoint_url="https://dynamodb"))
    with pytest.raises(UnavailableError):
        read(dynamo.table)
    assert counting.calls == 4


def test_keys_left_unread_are_asked_for_again(dynamo: Dynamo) -> None:
    """DynamoDB may answer a part; the rest is asked for after a pause, and throttled is said only without any progress."""
    keys = [{"pk": {"S": key[0]}, "sk": {"S": key[1]}} for key in (A, B)]
    rest = {"ledger": {"Keys": keys[1:], "ConsistentRead": True}}
    dynamo.stub.add_response("batch_get_item", {"Responses": {"ledger": [keys[0]]}, "UnprocessedKeys": rest})
    dynamo.stub.add_response("batch_get_item", {"Responses": {"ledger": []}, "UnprocessedKeys": rest})
    dynamo.stub.add_response("batch_get_item", {"Responses": {"ledger": [keys[1]]}, "UnprocessedKeys": {}})
    assert set(dynamo.table.get([A, B])) == {A, B}
    for _ in range(5):
        dynamo.stub.add_response("batch_get_item", {"Responses": {"ledger": []}, "UnprocessedKeys": rest})
    with pytest.raises(ThrottledError):
        dynamo.table.get([B])


def test_writes_side_by_side_stop_at_a_failure(dynamo: Dynamo) -> None:
    """One lost answer among independent writes is the answer of all: the caller writes them again."""
    dynamo.breaks(ReadTimeoutError(endpoint_url="https://dynamodb"))
    with pytest.raises(LostAnswerError):
        dynamo.table.write_each([Update((f"CELL#{number}", "STATE"), adds={"n": 1}) for number in range(30)])


def test_the_cost_of_every_call_is_told() -> None:
    """The units DynamoDB counts, by operation; nobody listening, they are not even asked for."""
    seen: list[Usage] = []
    dynamodb = unreachable_client("dynamodb")
    table = DynamoTable(dynamodb, "ledger", ManualClock(), SeededEntropy(), observe=seen.append)
    with Stubber(dynamodb) as stub:
        stub.add_response("transact_write_items", {"ConsumedCapacity": [{"TableName": "l", "CapacityUnits": 4.0}]})
        stub.add_response("put_item", {"ConsumedCapacity": {"TableName": "l", "CapacityUnits": 1.0}})
        stub.add_response("query", {"Items": [], "ConsumedCapacity": {"TableName": "l", "CapacityUnits": 0.5}})
        table.write(TWO)
        table.write(TWO[:1])
        table.query("p")
    assert seen == [Usage("TransactWriteItems", 2, 4.0), Usage("PutItem", 1, 1.0), Usage("Query", 0, 0.5)]
