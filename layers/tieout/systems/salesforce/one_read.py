"""Reads the records of one batch; what strikes one of them costs no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import (
    PermanentError,
    TransientError,
    UnreadableRecordError,
)
from tieout.facts.reading import Reading, reading_of
from tieout.facts.statement import Statement
from tieout.systems.salesforce import masters, queries, translate
from tieout.systems.salesforce.accounts import read_related
from tieout.systems.salesforce.answers import Row
from tieout.systems.salesforce.client import SalesforceClient
from tieout.systems.salesforce.queries import Query
from tieout.systems.salesforce.rate_table import RateTable
from tieout.systems.salesforce.rates import Rates

_Keys = Mapping[str, RecordKey]
_Readings = Mapping[RecordKey, Reading]


class OneRead:
    """One call of `read`: once Salesforce did not answer, or asked for fewer calls, it is asked nothing more.

    Args:
        rate_table: None where the organisation's own rates are not wanted.
        check_allowance: raises `ThrottledError` where an entity is not to be read now.
    """

    def __init__(
        self,
        client: SalesforceClient,
        organization: translate.Organization,
        rate_table: RateTable | None,
        check_allowance: Callable[[str], None],
    ) -> None:
        self._client = client
        self._organization = organization
        self._rate_table = rate_table
        self._check_allowance = check_allowance
        self._asking = Asking()
        self._query_of: Mapping[str, Callable[[Sequence[str]], Query]] = {
            "opportunity": queries.opportunities,
            "contract": partial(queries.contracts, fields=organization.contract_fields),
            "line_item": queries.opportunities_of,
            "account": partial(queries.accounts, account_ids=organization.account_ids)
            if "account" in organization.master_data
            else queries.mergers,
            "product": partial(queries.products, product_ids=organization.product_ids),
        }

    def read(self, keys: Sequence[RecordKey]) -> _Readings:
        """See `SalesforceReader.read`."""
        readings: dict[RecordKey, Reading] = {}
        wanted: dict[str, dict[str, RecordKey]] = {each: {} for each in self._query_of}
        for key in keys:
            if key.entity == "product" and "product" not in self._organization.master_data:
                readings[key] = translate.part_statement(key, ())
            elif key.entity in wanted and queries.is_record_id(key.record_id):
                wanted[key.entity][key.record_id] = key
            else:
                readings[key] = UnreadableRecordError(f"Salesforce has no {key.entity} of that id to complete")
        for entity, by_id in wanted.items():
            for ids in queries.in_chunks(by_id, self._query_of[entity], self._client.address_bytes):
                readings |= self._chunk(entity, {each: by_id[each] for each in ids})
        return readings

    def _chunk(self, entity: str, keys: _Keys, lacking: Sequence[str] = ()) -> _Readings:
        """Read one chunk; where one record spoils the whole answer, its halves, and at last it alone without its name."""
        try:
            self._check_allowance(entity)
            return self._read(entity, keys, lacking)
        except UnreadableRecordError as error:
            if len(keys) > 1:
                items, middle = list(keys.items()), len(keys) // 2
                return {**self._chunk(entity, dict(items[:middle])), **self._chunk(entity, dict(items[middle:]))}
            return dict.fromkeys(keys.values(), error) if lacking else self._chunk(entity, keys, (queries.FREE_TEXT,))
        except (TransientError, PermanentError) as error:
            return dict.fromkeys(keys.values(), error)

    def _read(self, entity: str, keys: _Keys, lacking: Sequence[str]) -> _Readings:
        rows = {str(row.get("Id")): row for row in self._asked(self._query_of[entity](list(keys)).without(lacking))}
        if entity == "account":
            return self._accounts(keys, rows)
        if entity == "line_item":
            return {key: _part_of_opportunity(key, rows.get(each)) for each, key in keys.items()}
        unknown = {key: translate.unknown_statement(key) for each, key in keys.items() if each not in rows}
        known = {key: rows[each] for each, key in keys.items() if each in rows}
        stating = {"contract": self._contracts, "opportunity": self._opportunities, "product": self._products}[entity]
        return unknown | stating(known)

    def _opportunities(self, rows: Mapping[RecordKey, Row]) -> dict[RecordKey, Reading]:
        selling = [key.record_id for key, row in rows.items() if _has_products(row)]
        lines: dict[str, list[Row]] = defaultdict(list)
        if selling:
            for row in self._asked(queries.line_items(selling, self._organization.line_fields)):
                lines[str(row.get("OpportunityId"))].append(row)
        rates = self._rates(rows)
        stated = translate.opportunity_statement
        return {
            key: reading_of(partial(stated, key, row, lines[key.record_id], rates, self._organization))
            for key, row in rows.items()
        }

    def _contracts(self, rows: Mapping[RecordKey, Row]) -> dict[RecordKey, Reading]:
        rates = self._rates(rows)
        stated = translate.contract_statement
        return {key: reading_of(partial(stated, key, row, rates, self._organization)) for key, row in rows.items()}

    def _products(self, rows: Mapping[RecordKey, Row]) -> dict[RecordKey, Reading]:
        stated = masters.product_statement
        return {
            key: translate.deleted_statement(key, row)
            if row.get("IsDeleted") is True
            else reading_of(partial(stated, key, row, self._organization))
            for key, row in rows.items()
        }

    def _accounts(self, keys: _Keys, rows: Mapping[str, Row]) -> _Readings:
        connection = next(iter(keys.values())).connection
        winners = {each: rows.get(each, {}).get("MasterRecordId") for each in keys}
        related = read_related(winners, connection, self._asked, self._client.address_bytes)
        if "account" not in self._organization.master_data:
            return {key: translate.part_statement(key, related[each]) for each, key in keys.items()}
        stated = masters.account_statement
        return {
            key: reading_of(partial(stated, key, rows.get(each), related[each], self._organization))
            for each, key in keys.items()
        }

    def _rates(self, rows: Mapping[RecordKey, Row]) -> Rates | None:
        return self._rate_table.current(self._asked) if self._rate_table is not None and rows else None

    def _asked(self, query: Query) -> Sequence[Row]:
        return self._asking(lambda: self._client.rows(query))


def _has_products(row: Row) -> bool:
    return row.get("HasOpportunityLineItem") is True and row.get("IsDeleted") is not True


def _part_of_opportunity(key: RecordKey, row: Row | None) -> Statement:
    """A product that Salesforce does not show leads nowhere; its opportunity tells of the change itself."""
    opportunity = (row or {}).get("OpportunityId")
    is_known = isinstance(opportunity, str) and queries.is_record_id(opportunity)
    return translate.part_statement(key, [RecordKey(key.connection, "opportunity", str(opportunity))] * is_known)
