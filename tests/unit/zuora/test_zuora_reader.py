"""What a reading comes to: all that a subscription has been, what is gone, and what strikes one record alone."""

from __future__ import annotations

import httpx

from tests.support.zuora_answers import CONNECTION, ScriptedZuora, answering
from tests.support.zuora_objects import NUMBER, charge, invoice, payment, version
from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.errors import ThrottledError, UnreadableRecordError
from tieout.facts.reading import Reading
from tieout.facts.sales import BillingDocument
from tieout.facts.statement import Absence, Statement
from tieout.facts.subscription import Subscription

SUBSCRIPTION = RecordKey(CONNECTION, "subscription", NUMBER)
INVOICE = RecordKey(CONNECTION, "billing_document", "invoice-8ad0875995aa292e0195b7de80796305")
PAYMENT = RecordKey(CONNECTION, "payment", "payment-8ad097b49198384c01919d200fb53143")


def said(body: object) -> httpx.Response:
    """An answer, with numbers as they are written."""
    return httpx.Response(200, content=strict_json.dump(body).encode())


def stated(reading: Reading) -> Statement:
    """What a record was found to be."""
    assert isinstance(reading, Statement), reading
    return reading


def test_a_subscription_is_stated_whole_as_of_its_last_version() -> None:
    """Whatever was known of it besides was taken back."""
    first, last = (
        version(charge()),
        version(charge(until="2026-03-01"), number=2, updatedDate="2026-01-09T00:00:00+00:00"),
    )
    zuora = answering(said({"data": [last, first]}))
    found = stated(zuora.reader().read([SUBSCRIPTION])[SUBSCRIPTION])
    assert found.is_whole
    assert found.source_version == "2026-01-09T00:00:00.000Z"
    assert isinstance(found.fact, Subscription)


def test_what_is_gone_is_deleted_at_no_version() -> None:
    """A subscription of which there is no version, and an object that neither its id nor the list finds."""
    zuora = answering({"data": []}, httpx.Response(404), {"data": []})
    found = zuora.reader().read([SUBSCRIPTION, INVOICE])
    assert [(stated(each).absence, stated(each).source_version) for each in found.values()] == [
        (Absence.DELETED, "")
    ] * 2


def test_what_is_wrong_with_a_record_strikes_no_other() -> None:
    """Neither a field that cannot be read, nor an id that is none."""
    odd = RecordKey(CONNECTION, "billing_document", "invoice-1")
    zuora = answering(said({"data": [version({**charge(), "mRR": "many"})]}), said(invoice()), said(payment()))
    found = zuora.reader().read([odd, SUBSCRIPTION, INVOICE, PAYMENT, INVOICE])
    assert isinstance(found[odd], UnreadableRecordError)
    assert isinstance(found[SUBSCRIPTION], UnreadableRecordError)
    assert isinstance(stated(found[INVOICE]).fact, BillingDocument)
    assert stated(found[PAYMENT]).source_version == "2026-03-29T07:53:30.000Z"
    assert len(zuora.asked) == 3


def test_once_zuora_asks_for_fewer_calls_it_is_asked_no_more() -> None:
    """What was not asked for has the same error, and is tried again."""
    zuora = ScriptedZuora(lambda _request: httpx.Response(429))
    found = zuora.reader().read([INVOICE, PAYMENT])
    assert all(isinstance(each, ThrottledError) for each in found.values())
    assert len(zuora.asked) == 1


def test_drift_is_noticed_in_what_is_read() -> None:
    """A status that nobody knew, by its name and never with a value."""
    zuora = answering(said(invoice(status="To Come", customField__c="x")))
    reader = zuora.reader()
    reader.read([INVOICE])
    assert [(seen.answer, seen.field, str(seen.drift)) for seen in reader.watch.take()] == [
        ("invoices", "status", "new_value")
    ]
