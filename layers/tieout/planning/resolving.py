"""Looks mapping entries up while a fact is planned, or finds out which ones planning it would ask for."""

from __future__ import annotations

from tieout.planning.mapping import Found, MappingKey, Table


class MissingEntryError(Exception):
    """A fact cannot be planned before the entry `key` exists."""

    def __init__(self, key: MappingKey) -> None:
        super().__init__(str(key))
        self.key = key


class Resolver:
    """Looks entries up, or says which is missing."""

    def __init__(self, connection: str, found: Found) -> None:
        self._connection = connection
        self._found = found

    def entry(self, key: MappingKey) -> str:
        """What an entry says; `MissingEntryError` where there is none."""
        value = self._found.get(key)
        if value is None:
            raise MissingEntryError(key)
        return value

    def member(self, table: str, value: str) -> str:
        """What a value of the source is called in planning; `MissingEntryError` where nobody has said."""
        return self.entry(MappingKey(self._connection, table, value))


class Asked(Resolver):
    """Remembers what is asked for instead of looking it up; answers with a value every table accepts."""

    def __init__(self, connection: str) -> None:
        super().__init__(connection, {})
        self.keys: set[MappingKey] = set()

    def entry(self, key: MappingKey) -> str:
        """A value the entry could have."""
        self.keys.add(key)
        if key.table == Table.STAGE:
            return "prospect"
        return "2000-01" if key.table == Table.PERIOD else "1"
