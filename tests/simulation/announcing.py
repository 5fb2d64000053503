"""In which ways a Dynamics 365 Finance environment tells of its postings: which business events, and by which endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from tests.simulation.finance_records import CUSTOMER_INVOICE, PAYMENT, SUPPLIER_INVOICE, Change
from tests.simulation.finance_values import FOREIGN
from tests.simulation.senders import Event

JOURNAL_POSTED, VOUCHER_POSTED = "LedgerJournalPostedBusinessEvent", "LedgerVoucherPostedBusinessEvent"
PAYMENT_POSTED = "CustomerPaymentPostedBusinessEvent"  # as the environment's own catalogue has them
_TEST = "BusinessEventsTestEndpointContract"
_OF_INVOICE = ("SalesInvoicePostedBusinessEvent", "CustFreeTextInvoicePostedBusinessEvent")
_FIRST_CONTROL_NUMBER = 9_007_199_254_740_993  # the first whole number that a float loses
_Say = Callable[[list[Event]], None]


class Announcing:
    """Tells of postings.

    That every posting is told of in the end is promised here, and by whoever sends again what stands in the error log, and
    nowhere else. A posting is told of by the document it posts, by the journal it was posted with, or voucher by voucher, in one
    way at least; and each event goes to the endpoint of Dynamics itself, to Event Grid, or to both under one id.

    Args:
        say: has events posted by Dynamics.
        say_by_grid: has events carried by Event Grid.
    """

    def __init__(self, random: Random, say: _Say, say_by_grid: _Say) -> None:
        self._random, self._say, self._say_by_grid = random, say, say_by_grid
        self._count = 0

    def tell(self, change: Change) -> None:
        """Tell of what was posted at once."""
        ways = self._ways(change)
        first = self._random.choice(ways)
        for way in ways:
            if way == first or self._random.random() < 0.15:
                for event_id, contract in way:
                    self._send(self._event(event_id, change.ledger.company, change.at, contract))

    def tell_oddly(self, change: Change) -> str:
        """Tell of what no flow wants, of what nothing can be made, or of a company that is not ours; the name of the fault."""
        kind = self._random.choice(("unrouted_notice", "malformed_item", "foreign_company"))
        company, contract = change.ledger.company, {"Voucher": change.entries[0].voucher}
        event_id = VOUCHER_POSTED
        if kind == "unrouted_notice":
            event_id = "CollectionStatusUpdatedBusinessEvent"
        elif kind == "malformed_item":
            contract = {"Voucher": self._random.choice((None, "", {}, "x\n"))}  # type: ignore[dict-item]
        else:
            company = FOREIGN.company
        self._send(self._event(event_id, company, change.at, contract))
        return kind

    def test(self, company: str) -> None:
        """Send what a new endpoint is sent before anything else, to each of them."""
        for say in (self._say, self._say_by_grid):
            event = {"BusinessEventId": _TEST, "BusinessEventLegalEntity": company, "EventId": self._next()}
            say([{**event, "ControlNumber": -(2**63)}])

    def _ways(self, change: Change) -> list[list[tuple[str, Mapping[str, Any]]]]:
        """Each way as the events it takes."""
        ways: list[list[tuple[str, Mapping[str, Any]]]] = [
            [(VOUCHER_POSTED, {"Voucher": each.voucher}) for each in change.entries]
        ]
        if change.batch:
            ways.append([(JOURNAL_POSTED, {"JournalNumber": change.batch})])
        if change.document is not None:
            number = {"InvoiceId": change.document.number, "InvoiceAmount": 12.5}
            events: Mapping[str, tuple[str, Mapping[str, Any]]] = {
                CUSTOMER_INVOICE: (self._random.choice(_OF_INVOICE), number),
                SUPPLIER_INVOICE: ("VendorInvoicePostedBusinessEvent", number),
                PAYMENT: (PAYMENT_POSTED, {"Voucher": change.document.number}),
            }
            ways += 2 * [[events[change.document.kind]]]
        return ways

    def _event(self, event_id: str, company: str, at: datetime, contract: Mapping[str, Any]) -> Event:
        """The envelope around a contract; an older sender has less of it."""
        event = {
            **contract,
            "BusinessEventId": event_id,
            "ControlNumber": _FIRST_CONTROL_NUMBER + 3 * self._count,
            "EventId": self._next(),
            "EventTime": f"/Date({int(at.timestamp()) * 1000})/",
            "LegalEntity": company.upper(),
        }
        if self._random.random() < 0.2:
            return event
        stamp = f"{at:%Y-%m-%dT%H:%M:%S.%f}7Z"
        return {**event, "BusinessEventLegalEntity": company.upper(), "EventTimeIso8601": stamp}

    def _send(self, event: Event) -> None:
        drawn = self._random.random()
        if drawn < 0.55:
            self._say([event])
        if drawn > 0.45:
            self._say_by_grid([event])

    def _next(self) -> str:
        self._count += 1
        return f"{self._count:08X}-0000-4000-8000-{self._count:012X}"
