"""Reads the records of one batch, an object for each; what strikes one of them costs no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import UnreadableRecordError
from tieout.facts.reading import Reading, reading_of
from tieout.facts.statement import Statement
from tieout.fields import Row, required, text_in
from tieout.ports import Clock
from tieout.systems.stripe import masters, translate
from tieout.systems.stripe.answers import MissingError
from tieout.systems.stripe.client import StripeClient
from tieout.systems.stripe.fields import id_in
from tieout.systems.stripe.ids import CUSTOMER, PRODUCT, entity_of
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.resources import (
    CREDIT_NOTES,
    CUSTOMERS,
    INVOICES,
    PRODUCTS,
    SUBSCRIPTIONS,
    Resource,
    resource_of,
)


class OneRead:
    """One call of `read`: once Stripe did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, client: StripeClient, options: Options, zone: ZoneInfo, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._options = options
        self._zone = zone
        self._asking = Asking()
        self._stating: Mapping[str, Callable[[RecordKey, Row, datetime], Statement]] = {
            INVOICES.path: self._invoice,
            CREDIT_NOTES.path: self._credit_note,
            SUBSCRIPTIONS.path: self._subscription,
            CUSTOMERS.path: self._customer,
            PRODUCTS.path: self._product,
        }

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """See `StripeReader.read`."""
        return {key: reading_of(partial(self._reading, key)) for key in keys}

    def _reading(self, key: RecordKey) -> Reading:
        if entity_of(key.record_id) != key.entity:
            return UnreadableRecordError(f"Stripe has no {key.entity} of that id to complete")
        if key.entity in {CUSTOMER, PRODUCT} and key.entity not in self._options.master_data:
            return translate.unread_statement(key)
        resource, begun = resource_of(key.record_id), self._clock.now()
        try:
            row = self._object(resource, key.record_id)
        except MissingError:
            return translate.missing_statement(key)
        if masters.is_deleted(row):
            return translate.missing_statement(key)
        return self._stating.get(resource.path, self._payment)(key, row, begun)

    def _payment(self, key: RecordKey, row: Row, _begun: datetime) -> Statement:
        return translate.payment_statement(key, row, self._options, self._zone)

    def _customer(self, key: RecordKey, row: Row, _begun: datetime) -> Statement:
        return masters.customer_statement(key, row, self._options)

    def _product(self, key: RecordKey, row: Row, _begun: datetime) -> Statement:
        return masters.product_statement(key, row, self._options)

    def _invoice(self, key: RecordKey, row: Row, _begun: datetime) -> Statement:
        return translate.invoice_statement(key, row, self._lines(INVOICES, row), self._zone)

    def _credit_note(self, key: RecordKey, row: Row, _begun: datetime) -> Statement:
        """A credit note takes its products from the lines of its invoice, which is read where one of its own names any."""
        lines = self._lines(CREDIT_NOTES, row)
        credited: Sequence[Row] = ()
        if any(text_in(each, "invoice_line_item") for each in lines):
            invoice = self._object(INVOICES, required(id_in(row, "invoice"), "invoice"))
            credited = self._lines(INVOICES, invoice)
        return translate.credit_note_statement(key, row, lines, credited, self._zone)

    def _subscription(self, key: RecordKey, row: Row, begun: datetime) -> Statement:
        items = self._asking(lambda: self._client.items(row))
        return translate.subscription_statement(key, {**row, "items": {"data": items}}, begun, self._zone)

    def _object(self, resource: Resource, record_id: str) -> Row:
        return self._asking(lambda: self._client.object(resource, record_id))

    def _lines(self, resource: Resource, row: Row) -> Sequence[Row]:
        return self._asking(lambda: self._client.lines(resource, row))
