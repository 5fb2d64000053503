"""The same histories over DynamoDB as moto has it: every call of a simulated day is made there too, and must agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.simulation import line
from tests.simulation.seeds import judge
from tests.simulation.watching import WatchedTable
from tests.simulation.weather import Weather
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.moto_aws import EmulatedAws, emulated_aws
from tieout.aws.dynamo import DynamoTable
from tieout.ledger.table import ConditionFailedError, Item, Key, Page, Write

SEEDS = [2, 3, 5, 8, 13, 21]


class MirroredTable(WatchedTable):
    """The simulation's table, whose every effect and answer is compared with DynamoDB's.

    What nobody tried to write since DynamoDB was asked for it is not asked for again.
    """

    def __init__(self, weather: Weather, *, index_lag: int, aws: EmulatedAws, name: str) -> None:
        super().__init__(weather, index_lag=index_lag)
        self.mirror = DynamoTable(aws.dynamodb, name, ManualClock(), SeededEntropy(1))
        self.agreed = 0
        self._known: set[Key] = set()
        self._known_prefixes: dict[str, set[str]] = {}  # partition to those it was asked for by

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """As the simulation's; then DynamoDB is asked for the same keys (others may have worked in between)."""
        found = super().get(keys)
        asked = [key for key in keys if key not in self._known]
        if asked:
            assert self.mirror.get(asked) == {key: self._items[key] for key in asked if key in self._items}
            self.agreed += 1
            self._known.update(asked)
        return found

    def query(self, partition: str, *, prefix: str = "", **how: Any) -> Page:  # noqa: ANN401 passed on
        """As the simulation's; then DynamoDB is asked for the same partition."""
        page = super().query(partition, prefix=prefix, **how)
        known = self._known_prefixes.setdefault(partition, set())
        if prefix not in known:
            present = {
                key: item for key, item in self._items.items() if key[0] == partition and key[1].startswith(prefix)
            }
            assert list(self.mirror.query(partition, prefix=prefix).items) == sorted(present.items())
            self.agreed += 1
            known.add(prefix)
        return page

    def _apply(self, writes: Sequence[Write]) -> None:
        for write in writes:
            self._known.discard(write.key)
            self._known_prefixes.pop(write.key[0], None)
        refused = self._refused(lambda: super(MirroredTable, self)._apply(writes))
        assert self._refused(lambda: self.mirror.write(writes)) == refused
        self.agreed += 1
        if refused:
            raise ConditionFailedError(sorted(refused))

    @staticmethod
    def _refused(write: Callable[[], None]) -> set[Key]:
        """The keys whose conditions failed."""
        try:
            write()
        except ConditionFailedError as error:
            return set(error.keys)
        return set()


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[MirroredTable]]:
    """The tables of the simulated days of a test."""
    tables: list[MirroredTable] = []
    with emulated_aws() as aws:

        def table(weather: Weather, *, index_lag: int) -> MirroredTable:
            name = aws.create_ledger(f"ledger-{len(tables)}")
            tables.append(MirroredTable(weather, index_lag=index_lag, aws=aws, name=name))
            return tables[-1]

        monkeypatch.setattr(line, "WatchedTable", table)
        yield tables


@pytest.mark.parametrize("seed", SEEDS)
def test_a_simulated_day_is_the_same_day_over_dynamodb(seed: int, mirrored: list[MirroredTable]) -> None:
    """Faults, races and crashes included, both tables hold the same at the end, and planning is right."""
    judgement = judge(seed)
    assert not judgement.violations, str(judgement)
    [table] = mirrored
    contents = table.contents()
    assert table.mirror.get(list(contents)) == contents
    assert table.agreed > 50
