"""Keeps sales orders: their life from the order to the bill, and the events of header, items and statuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.systems.sap_s4hana.customizing import Customizing
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.tenant import Work
from sandbox.systems.sap_s4hana.values import with_zeros

HEADERS, ITEMS = "A_SalesOrder", "A_SalesOrderItem"
_BEFORE_FIRST = 3_000_000
_CONTEXT = ("SalesOrderType", "SalesOrganization", "DistributionChannel", "OrganizationDivision", "SoldToParty")
_FIXED = frozenset({"SalesOrder", "SalesOrderItem"})
_ITEM_STATUSES = ("DeliveryStatus", "OrderRelatedBillingStatus", "SDProcessStatus")
# status of the header: (status of the items, the event that tells of its change)
_STATUSES = {
    "OverallDeliveryStatus": ("DeliveryStatus", "OvrlDelivStsChgd"),
    "OverallOrdReltdBillgStatus": ("OrderRelatedBillingStatus", ""),
    "OverallSDProcessStatus": ("SDProcessStatus", "OvrlSDProcStsChgd"),
}


class SalesOrders:
    """The sales orders, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._store = work.store
        self._customizing = Customizing(work.settings, work.store)

    def create(self, plain: Mapping[str, Any]) -> str:
        """Create an order; its number.

        Args:
            plain: properties of the header by their names, `SalesOrganization` at least, and `items` with theirs.

        Raises:
            ValueError: for a property that does not fit.
        """
        organization = plain["SalesOrganization"]
        currency = self._customizing.company(organization).currency
        number = self._work.next_number(HEADERS, _BEFORE_FIRST)
        usual = {
            "SalesOrderType": "OR",
            "DistributionChannel": "10",
            "OrganizationDivision": "00",
            "SalesOrderDate": self._work.day,
            "TransactionCurrency": currency,
            "CreationDate": self._work.day,
            "CreatedByUser": "SANDBOX",
            "OverallSDDocumentRejectionSts": "A",
            **dict.fromkeys((*_STATUSES, "OverallTotalDeliveryStatus"), "A"),
        }
        own = {name: value for name, value in plain.items() if name not in {"items", *_FIXED}}
        self._store.insert(HEADERS, {**usual, **own, "SalesOrder": number})
        for item in plain.get("items", ()):
            self._insert_item(number, item)
        self._settle(number)
        self._tell("Created", number)
        return number

    def change(self, number: str, values: Mapping[str, Any]) -> None:
        """Change the header.

        Raises:
            ValueError: for a property that does not fit.
        """
        self._row(number)
        self._store.update(
            HEADERS, {"SalesOrder": number}, {name: values[name] for name in values if name not in _FIXED}
        )
        self._settle(number)
        self._tell("Changed", number)

    def delete(self, number: str) -> None:
        """Delete an order that nothing followed from.

        Raises:
            ValueError: if it was delivered or billed, in part or in whole.
        """
        row = self._row(number)
        if {row["OverallDeliveryStatus"], row["OverallOrdReltdBillgStatus"]} != {"A"}:
            raise ValueError(f"{number} has documents that follow from it")
        data = self._data(row)
        self._store.remove(HEADERS, SalesOrder=number)
        self._store.remove(ITEMS, SalesOrder=number)
        self._work.tell("SalesOrder", "Deleted", data)

    def add_item(self, number: str, item: Mapping[str, Any]) -> str:
        """Add an item; its number."""
        self._row(number)
        place = self._insert_item(number, item)
        self._settle(number)
        self._tell("ItemCreated", number, item=place)
        return place

    def change_item(self, number: str, item: str, values: Mapping[str, Any]) -> None:
        """Change an item, or reject it by a `SalesDocumentRjcnReason`: no event tells of the header, though its total moves."""
        before = self._store.row(ITEMS, SalesOrder=number, SalesOrderItem=item)
        own = {name: values[name] for name in values if name not in _FIXED}
        if "NetAmount" in own:
            own["NetAmount"] = str(self._customizing.exact(own["NetAmount"], str(before["TransactionCurrency"])))
        self._store.update(ITEMS, {"SalesOrder": number, "SalesOrderItem": item}, own)
        self._settle(number)
        reason = own.get("SalesDocumentRjcnReason", before["SalesDocumentRjcnReason"])
        if reason != before["SalesDocumentRjcnReason"]:
            self._tell("ItmRjcnStsChgd", number, item=item)
        self._tell("ItemChanged", number, item=item)

    def delete_item(self, number: str, item: str) -> None:
        """Delete an item."""
        self._store.row(ITEMS, SalesOrder=number, SalesOrderItem=item)
        self._store.remove(ITEMS, SalesOrder=number, SalesOrderItem=item)
        self._settle(number)
        self._tell("ItemDeleted", number, item=item)

    def deliver(self, number: str, items: Sequence[str] = ()) -> None:
        """Deliver items, or all of them."""
        self._set_status(number, items, "DeliveryStatus", "C")

    def bill(self, number: str, items: Sequence[str], *, is_billed: bool) -> None:
        """Note that items were billed, or that their bill was cancelled."""
        self._set_status(number, items, "OrderRelatedBillingStatus", "C" if is_billed else "A")

    def unbilled(self, number: str) -> tuple[Row, list[Row]]:
        """An order, and its items that are neither rejected nor billed."""
        items = self._store.rows(ITEMS, SalesOrder=number, SalesDocumentRjcnReason="", OrderRelatedBillingStatus="A")
        return self._row(number), items

    def _row(self, number: str) -> Row:
        return self._store.row(HEADERS, SalesOrder=number)

    def _set_status(self, number: str, items: Sequence[str], name: str, value: str) -> None:
        row = self._row(number)
        chosen = items or [str(each["SalesOrderItem"]) for each in self._store.rows(ITEMS, SalesOrder=number)]
        for item in chosen:
            self._store.update(ITEMS, {"SalesOrder": number, "SalesOrderItem": item}, {name: value})
        self._settle(number)
        after = self._row(number)
        for status, (_, event) in _STATUSES.items():
            if event and after[status] != row[status]:
                told = {status: str(after[status]), f"Previous{status}": str(row[status])}
                self._work.tell("SalesOrder", event, self._data(after) | told)

    def _insert_item(self, number: str, item: Mapping[str, Any]) -> str:
        """Add an item, by tens."""
        order, others = self._row(number), self._store.rows(ITEMS, SalesOrder=number)
        place = str(max((int(str(each["SalesOrderItem"])) for each in others), default=0) + 10)
        usual = {
            "SalesOrderItemCategory": "TAN",
            "RequestedQuantity": "1",
            "RequestedQuantityUnit": "PC",
            "TransactionCurrency": order["TransactionCurrency"],
            "PurchaseOrderByCustomer": order["PurchaseOrderByCustomer"],
            **dict.fromkeys(_ITEM_STATUSES, "A"),
        }
        own = {name: value for name, value in item.items() if name not in _FIXED}
        net = self._customizing.exact(item.get("NetAmount", "0"), str(order["TransactionCurrency"]))
        key = {"SalesOrder": number, "SalesOrderItem": place}
        self._store.insert(ITEMS, {**usual, **own, **key, "NetAmount": str(net)})
        return place

    def _settle(self, number: str) -> None:
        """Work out what the header says of its items, and stamp it."""
        items = self._store.rows(ITEMS, SalesOrder=number)
        for item in items:
            item["SDProcessStatus"] = _process_status(item)
            key = {name: item[name] for name in ("SalesOrder", "SalesOrderItem")}
            self._store.update(ITEMS, key, {"SDProcessStatus": item["SDProcessStatus"]})
        counted = [item for item in items if not item["SalesDocumentRjcnReason"]]
        values: dict[str, Any] = {name: _overall(counted, of, items) for name, (of, _) in _STATUSES.items()}
        rejected = len(items) - len(counted)
        values |= {
            "TotalNetAmount": str(self._total(counted, number)),
            "OverallTotalDeliveryStatus": values["OverallDeliveryStatus"],
            "OverallSDDocumentRejectionSts": "A" if not rejected else "B" if counted else "C",
            "LastChangeDate": self._work.day,
            "LastChangeDateTime": self._work.moment.isoformat(),
        }
        self._store.update(HEADERS, {"SalesOrder": number}, values)

    def _total(self, counted: Sequence[Row], number: str) -> Decimal:
        """What is ordered, with all places of the order's currency."""
        total = sum((Decimal(str(item["NetAmount"])) for item in counted), Decimal(0))
        return self._customizing.rounded(total, str(self._row(number)["TransactionCurrency"]))

    def _tell(self, event: str, number: str, *, item: str = "") -> None:
        data = self._data(self._row(number))
        self._work.tell("SalesOrder", event, data | ({"SalesOrderItem": item} if item else {}))

    def _data(self, row: Row) -> dict[str, str]:
        """The key, and what events of today's tenants carry beside it."""
        number = str(row["SalesOrder"])
        key = {"SalesOrder": with_zeros(number) if self._work.settings.leading_zeros else number}
        if not self._work.settings.sales_context:
            return key
        raised = self._work.moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {**key, "EventRaisedDateTime": raised, **{name: str(row[name]) for name in _CONTEXT}}


def _process_status(item: Row) -> str:
    if item["SalesDocumentRjcnReason"]:
        return "C"
    return _least_and_most(str(item[name]) for name in ("DeliveryStatus", "OrderRelatedBillingStatus"))


def _overall(counted: Sequence[Row], name: str, items: Sequence[Row]) -> str:
    """`A` not begun, `B` in part, `C` done; an order that is rejected as a whole is done."""
    if items and not counted:
        return "C"
    return _least_and_most(str(item[name]) for item in counted)


def _least_and_most(statuses: Iterable[str]) -> str:
    found = set(statuses) or {"A"}
    return found.pop() if len(found) == 1 else "B"
