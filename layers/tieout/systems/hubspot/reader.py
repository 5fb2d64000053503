"""Reads what deals, companies and products are now, in as few calls as HubSpot allows: the completing half of the record step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any

from tieout.arriving.notice import RecordKey
from tieout.drift import Watch
from tieout.errors import MalformedError, PermanentError, TransientError, UnreadableRecordError
from tieout.facts.reading import Reading, reading_of
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.hubspot.answers import BatchAnswer, Failure
from tieout.systems.hubspot.associated import read_associated
from tieout.systems.hubspot.client import ASSOCIATIONS_PER_CALL, RECORDS_PER_CALL, HubSpotClient, open_client
from tieout.systems.hubspot.kinds import DEAL, PLURALS, RecordKind, kinds_of
from tieout.systems.hubspot.masters import master_statement
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.translate import (
    Account,
    Link,
    deal_statement,
    deleted_statement,
    is_record_id,
    line_item_statement,
    merged_ids_of,
    merged_statement,
    unknown_statement,
    unread_statement,
)

if TYPE_CHECKING:
    import httpx

_LINE_ITEM = "line_item"


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> HubSpotReader:
    """A reader for one HubSpot account; credentials are `{"access_token": ...}` of a private app."""
    client = open_client(connection, credentials, http, clock)
    return HubSpotReader(connection, client, client.watch)


class HubSpotReader:
    """Reads deals, companies and products by id: 100 a call, what deals are associated with 1000 a call, line items 100 a call.

    Only what the first answers lack is asked again.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, connection: Connection, client: HubSpotClient, watch: Watch | None = None) -> None:
        self._options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
        self._account = Account(
            time_zone=connection.time_zone,
            default_currency=connection.default_currency,
            worth=self._options.line_worth,
        )
        self._kinds = kinds_of(self._options)
        self._client = client
        self.watch = watch or Watch({})

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: the record, its deletion or merge, a line item with its deal, or the error that struck it.

        Never raises a `TieoutError`.
        """
        readings: dict[RecordKey, Reading] = {
            key: unread_statement(key)
            if key.entity in PLURALS.keys() - self._kinds.keys()
            else UnreadableRecordError(f"HubSpot has no {key.entity} of that id to complete")
            for key in keys
        }
        searches = {entity: _Search(self._client, kind) for entity, kind in self._kinds.items()}
        for entity, search in searches.items():
            search.run(list(_readable(keys, entity)))
        readings |= self._line_items(_readable(keys, _LINE_ITEM))
        for entity, search in searches.items():
            readings |= self._found(entity, _readable(keys, entity), search)
        return readings

    def _found(self, entity: str, keys: Mapping[str, RecordKey], search: _Search) -> dict[RecordKey, Reading]:
        """The readings of records of one kind, by where they were found."""
        readings: dict[RecordKey, Reading] = {keys[each]: failure for each, failure in search.failures.items()}
        readings |= {keys[each]: _stated(deleted_statement, keys[each], gone) for each, gone in search.archived.items()}
        readings |= {keys[each]: _stated(merged_statement, keys[each], new) for each, new in search.survivors.items()}
        readings |= {keys[each]: unknown_statement(keys[each]) for each in search.unknown}
        live = {keys[each]: record for each, record in search.live.items()}
        return readings | (self._with_associated(live) if entity == DEAL else self._masters(live))

    def _masters(self, records: Mapping[RecordKey, Mapping[str, Any]]) -> dict[RecordKey, Reading]:
        return {key: _stated(master_statement, key, record, self._options) for key, record in records.items()}

    def _with_associated(self, deals: Mapping[RecordKey, Mapping[str, Any]]) -> dict[RecordKey, Reading]:
        found = read_associated(self._client, [key.record_id for key in deals], line_items=self._options.line_items)
        readings: dict[RecordKey, Reading] = {}
        for key, deal in deals.items():
            companies = found.companies.get(key.record_id, [])
            items = found.line_items.get(key.record_id, [])
            readings[key] = found.failures.get(key.record_id) or _stated(
                deal_statement, key, deal, companies, items, self._account
            )
        return readings

    def _line_items(self, keys: Mapping[str, RecordKey]) -> dict[RecordKey, Reading]:
        """A line item is nothing by itself: the deal it belongs to is read because of it."""
        readings: dict[RecordKey, Reading] = {}
        failed: Failure | None = None
        for ids in batched(keys, ASSOCIATIONS_PER_CALL, strict=False):
            deals: Mapping[str, list[Link]] = {}
            failures: Mapping[str, Failure] = {}
            if failed is None:
                try:
                    deals, failures = self._client.read_links(ids, "deals", start="line_items")
                except (TransientError, PermanentError) as error:
                    failed = error
            for each in ids:
                key = keys[each]
                readings[key] = failed or failures.get(each) or line_item_statement(key, deals.get(each, []))
        return readings


def _stated(translate: Callable[..., Statement], key: RecordKey, *arguments: object) -> Reading:
    return reading_of(partial(translate, key, *arguments))


class _Search:
    """Where each asked id was found: live, archived, living on as another record, or nowhere."""

    def __init__(self, client: HubSpotClient, kind: RecordKind) -> None:
        self._client, self._kind = client, kind
        self.live: dict[str, Mapping[str, Any]] = {}
        self.archived: dict[str, Mapping[str, Any]] = {}
        self.survivors: dict[str, Mapping[str, Any]] = {}
        self.failures: dict[str, Failure] = {}
        self.unknown: list[str] = []

    def run(self, ids: Sequence[str]) -> None:
        """Look among the live records, then the archived ones, then one by one for what a merge hid."""
        left = self._look(ids, archived=False, found=self.live)
        left = self._look(left, archived=True, found=self.archived)
        stopped: Failure | None = None
        for each in left:
            stopped = stopped or self._follow(each)
            if stopped is not None:
                self.failures[each] = stopped

    def _look(self, ids: Iterable[str], *, archived: bool, found: dict[str, Mapping[str, Any]]) -> list[str]:
        """The ids not found; those of a call that failed have its failure, and so have all after them."""
        left: list[str] = []
        stopped: Failure | None = None
        for chunk in batched(ids, RECORDS_PER_CALL, strict=False):
            if stopped is None:
                stopped = self._look_at(chunk, archived=archived, found=found, left=left)
            if stopped is not None:
                answered = {*left, *found, *self.survivors, *self.failures}
                self.failures |= dict.fromkeys([each for each in chunk if each not in answered], stopped)
        return left

    def _look_at(
        self,
        chunk: Sequence[str],
        *,
        archived: bool,
        found: dict[str, Mapping[str, Any]],
        left: list[str],
        named: bool = True,
    ) -> Failure | None:
        """Read one chunk; where one record spoils the whole answer, read its halves, and at last it alone without its name.

        Returns:
            The failure that should stop the rest.
        """
        look_again = partial(self._look_at, archived=archived, found=found, left=left)
        properties = self._kind.properties if named else self._kind.properties_without_name
        try:
            answer = self._client.read_records(self._kind.plural, chunk, archived=archived, properties=properties)
        except (MalformedError, UnreadableRecordError) as error:
            if len(chunk) > 1:
                middle = len(chunk) // 2
                return look_again(chunk[:middle]) or look_again(chunk[middle:])
            if isinstance(error, MalformedError) and named:
                return look_again(chunk, named=False)
            self.failures[chunk[0]] = error
            return None
        except (TransientError, PermanentError) as error:
            return error
        left.extend(self._place(chunk, answer, found))
        return None

    def _place(self, chunk: Sequence[str], answer: BatchAnswer, found: dict[str, Mapping[str, Any]]) -> list[str]:
        """Give each asked id its record, its survivor or its failure; the ids that have none."""
        by_id = {str(record["id"]): record for record in answer.results if record.get("id")}
        survivors = {old: record for record in by_id.values() for old in _merged_ids(record)}
        left = []
        for each in chunk:
            failure = answer.failures.get(each, answer.other_failure)
            if each in by_id:
                found[each] = by_id[each]
            elif each in survivors:
                self.survivors[each] = survivors[each]
            elif failure is not None:
                self.failures[each] = failure
            else:
                left.append(each)
        return left

    def _follow(self, record_id: str) -> Failure | None:
        """Only a read of a single record is documented to answer with the one it was merged into.

        Returns:
            The failure that should stop the rest.
        """
        try:
            record = self._client.read_record(self._kind.plural, record_id, self._kind.properties)
        except (MalformedError, UnreadableRecordError) as error:
            self.failures[record_id] = error
            return None
        except (TransientError, PermanentError) as error:
            return error
        if record is None:
            self.unknown.append(record_id)
        elif str(record.get("id")) == record_id:  # restored between our reads
            self.live[record_id] = record
        else:
            self.survivors[record_id] = record
        return None


def _readable(keys: Sequence[RecordKey], entity: str) -> dict[str, RecordKey]:
    """Those of an entity whose ids are such, by them."""
    return {key.record_id: key for key in keys if key.entity == entity and is_record_id(key.record_id)}


def _merged_ids(record: Mapping[str, Any]) -> frozenset[str]:
    try:
        return merged_ids_of(record)
    except UnreadableRecordError:  # then the record itself is unreadable, and says so under its own id
        return frozenset()
