"""Reads the records of one batch; what strikes one of them costs no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import PermanentError, TransientError, UnreadableRecordError
from tieout.facts.reading import Reading, reading_of
from tieout.systems.dynamics_sales import masters, queries, translate
from tieout.systems.dynamics_sales.answers import Row
from tieout.systems.dynamics_sales.client import DataverseClient
from tieout.systems.dynamics_sales.context import guid_of
from tieout.systems.dynamics_sales.options import Options
from tieout.systems.dynamics_sales.queries import Query

_Keys = Mapping[str, RecordKey]
_Readings = Mapping[RecordKey, Reading]


class OneRead:
    """One call of `read`: once Dataverse did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, client: DataverseClient, options: Options) -> None:
        self._client = client
        self._options = options
        self._asking = Asking()
        self._read_of: Mapping[str, Callable[[_Keys, Sequence[str]], _Readings]] = {
            "opportunity": self._opportunities,
            "line_item": self._products,
            **{each: partial(self._masters, each) for each in options.master_data},
        }

    def read(self, keys: Sequence[RecordKey]) -> _Readings:
        """See `DataverseReader.read`."""
        readings: dict[RecordKey, Reading] = {}
        wanted: dict[str, dict[str, RecordKey]] = {each: {} for each in self._read_of}
        for key in keys:
            if key.entity in wanted and queries.is_record_id(key.record_id):
                wanted[key.entity][key.record_id] = key
            elif key.entity in queries.TABLES.keys() - wanted.keys():
                readings[key] = translate.part_statement(key, ())
            else:
                readings[key] = UnreadableRecordError(f"Dataverse has no {key.entity} of that id to complete")
        for entity, by_id in wanted.items():
            for ids in queries.in_chunks(by_id):
                readings |= self._chunk(entity, {each: by_id[each] for each in ids})
        return readings

    def _chunk(self, entity: str, keys: _Keys, lacking: Sequence[str] = ()) -> _Readings:
        """Read one chunk; where one record spoils the whole answer, its halves, and at last it alone without its name."""
        try:
            return self._read_of[entity](keys, lacking)
        except UnreadableRecordError as error:
            if len(keys) > 1:
                items, middle = list(keys.items()), len(keys) // 2
                return {**self._chunk(entity, dict(items[:middle])), **self._chunk(entity, dict(items[middle:]))}
            return dict.fromkeys(keys.values(), error) if lacking else self._chunk(entity, keys, (queries.FREE_TEXT,))
        except (TransientError, PermanentError) as error:
            return dict.fromkeys(keys.values(), error)

    def _opportunities(self, keys: _Keys, lacking: Sequence[str]) -> _Readings:
        found = self._asked(queries.opportunities(keys, self._options).without(lacking))
        rows = {guid_of(row.get(queries.OPPORTUNITY_ID)): row for row in found}
        shown = [each for each in keys if each in rows]
        products: dict[str, list[Row]] = defaultdict(list)
        for row in self._asked(queries.products(shown, self._options)) if shown else ():
            products[guid_of(row.get(queries.OPPORTUNITY_OF))].append(row)
        stated = translate.opportunity_statement
        return {
            key: reading_of(partial(stated, key, rows[each], products[each], self._options))
            if each in rows
            else translate.unknown_statement(key)
            for each, key in keys.items()
        }

    def _masters(self, entity: str, keys: _Keys, lacking: Sequence[str]) -> _Readings:
        found = self._asked(queries.masters(entity, keys, self._options).without(lacking))
        rows = {guid_of(row.get(queries.TABLES[entity].row_id)): row for row in found}
        return {
            key: reading_of(partial(masters.master_statement, key, rows[each], self._options))
            if each in rows
            else translate.unknown_statement(key)
            for each, key in keys.items()
        }

    def _products(self, keys: _Keys, _lacking: Sequence[str]) -> _Readings:
        """A product that Dataverse does not show leads nowhere: whoever deleted it changed its opportunity, too."""
        rows = self._asked(queries.opportunities_of(keys))
        holders = {guid_of(row.get(queries.PRODUCT_ID)): guid_of(row.get(queries.OPPORTUNITY_OF)) for row in rows}
        return {
            key: translate.part_statement(
                key, [RecordKey(key.connection, "opportunity", holder)] if (holder := holders.get(each)) else []
            )
            for each, key in keys.items()
        }

    def _asked(self, query: Query) -> Sequence[Row]:
        return self._asking(lambda: self._client.rows(query))
