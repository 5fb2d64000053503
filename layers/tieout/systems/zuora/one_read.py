"""Reads the records of one batch, a call for each; what strikes one of them costs no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import UnreadableRecordError
from tieout.facts.reading import Reading, reading_of
from tieout.facts.statement import Statement
from tieout.systems.zuora import translate
from tieout.systems.zuora.answers import MissingError
from tieout.systems.zuora.client import ZuoraClient
from tieout.systems.zuora.ids import BILLING_DOCUMENT, SUBSCRIPTION, object_of
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.resources import OF_KIND


class OneRead:
    """One call of `read`: once Zuora did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, client: ZuoraClient, options: Options, zone: ZoneInfo) -> None:
        self._client = client
        self._options = options
        self._zone = zone
        self._asking = Asking()

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """See `ZuoraReader.read`."""
        return {key: reading_of(partial(self._reading, key)) for key in keys}

    def _reading(self, key: RecordKey) -> Reading:
        found = object_of(key.entity, key.record_id)
        if found is None:
            return UnreadableRecordError(f"Zuora has no {key.entity} of that id")
        kind, name = found
        try:
            return self._subscription(key, name) if kind == SUBSCRIPTION else self._object(key, kind, name)
        except MissingError:
            return translate.missing_statement(key)

    def _subscription(self, key: RecordKey, number: str) -> Statement:
        versions = self._asking(lambda: self._client.versions(number))
        if not versions:
            return translate.missing_statement(key)
        return translate.subscription_statement(key, versions, self._zone)

    def _object(self, key: RecordKey, kind: str, object_id: str) -> Statement:
        row = self._asking(lambda: self._client.object(OF_KIND[kind], object_id))
        if key.entity == BILLING_DOCUMENT:
            return translate.document_statement(key, kind, row)
        return translate.payment_statement(key, kind, row, self._options)
