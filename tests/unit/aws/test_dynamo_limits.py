"""What one call to DynamoDB may carry, how often it is made, and how long is waited between."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from tests.support.clock import NotedClock
from tests.support.dynamo_client import AskedClient, table_over
from tieout.aws.expressions import request_of
from tieout.aws.values import encoded_key
from tieout.errors import LostAnswerError, ThrottledError, UnavailableError
from tieout.ledger.table import Key, Put, RefusedRequestError, Update

A: Key = ("CELL#a", "STATE")


def keys(count: int) -> list[Key]:
    """So many keys."""
    return [(f"CELL#{number}", "STATE") for number in range(count)]


def everything(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer of a table that has every item asked for."""
    asked = parameters["RequestItems"]["ledger"]["Keys"]
    return {"Responses": {"ledger": [each | {"x": {"N": "1"}} for each in asked]}, "UnprocessedKeys": {}}


@pytest.mark.parametrize(("count", "calls"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_a_hundred_keys_are_read_by_one_call(count: int, calls: list[int]) -> None:
    """BatchGetItem refuses a hundred and first."""
    client = AskedClient(everything)
    assert table_over(client).get(keys(count)).keys() == set(keys(count))
    assert [len(parameters["RequestItems"]["ledger"]["Keys"]) for _, parameters in client.asked] == calls


@pytest.mark.parametrize("letter", ["a", "ß"])
@pytest.mark.parametrize(("more", "is_asked_for"), [(0, True), (1, False)])
@pytest.mark.parametrize("place", [0, 1])
def test_a_key_no_item_can_have_is_not_asked_for(place: int, more: int, letter: str, *, is_asked_for: bool) -> None:
    """DynamoDB would refuse it, and with it ninety-nine others: a partition key has 1 to 2,048 bytes, a sort key 1 to 1,024."""
    size = (2048, 1024)[place]
    long = letter * (size // len(letter.encode())) + "a" * more
    key = (long, "STATE") if place == 0 else ("CELL", long)
    client = AskedClient(everything)
    assert (key in table_over(client).get([key, A])) is is_asked_for
    empty, shortest = (("", "STATE"), ("C", "STATE")) if place == 0 else (("CELL", ""), ("CELL", "S"))
    assert table_over(client).get([empty, shortest]).keys() == {shortest}


@pytest.mark.parametrize(("number", "is_taken"), [(10**38 - 1, True), (10**38, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_has_thirty_eight_digits_at_most(number: int, sign: int, *, is_taken: bool) -> None:
    """DynamoDB would round a longer one without a word, and these are amounts of money."""
    if is_taken:
        assert request_of(Put(A, {"x": sign * number}), "ledger")["Item"]["x"] == {"N": str(sign * number)}
    else:
        with pytest.raises(RefusedRequestError):
            request_of(Put(A, {"x": sign * number}), "ledger")


def expression_of(*, sets: int, removes: int) -> str:
    """The expression of an update that sets and removes so many attributes."""
    update = Update(A, sets={f"s{n}": 1 for n in range(sets)}, removes=tuple(f"r{n}" for n in range(removes)))
    expression: str = request_of(update, "ledger")["UpdateExpression"]
    return expression


def test_an_expression_has_four_kilobytes_at_most() -> None:
    """One byte more is refused for good, not tried again for three hours."""
    assert len(expression_of(sets=0, removes=840)) == 4096
    assert len(expression_of(sets=4, removes=832)) == 4097 - len(",#836")
    with pytest.raises(RefusedRequestError):
        expression_of(sets=4, removes=833)


@pytest.mark.parametrize("nothing", [{"Responses": {"ledger": []}}, {"Responses": {}}, {}])
@pytest.mark.parametrize(("fruitless", "is_read"), [(4, True), (5, False)])
def test_keys_left_unread_five_times_in_a_row_are_given_up(
    fruitless: int, nothing: Mapping[str, Any], *, is_read: bool
) -> None:
    """Any progress starts the count anew; the pauses double and are chance."""
    left = {"ledger": {"Keys": [encoded_key(A)]}}
    answers = [{**nothing, "UnprocessedKeys": left}] * fruitless + [{"Responses": {"ledger": [encoded_key(A)]}}]
    clock = NotedClock()
    client = AskedClient(lambda _: answers[len(client.asked) - 1])
    if is_read:
        assert table_over(client, clock).get([A]) == {A: {}}
        assert clock.slept == pytest.approx([0.1, 0.2, 0.4, 0.8])
    else:
        with pytest.raises(ThrottledError):
            table_over(client, clock).get([A])
    assert len(client.asked) == 5


def test_progress_starts_the_count_of_fruitless_reads_anew() -> None:
    """A table under load gives a few keys a call: as long as it does, it is asked."""
    wanted = keys(20)
    given = [encoded_key(each) for each in wanted]

    def slowly(_: Mapping[str, Any]) -> Mapping[str, Any]:
        call = len(client.asked)
        found = given[call // 4 - 1 : call // 4] if call % 4 == 0 else []
        left = {"ledger": {"Keys": given[call // 4 :]}} if call < 80 else {}
        return {"Responses": {"ledger": found}, "UnprocessedKeys": left}

    client, clock = AskedClient(slowly), NotedClock()
    assert table_over(client, clock).get(wanted).keys() == set(wanted)
    assert len(client.asked) == 80
    assert clock.slept == pytest.approx([*([0.1, 0.2, 0.4, 0.05] * 20)[:-1]])


def throttled(_: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table that wants fewer calls."""
    raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")


def out_of_reach(_: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table that cannot be reached."""
    raise ConnectTimeoutError(endpoint_url="https://dynamodb.test")


@pytest.mark.parametrize(("answer", "error"), [(throttled, ThrottledError), (out_of_reach, UnavailableError)])
@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_call_is_made_four_times_with_pauses_of_chance(
    answer: Any,  # noqa: ANN401 one of the above
    error: type[Exception],
    chance: float,
) -> None:
    """All functions meet the same throttle: in step they would meet it again."""
    client, clock = AskedClient(answer), NotedClock()
    with pytest.raises(error):
        table_over(client, clock, chance).write([Put(A, {"x": 1})])
    assert len(client.asked) == 4
    assert clock.slept == pytest.approx([chance * each for each in (0.1, 0.2, 0.4)])


@pytest.mark.parametrize(("writes", "at_once"), [(1, 1), (2, 2), (8, 8), (9, 8)])
def test_eight_writes_are_made_side_by_side(writes: int, at_once: int) -> None:
    """As many as the client keeps connections for; the others wait their turn."""
    running, most = 0, 0
    lock, full = threading.Lock(), threading.Event()

    def slow(_: Mapping[str, Any]) -> Mapping[str, Any]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == at_once:
                full.set()
        full.wait(5)
        time.sleep(0.05)  # one more that does not wait its turn would come now
        with lock:
            running -= 1
        return {}

    client = AskedClient(slow)
    assert table_over(client).write_each([Put(key, {"x": 1}) for key in keys(writes)]) == []
    assert len(client.asked) == writes
    assert most == at_once


def test_what_had_not_begun_when_a_write_failed_is_not_made() -> None:
    """The caller writes all of them again: of thousands, few more are made than are on their way."""

    def breaking(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        if parameters["Key"] == encoded_key(A):
            raise ReadTimeoutError(endpoint_url="https://dynamodb.test")
        time.sleep(0.01)
        return {}

    client = AskedClient(breaking)
    writes = [Update(key, adds={"n": 1}) for key in (A, *keys(2000))]
    with pytest.raises(LostAnswerError):
        table_over(client).write_each(writes)
    assert len(client.asked) < len(writes)


def test_a_write_alone_needs_no_thread() -> None:
    """Most deliveries have one; a thread would cost more than the others' waiting saves."""
    threads: list[int] = []

    def noting(_: Mapping[str, Any]) -> Mapping[str, Any]:
        threads.append(threading.get_ident())
        return {}

    table_over(AskedClient(noting)).write_each([Put(A, {"x": 1})])
    assert threads == [threading.get_ident()]


@pytest.mark.parametrize(("count", "is_taken"), [(0, False), (2, True), (100, True), (101, False)])
def test_a_transaction_has_one_to_a_hundred_writes(count: int, *, is_taken: bool) -> None:
    """What would be refused is not sent."""
    client = AskedClient(lambda _: {})
    writes = [Put(key, {"x": 1}) for key in keys(count)]
    if is_taken:
        table_over(client).write(writes)
    else:
        with pytest.raises(RefusedRequestError):
            table_over(client).write(writes)
    assert [len(parameters["TransactItems"]) for _, parameters in client.asked] == ([count] if is_taken else [])
