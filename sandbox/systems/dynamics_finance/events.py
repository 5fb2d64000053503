"""The business events of the environment: the envelope, and what the contract of each holds."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from sandbox.systems.dynamics_finance.documents import Document
from sandbox.systems.dynamics_finance.posting import Posted

TEST = "BusinessEventsTestEndpointContract"
SALES_INVOICE = "SalesInvoicePostedBusinessEvent"
FREE_TEXT_INVOICE = "CustFreeTextInvoicePostedBusinessEvent"
SUPPLIER_INVOICE = "VendorInvoicePostedBusinessEvent"
# Which ids a tenant has for these stands in its own catalogue: they are the sandbox's.
CUSTOMER_PAYMENT = "CustomerPaymentPostedBusinessEvent"
LEDGER_JOURNAL = "LedgerJournalPostedBusinessEvent"
CATALOGUE = (SALES_INVOICE, FREE_TEXT_INVOICE, SUPPLIER_INVOICE, CUSTOMER_PAYMENT, LEDGER_JOURNAL)
_FIRST_CONTROL_NUMBER = 9_007_199_254_740_993  # the first whole number that a float loses
_OF_KIND = {
    "sales_invoice": SALES_INVOICE,
    "credit_note": SALES_INVOICE,
    "free_text_invoice": FREE_TEXT_INVOICE,
    "supplier_invoice": SUPPLIER_INVOICE,
    "customer_payment": CUSTOMER_PAYMENT,
}


def event_of(posted: Posted) -> str:
    """Which event tells of a document; a journal's tells of all its vouchers at once."""
    return _OF_KIND.get(posted.document.kind, LEDGER_JOURNAL)


def contract_of(posted: Posted) -> dict[str, Any]:
    """What its event holds besides the envelope: amounts in the company's currency, and no word of which that is."""
    document = posted.document
    if event_of(posted) == LEDGER_JOURNAL:
        return {"JournalNumber": document.batch, "LegalEntity": document.company.upper()}
    if event_of(posted) == CUSTOMER_PAYMENT:
        return {"Voucher": document.voucher, "JournalNumber": document.batch, **_owed("PaymentAmount", posted)}
    return {
        "InvoiceAccount": document.party,
        "InvoiceId": document.number,
        "InvoiceDate": _dated(document),
        "InvoiceDueDate": "/Date(-2208988800000)/",
        **_owed("InvoiceAmount", posted),
        "LegalEntity": document.company.upper(),
    }


def envelope(number: int, event_id: str, company: str, at: datetime) -> dict[str, Any]:
    """What every event has: control numbers only grow, with gaps, and `EventTime` has whole seconds."""
    return {
        "BusinessEventId": event_id,
        "BusinessEventLegalEntity": company.upper(),
        "ContextRecordSubject": "",
        "ControlNumber": _FIRST_CONTROL_NUMBER + number * 3,
        "EventId": f"{number:08X}-0000-4000-8000-{number:012X}",
        "EventTime": f"/Date({int(at.timestamp()) * 1000})/",
        "EventTimeIso8601": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f7Z"),
        "InitiatingUserAADObjectId": "{00000000-0000-4000-8000-0000000000CC}",
        "MajorVersion": 0,
        "MinorVersion": 0,
        "ParentContextRecordSubjects": [],
    }


def test_event(number: int, company: str) -> dict[str, Any]:
    """What is sent to a new endpoint before anything else."""
    return {
        "BusinessEventId": TEST,
        "BusinessEventLegalEntity": company.upper(),
        "ControlNumber": -(2**63),
        "EventId": f"{number:08X}-0000-4000-8000-{number:012X}",
    }


def _owed(name: str, posted: Posted) -> dict[str, Any]:
    return {name: float(abs(posted.total)) if posted.total != Decimal(0) else 0.0}


def _dated(document: Document) -> str:
    day = datetime.combine(datetime.fromisoformat(document.date), time(), UTC)
    return f"/Date({int(day.timestamp()) * 1000})/"
