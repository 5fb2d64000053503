"""A table in memory whose calls take time on a simulated clock, and whose transactions meet each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.simulation.schedule import Schedule
from tests.support.memory_table import MemoryTable
from tieout.errors import ConflictError
from tieout.ledger.table import Usage, Write

AWS_MS, TRANSACTION_MS = 10, 25  # assumed: a call, and one that writes several items


class ContendedTable(MemoryTable):
    """A table of which every call takes time; a write that meets another under way on an item is cancelled, as by DynamoDB.

    Attributes:
        transactions, conflicts: how many writes by transaction there were, and how many of those were cancelled.
    """

    def __init__(self, schedule: Schedule, slower: int, observe: Callable[[Usage], None]) -> None:
        super().__init__(observe=observe, io=self._takes_time)
        self._schedule, self._slower = schedule, slower
        self._under_way: set[tuple[str, str]] = set()
        self.transactions = self.conflicts = 0

    def _takes_time(self, point: str) -> None:
        if point.startswith("before") and ".write" not in point:
            self._schedule.rest(AWS_MS * self._slower)

    def _call(self, operation: str, writes: Sequence[Write]) -> None:
        touched = {write.key for write in writes}
        is_transaction = len(writes) > 1
        self.transactions += is_transaction
        if touched & self._under_way:
            self.conflicts += is_transaction
            self._schedule.rest(AWS_MS * self._slower)
            raise ConflictError("another transaction is on one of the items")
        self._under_way |= touched
        try:
            self._schedule.rest(
                TRANSACTION_MS * self._slower if is_transaction else 1
            )  # writes alone go eight at a time
            super()._call(operation, writes)
        finally:
            self._under_way -= touched
