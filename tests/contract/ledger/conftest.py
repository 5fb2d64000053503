"""The fakes of `tests.support` and the adapters on an emulated AWS, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.clock import ManualClock, SeededEntropy
from tests.support.journalled_table import RecalledTwin
from tests.support.memory_table import MemoryTable
from tests.support.moto_aws import EmulatedAws, emulated_aws
from tests.support.moto_queue import sqs_lives_by
from tests.support.queue_pair import QueuePair
from tieout.aws.dynamo import DynamoTable
from tieout.ledger.table import Table, Usage

# Where moto 5.2 is not DynamoDB: part of a test's name, and what the real one does.
MOTO_GAPS = {
    "number-is-no-flag": "DynamoDB never finds the number 1 equal to the truth value true",
    "indexed-number": "DynamoDB refuses an indexed attribute of another type than the index declares",
}


@pytest.fixture(scope="module")
def aws() -> Iterator[EmulatedAws]:
    """An emulated AWS for a whole module."""
    with emulated_aws() as emulated:
        yield emulated


@pytest.fixture
def clock() -> ManualClock:
    """The time everything lives by."""
    return ManualClock()


@pytest.fixture
def usages() -> list[Usage]:
    """What every call to the table cost."""
    return []


@pytest.fixture(params=["memory", "dynamo"])
def table(request: pytest.FixtureRequest, clock: ManualClock, usages: list[Usage]) -> Iterator[Table]:
    """An empty table of either kind; what the emulation gets wrong is expected to fail, so that we hear when it no longer does."""
    if request.param != "dynamo":
        yield MemoryTable(observe=usages.append) if request.param == "memory" else RecalledTwin(clock)
        return
    for case, gap in MOTO_GAPS.items():
        if case in request.node.name:
            request.applymarker(pytest.mark.xfail(reason=gap))
    aws: EmulatedAws = request.getfixturevalue("aws")
    name = aws.create_ledger()
    yield DynamoTable(aws.dynamodb, name, clock, SeededEntropy(), observe=usages.append)
    aws.dynamodb.delete_table(TableName=name)


@pytest.fixture(params=["memory", "sqs"])
def opening(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Callable[..., QueuePair]]:
    """Opens a queue and its dead-letter queue of either kind."""
    aws = request.getfixturevalue("aws") if request.param == "sqs" else None
    with sqs_lives_by(clock):
        yield lambda **options: QueuePair(aws, clock, **options)
