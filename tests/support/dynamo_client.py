"""A stand-in for botocore's DynamoDB client that answers as a test tells it, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from tests.support.clock import FixedEntropy, NotedClock
from tieout.aws.dynamo import DynamoTable

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class AskedClient:
    """Answers every call by `answer`.

    Attributes:
        asked: operation and parameters of every call, in order.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]:
        """The operation of that name."""

        def call(**parameters: Any) -> Mapping[str, Any]:  # noqa: ANN401 as botocore takes them
            self.asked.append((operation, parameters))
            return self._answer(parameters)

        return call


def table_over(client: AskedClient, clock: NotedClock | None = None, chance: float = 1.0) -> DynamoTable:
    """The ledger's table over a stand-in."""
    return DynamoTable(cast("Any", client), "ledger", clock or NotedClock(), FixedEntropy(chance))
