"""In which ways a Business Central environment tells of its changes: notifications of its subscriptions, and business events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from tests.simulation.books_records import CREDIT_MEMOS, ENTRIES, INVOICES, Change
from tests.simulation.books_values import CASH, LEDGERS, NOT_OURS, RECEIVABLE
from tests.simulation.senders import Event
from tieout.moments import moment_text

_PREFIXES = ("api/v2.0/", "/api/v2.0/", "https://api.businesscentral.dynamics.com/v2.0/sandbox/api/v2.0/")
_BEFORE = (timedelta(milliseconds=1), timedelta(seconds=30), timedelta(minutes=10))
_POSTED = {
    INVOICES: ("salesinvoiceposted", "salesInvoiceAPIId"),
    CREDIT_MEMOS: ("salescreditmemoposted", "salesCreditMemoId"),
}
_Say = Callable[[list[Event]], None]
_Way = Callable[[Change], None]


class Notifying:
    """Tells of changes.

    That every change is told of in the end is promised here, and nowhere else. What is posted is told of in one way at
    least: by an entry of it, by a collection that stands for many changes, by the sales document behind it, or by a business
    event. What is in no books is told of by the sales document itself.

    Args:
        say: has notifications delivered.
        say_event: has a business event delivered.
    """

    def __init__(self, random: Random, say: _Say, say_event: _Say) -> None:
        self._random, self._say, self._say_event = random, say, say_event

    def tell(self, change: Change) -> None:
        """Tell of a change of one transaction."""
        ways = self._ways(change)
        first = self._random.choice(ways)
        for way in ways:
            if way == first or self._random.random() < 0.2:
                way(change)

    def tell_oddly(self, change: Change) -> str:
        """Tell of what no flow wants, of what nothing can be made, or of a company that is not ours; the name of the fault."""
        odd = self._notification(change, ENTRIES, "(00000000-0000-4000-8000-000000000001)", "updated")
        kind = self._random.choice(("unrouted_notice", "malformed_item", "foreign_company"))
        if kind == "unrouted_notice":
            odd["resource"] = odd["resource"].replace(ENTRIES, "customers")
        elif kind == "malformed_item":
            odd["resource"] = self._random.choice((None, f"{odd['resource']}x", "subscriptions('x')"))
        else:
            named = self._random.choice(
                (f"({change.company})", "?$filter=lastDateTimeModified gt 2026-03-01T00:00:00Z")
            )
            odd |= {"resource": f"api/v2.0/companies({NOT_OURS})/{ENTRIES}{named}", "changeType": "collection"}
        self._say([odd])
        return kind

    def _ways(self, change: Change) -> list[_Way]:
        if change.document is None:
            return [self._by_header]
        ways: list[_Way] = [self._by_entries, self._by_collection]
        if change.header is not None:
            ways += [self._by_header, self._by_posting]
        elif change.operation == "created" and {CASH, RECEIVABLE} == {each.account for each in change.document.entries}:
            return [self._by_payment] if self._random.random() < 0.6 else [*ways, self._by_payment]
        return ways

    def _by_entries(self, change: Change) -> None:
        """Each entry, or only one where Business Central found one changed."""
        ids = change.ids if self._random.random() < 0.6 else (self._random.choice(change.ids),)
        self._say([self._notification(change, ENTRIES, f"({each})", change.operation) for each in ids])

    def _by_header(self, change: Change) -> None:
        assert change.header is not None
        header = change.header
        self._say([self._notification(change, header.resource, f"({header.record_id})", change.operation)])

    def _by_collection(self, change: Change) -> None:
        """All that changed since a moment before, or all there is; of whichever resource, it is the books that are listed."""
        since = moment_text(change.at - self._random.choice(_BEFORE))
        query = f"?$filter=lastDateTimeModified gt {since}" if self._random.random() < 0.9 else ""
        resource = self._random.choice((ENTRIES, ENTRIES, INVOICES))
        self._say([self._notification(change, resource, query, "collection")])

    def _by_posting(self, change: Change) -> None:
        assert change.header is not None
        name, id_name = _POSTED[change.header.resource]
        self._say_event([_event(change, name, {id_name: change.header.record_id})])

    def _by_payment(self, change: Change) -> None:
        """It names the customer, and not what was posted."""
        self._say_event([_event(change, "salespaymentposted", {"customerId": "9f161476-e811-4000-8000-000000000001"})])

    def _notification(self, change: Change, resource: str, behind: str, change_type: str) -> dict[str, Any]:
        company = change.company.upper() if self._random.random() < 0.2 else change.company
        place = [each.company for each in LEDGERS].index(change.company)
        return {
            "subscriptionId": f"{resource}{place}",
            "expirationDateTime": moment_text(change.at + timedelta(days=2)),
            "resource": f"{self._random.choice(_PREFIXES)}companies({company})/{resource}{behind}",
            "changeType": change_type,
            "lastModifiedDateTime": moment_text(change.at),
        }


def _event(change: Change, name: str, payload: Event) -> Event:
    timestamp = moment_text(change.at).replace("Z", "0000Z")
    company = {"companyId": change.company, "companyName": "Tieout Iberia S.L."}
    told_by = {"appId": "437dbf0e-84ff-417a-965d-ed2bb9650972", "initiatingUserAADObjectId": change.company}
    return {"eventName": name, "timestamp": timestamp, "payload": payload, **company, **told_by}
