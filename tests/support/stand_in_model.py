"""A planning model that needs no mapping and plans nothing, for tests to say otherwise of what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tieout.planning.cells import Contribution
from tieout.planning.mapping import MappingKey


class StandInModel:
    """What settling asks a planning model."""

    def mapping_keys(self, _connection: str, _fact: object, _found: Mapping[MappingKey, str]) -> frozenset[MappingKey]:
        """No mapping is needed."""
        return frozenset()

    def implied(self, _entries: Iterable[MappingKey]) -> Mapping[MappingKey, str]:
        """Nobody owns anything."""
        return {}

    def used(self, found: Mapping[MappingKey, str]) -> Mapping[MappingKey, str]:
        """What was found."""
        return found

    def contributions(self, *_: object) -> tuple[Contribution, ...]:
        """Nothing is planned."""
        return ()
