"""The ledger's table in DynamoDB: implements `tieout.ledger.table.Table`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tieout.aws.expressions import Request, is_repeatable, kind_of, request_of
from tieout.aws.failures import Patience, code_of, is_throttle, refusal
from tieout.aws.values import decoded_item, encoded_key
from tieout.errors import ConflictError, LostAnswerError, ThrottledError, TieoutError, UnavailableError
from tieout.ledger.table import (
    INDEXES,
    MAX_TRANSACTION_WRITES,
    Check,
    ConditionFailedError,
    Cursor,
    Item,
    Key,
    Page,
    RefusedRequestError,
    Usage,
    Write,
)
from tieout.ports import Clock, Entropy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_GET_KEYS = 100  # BatchGetItem's most
_MAX_PARTITION_KEY_BYTES = 2048
_MAX_SORT_KEY_BYTES = 1024
_PARALLEL_WRITES = 8
_GETS_WITHOUT_PROGRESS = 5
_FAILED_CONDITIONS = frozenset({"ConditionalCheckFailed", "ConditionalCheckFailedException"})
_CONFLICTS = frozenset({"TransactionConflict", "TransactionConflictException", "ReplicatedWriteConflictException"})
_REFUSALS = frozenset(
    {"ValidationError", "ValidationException", "SerializationException", "IdempotentParameterMismatchException"}
)


class DynamoTable:
    """One DynamoDB table with its two indexes.

    Args:
        client: must make every call once (no retries of its own): only this class knows which may be made again.
        observe: told what every call cost; costs nothing where it is None.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        name: str,
        clock: Clock,
        entropy: Entropy,
        *,
        observe: Callable[[Usage], None] | None = None,
    ) -> None:
        self._client = client
        self._name = name
        self._entropy = entropy
        self._patience = Patience(clock, entropy)
        self._observe = observe

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """The items there are of those keys, read consistently each."""
        found: dict[Key, Item] = {}
        for chunk in batched(dict.fromkeys(filter(_is_possible, keys)), _GET_KEYS, strict=False):
            found.update(self._get(chunk))
        return found

    def write(self, writes: Sequence[Write]) -> None:
        """All of up to 100 writes, or none: one alone costs half of what a transaction would."""
        if len(writes) == 1 and not isinstance(writes[0], Check):
            self._write_one(writes[0])
            return
        if not 0 < len(writes) <= MAX_TRANSACTION_WRITES:
            raise RefusedRequestError("a transaction has 1 to 100 writes")
        elements = [{kind_of(write): request_of(write, self._name)} for write in writes]
        request = {"TransactItems": elements, "ClientRequestToken": self._entropy.token()}
        self._call("TransactWriteItems", request, writes, repeatable=True)

    def write_each(self, writes: Sequence[Write]) -> Sequence[Key]:
        """Each write on its own, up to eight at a time; the keys of those whose condition did not hold."""
        alone = len(writes) < 2  # noqa: PLR2004 a thread pays from the second on
        failed = [self._condition_failed(write) for write in writes] if alone else self._in_parallel(writes)
        return [write.key for write, has_failed in zip(writes, failed, strict=True) if has_failed]

    def query(
        self,
        partition: str,
        *,
        prefix: str = "",
        limit: int = 1000,
        after: Cursor | None = None,
        newest_first: bool = False,
    ) -> Page:
        """Items of a partition whose sort key starts with `prefix`, in the order of sort keys, read consistently."""
        request: Request = {
            "KeyConditionExpression": "#0=:0",
            "ExpressionAttributeNames": {"#0": "pk"},
            "ExpressionAttributeValues": {":0": {"S": partition}},
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        return self._page(_narrowed(request, "sk", prefix), limit, after)

    def index(
        self,
        name: str,
        value: str,
        *,
        prefix: str = "",
        behind: str = "",
        limit: int = 1000,
        after: Cursor | None = None,
    ) -> Page:
        """Items whose indexed attribute has `value`, in order of their partition keys, a moment behind the table."""
        request: Request = {
            "IndexName": name,
            "KeyConditionExpression": "#0=:0",
            "ExpressionAttributeNames": {"#0": INDEXES[name].attribute},
            "ExpressionAttributeValues": {":0": {"S": value}},
        }
        return self._page(_narrowed(request, "pk", prefix, behind), limit, after)

    def _get(self, keys: Sequence[Key]) -> list[tuple[Key, Item]]:
        found: list[tuple[Key, Item]] = []
        pending: dict[str, Any] | None = {"Keys": [encoded_key(key) for key in keys], "ConsistentRead": True}
        fruitless = 0
        while pending:
            answer = self._call("BatchGetItem", {"RequestItems": {self._name: pending}}, (), repeatable=True)
            page = answer.get("Responses", {}).get(self._name, [])
            found += [decoded_item(attributes) for attributes in page]
            pending = answer.get("UnprocessedKeys", {}).get(self._name)
            fruitless = 0 if page else fruitless + 1
            if pending and fruitless >= _GETS_WITHOUT_PROGRESS:
                raise ThrottledError("BatchGetItem leaves keys unread")
            if pending:
                self._patience.pause(fruitless)
        return found

    def _page(self, request: Request, limit: int, after: Cursor | None) -> Page:
        request |= {"TableName": self._name, "Limit": limit}
        if after is not None:
            request["ExclusiveStartKey"] = after
        answer = self._call("Query", request, (), repeatable=True)
        return Page(tuple(map(decoded_item, answer["Items"])), answer.get("LastEvaluatedKey"))

    def _write_one(self, write: Write) -> None:
        request = request_of(write, self._name)
        self._call(f"{kind_of(write)}Item", request, (write,), repeatable=is_repeatable(write))

    def _condition_failed(self, write: Write) -> bool:
        try:
            self.write((write,))
        except ConditionFailedError:
            return True
        return False

    def _in_parallel(self, writes: Sequence[Write]) -> list[bool]:
        """Stops at the first failure that is no failed condition: what had not begun by then is not made."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 only the deliver step comes here

        with ThreadPoolExecutor(min(_PARALLEL_WRITES, len(writes))) as pool:
            return list(pool.map(self._condition_failed, writes))  # which, left by an error, cancels the others

    def _call(self, operation: str, request: Request, writes: Sequence[Write], *, repeatable: bool) -> Any:  # noqa: ANN401
        if self._observe is not None:
            request["ReturnConsumedCapacity"] = "TOTAL"
        make = _OPERATIONS[operation]
        try:
            answer = self._patience.call(lambda: make(self._client)(**request), repeatable=repeatable)
        except ClientError as error:
            raise _refused(error, writes) from error
        except LostAnswerError as error:
            if writes:
                raise
            raise UnavailableError(str(error)) from error  # a read has no effect to be unsure of
        if self._observe is not None:
            self._observe(_usage(operation, answer, len(writes)))
        return answer


_OPERATIONS: Mapping[str, Callable[[DynamoDBClient], Callable[..., Any]]] = {
    "BatchGetItem": lambda client: client.batch_get_item,
    "DeleteItem": lambda client: client.delete_item,
    "PutItem": lambda client: client.put_item,
    "Query": lambda client: client.query,
    "TransactWriteItems": lambda client: client.transact_write_items,
    "UpdateItem": lambda client: client.update_item,
}


def _narrowed(request: Request, sort_key: str, prefix: str, behind: str = "") -> Request:
    """The query for those alone whose sort key starts with `prefix` or is behind one; empty ones narrow nothing."""
    if prefix or behind:
        request["KeyConditionExpression"] += " AND begins_with(#1,:1)" if prefix else " AND #1>:1"
        request["ExpressionAttributeNames"]["#1"] = sort_key
        request["ExpressionAttributeValues"][":1"] = {"S": prefix or behind}
    return request


def _is_possible(key: Key) -> bool:
    """Whether an item can have this key: DynamoDB refuses to be asked for others."""
    return 0 < len(key[0].encode()) <= _MAX_PARTITION_KEY_BYTES and 0 < len(key[1].encode()) <= _MAX_SORT_KEY_BYTES


def _refused(error: ClientError, writes: Sequence[Write]) -> TieoutError:
    """What an answer that refuses the request says: why a transaction was cancelled, item by item, or why at all."""
    answer: Mapping[str, Any] = error.response
    reasons = [str(reason.get("Code")) for reason in answer.get("CancellationReasons", ())]
    if not reasons:
        reasons = [code_of(error)] * len(writes)
    codes = {*reasons, code_of(error)}
    failed = [write.key for write, reason in zip(writes, reasons, strict=True) if reason in _FAILED_CONDITIONS]
    if failed:
        return ConditionFailedError(failed)
    if codes & _CONFLICTS:
        return ConflictError("another transaction is on one of the items")
    if any(map(is_throttle, codes)):
        return ThrottledError("a transaction was throttled")
    if codes & _REFUSALS:
        return RefusedRequestError(str(answer.get("Error", {}).get("Message", code_of(error))))
    return refusal(error)


def _usage(operation: str, answer: Mapping[str, Any], writes: int) -> Usage:
    """The units DynamoDB counted."""
    consumed = answer.get("ConsumedCapacity") or []
    parts = [consumed] if isinstance(consumed, Mapping) else consumed
    found = len(answer.get("Items", ())) + sum(map(len, answer.get("Responses", {}).values()))
    return Usage(operation, writes or found, sum(float(part.get("CapacityUnits", 0)) for part in parts))
