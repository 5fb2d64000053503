"""Duties are segregated by IAM as it is deployed: who reads changes nothing, who operates closes no books, who controls does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.identity import acting_as, session_in
from sandbox.running import Sandbox
from tests.e2e.commands import Tieout
from tests.e2e.test_a_role_does_its_own_step import refused
from tieout.errors import TieoutError
from tieout.operator_log import key_of

type Clients = Callable[[str, str], Any]


@pytest.fixture(name="clients")
def _clients(sandbox: Sandbox) -> Clients:
    """Clients with the rights of somebody's role, past the commands."""

    def client(person: str, service: str) -> Any:  # noqa: ANN401 boto3 makes its clients at run time
        named = acting_as.set(person)
        try:
            return session_in(sandbox.endpoints()).client(service, endpoint_url=sandbox.aws.endpoint_url)  # type: ignore[call-overload]
        finally:
            acting_as.reset(named)

    return client


def test_each_duty_does_its_own(sandbox: Sandbox, tieout: Tieout, clients: Clients) -> None:
    """By the commands, and where somebody goes past them; what was done is in the log, which nobody can write again."""

    def writes(person: str, partition: str) -> bool:
        table, named = clients(person, "dynamodb"), {"TableName": sandbox.outputs["LedgerTableName"]}
        item = {"pk": {"S": partition}, "sk": {"S": "probe"}}
        if refused(lambda: table.put_item(**named, Item=item)):
            return False
        table.delete_item(**named, Key=item)
        return True

    def rewrites(person: str) -> bool:
        named = {"Bucket": sandbox.outputs["OperatorLogBucketName"], "Key": key_of(1)}
        return not refused(lambda: clients(person, "s3").put_object(**named, Body=b"{}"))

    def undoes(person: str) -> bool:
        named = {"TableName": sandbox.outputs["LedgerTableName"]}
        gate = {"pk": {"S": "GATE#000"}, "sk": {"S": "STATE"}}
        is_open = {"Key": gate, "ConditionExpression": "attribute_not_exists(never)", **named}
        cell = {"Item": {"pk": {"S": "CELL#probe"}, "sk": {"S": "probe"}}, **named}
        both: list[Any] = [{"ConditionCheck": is_open}, {"Put": cell}]
        return not refused(lambda: clients(person, "dynamodb").transact_write_items(TransactItems=both))

    put = ("mappings", "put", "customer", "7777", "DUTIES", "--connection", "hubspot-emea")
    close = ("periods", "close", "2031-01", "--entity", "EMEA", "--reason", "month end")
    assert tieout("--as", "auditor", "periods", "list") is not None
    with pytest.raises((TieoutError, ClientError)):
        tieout("--as", "auditor", *put)
    with pytest.raises((TieoutError, ClientError)):
        tieout("--as", "operator", *close)
    tieout("--as", "operator", *put)
    [closed] = tieout("--as", "controller", *close)["changed"]
    assert closed["by"].endswith("/controller")
    assert tieout("--as", "auditor", "log", "verify")["holds"]
    logged = [
        (row["who"].rpartition("/")[2], row["command"], row["end"]) for row in tieout("log", "list", "--limit", "3")
    ]
    assert logged == [
        ("controller", "periods close", "done"),
        ("operator", "mappings put", "done"),
        ("operator", "periods close", "refused"),
    ]
    partitions = ("BOOKS", "GATE#probe", "LATE#probe", "MAP#probe", "CELL#probe", "FACT#probe")
    may = {who: [each for each in partitions if writes(who, each)] for who in ("auditor", "operator", "controller")}
    assert may == {
        "auditor": [],
        "operator": ["MAP#probe", "CELL#probe"],
        "controller": ["BOOKS", "GATE#probe", "LATE#probe", "MAP#probe"],
    }
    assert not rewrites("controller")
    assert [undoes(who) for who in ("auditor", "operator", "controller")] == [False, True, False]
    tieout("--as", "controller", "periods", "reopen", "2031-01", *close[3:])
