"""Reads the records of one batch, a hundred of a kind at once; what strikes one of them costs no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import batched
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import PermanentError, TransientError, UnreadableRecordError
from tieout.facts.reading import Reading, reading_of
from tieout.fields import Row
from tieout.systems.chargebee.answers import MissingError
from tieout.systems.chargebee.client import MOST_OF_A_PAGE, ChargebeeClient
from tieout.systems.chargebee.discounts import coupons_named
from tieout.systems.chargebee.ids import CREDIT_NOTES, INVOICES, KINDS, SUBSCRIPTIONS, Kind, kind_of
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.translate import missing_statement, statement_of


class OneRead:
    """One call of `read`: once Chargebee did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, client: ChargebeeClient, options: Options, zone: ZoneInfo) -> None:
        self._client, self._options, self._zone = client, options, zone
        self._asking = Asking()
        self._known_coupons: dict[str, Row] = {}

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """See `ChargebeeReader.read`."""
        readings: dict[RecordKey, Reading] = {
            key: UnreadableRecordError(f"Chargebee has no {key.entity} of that id to complete") for key in keys
        }
        for kind in KINDS.values():
            of_kind = [key for key in keys if kind_of(key.entity, key.record_id) == kind]
            for some in batched(of_kind, MOST_OF_A_PAGE, strict=False):
                readings |= self._some(kind, some)
        return readings

    def _some(self, kind: Kind, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        try:
            shown = self._shown(kind, keys)
        except (TransientError, PermanentError) as error:
            return dict.fromkeys(keys, error)
        return {key: reading_of(partial(self._reading, kind, key, shown)) for key in keys}

    def _shown(self, kind: Kind, keys: Sequence[RecordKey]) -> Mapping[str, Row]:
        """What a list shows; nothing where one of it spoils the answer, so that each is asked for alone."""
        try:
            return self._asking(lambda: self._client.by_ids(kind, [_id_of(kind, key) for key in keys]))
        except UnreadableRecordError:
            return {}

    def _reading(self, kind: Kind, key: RecordKey, shown: Mapping[str, Row]) -> Reading:
        row = shown.get(_id_of(kind, key))
        try:
            if row is None:  # a list may be a moment behind
                row = self._asking(partial(self._client.one, kind, _id_of(kind, key)))
            if kind in {INVOICES, CREDIT_NOTES}:
                row = self._asking(partial(self._client.whole, kind, row))
        except MissingError:
            return missing_statement(key)
        coupons = self._coupons(row) if kind == SUBSCRIPTIONS else {}
        return statement_of(key, kind, row, coupons, self._options, self._zone)

    def _coupons(self, row: Row) -> Mapping[str, Row]:
        """The coupons that a subscription names, each asked for once in a batch."""
        new = [each for each in coupons_named(row) if each not in self._known_coupons]
        for some in batched(new, MOST_OF_A_PAGE, strict=False):
            self._known_coupons |= self._asking(partial(self._client.coupons, some))
        return self._known_coupons


def _id_of(kind: Kind, key: RecordKey) -> str:
    return key.record_id.removeprefix(kind.prefix)
