"""What the records of Business Central's API are expected to hold, as far as the record step reads them.

Those that are not asked for by columns come whole: https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.drift import Deliveries, Expected, Field, inside, nested, number, text, truth
from tieout.landscape import Connection
from tieout.systems.business_central.queries import ACCOUNTS, ENTRIES, PERIODS, PURCHASES, SALES, SETUP

_OPTIONAL = text(null=True, absent=True)
_STAMPED: Expected = {"id": text(), "lastModifiedDateTime": text()}
_DOCUMENT_TYPES = (
    *("", " ", "_x0020_", "Payment", "Invoice", "Refund", "Reminder", "Credit Memo", "Credit_x0020_Memo"),
    *("Finance Charge Memo", "Finance_x0020_Charge_x0020_Memo"),
)
_ADDRESS = ("AddressLine1", "AddressLine2", "City", "Country", "State", "PostCode")
_PARTIES = (
    *("customerId", "customerNumber", "customerName", "billToName", "billToCustomerId", "billToCustomerNumber"),
    *("vendorId", "vendorNumber", "vendorName", "payToName", "payToContact", "payToVendorId", "payToVendorNumber"),
    *("shipToName", "shipToContact", "salesperson", "purchaser", "disputeStatus", "disputeStatusId"),
    *(f"{who}{part}" for who in ("sellTo", "billTo", "shipTo", "buyFrom", "payTo") for part in _ADDRESS),
)
_REFERENCES = (
    *("externalDocumentNumber", "customerPurchaseOrderReference", "orderId", "orderNumber", "vendorInvoiceNumber"),
    *("invoiceId", "invoiceNumber", "currencyId", "currencyCode", "shortcutDimension1Code", "shortcutDimension2Code"),
    *("paymentTermsId", "shipmentMethodId", "promisedPayDate", "phoneNumber", "email", "vendorReturnReasonId"),
)
_DOCUMENT: Expected = {
    "id": text(),
    "number": text(),
    "status": text(),
    **dict.fromkeys(("postingDate", "invoiceDate", "creditMemoDate", "dueDate", "lastModifiedDateTime"), _OPTIONAL),
    **dict.fromkeys((*_PARTIES, *_REFERENCES), _OPTIONAL),
    **dict.fromkeys(("pricesIncludeTax", "discountAppliedBeforeTax"), truth(null=True, absent=True)),
    **dict.fromkeys(
        ("discountAmount", "totalAmountExcludingTax", "totalTaxAmount", "remainingAmount"),
        number(null=True, absent=True),
    ),
    "totalAmountIncludingTax": number(),
}

EXPECTED: Mapping[str, Expected] = {
    ENTRIES: {
        **_STAMPED,
        "entryNumber": number(),
        **dict.fromkeys(("postingDate", "documentNumber", "accountNumber"), text()),
        "documentType": text(*_DOCUMENT_TYPES),
        **dict.fromkeys(("accountId", "description"), _OPTIONAL),
        **dict.fromkeys(("debitAmount", "creditAmount"), number()),
        **dict.fromkeys(
            ("additionalCurrencyDebitAmount", "additionalCurrencyCreditAmount"), number(null=True, absent=True)
        ),
        "dimensionSetLines": nested(
            {
                "code": text(),
                "valueCode": text(null=True),
                **dict.fromkeys(
                    ("id", "parentId", "parentType", "displayName", "valueId", "valueDisplayName"), _OPTIONAL
                ),
                "consolidationCode": _OPTIONAL,
            },
            absent=True,
        ),
    },
    ACCOUNTS: {**_STAMPED, "number": text(), "category": text(null=True)},
    PERIODS: {
        **_STAMPED,
        "startingDate": text(),
        "name": _OPTIONAL,
        **dict.fromkeys(("newFiscalYear", "closed", "dateLocked"), truth(null=True, absent=True)),
    },
    SETUP: {
        **_STAMPED,
        **dict.fromkeys(("additionalReportingCurrency", "localCurrencyCode", "localCurrencySymbol"), _OPTIONAL),
        **dict.fromkeys(("allowPostingFrom", "allowPostingTo"), _OPTIONAL),
        **{f"shortcutDimension{number_of}Code": _OPTIONAL for number_of in range(1, 9)},
    },
    **dict.fromkeys((*SALES.values(), *PURCHASES.values()), _DOCUMENT),
}

_NOTIFIED = ("subscriptionId", "clientState", "expirationDateTime", "resource", "lastModifiedDateTime")
_EVENT = ("eventName", "companyId", "companyName", "timestamp", "appId", "initiatingUserAADObjectId")

DELIVERIES: Mapping[str, Expected] = {
    "notifications": {
        "value": nested(
            {**dict.fromkeys(_NOTIFIED, text()), "changeType": text("created", "updated", "deleted", "collection")}
        ),
    },
    "event": {
        **dict.fromkeys(_EVENT, text()),
        "clientState": _OPTIONAL,
        "payload": Field(types=frozenset({"object"}), absent=True),  # what it holds depends on the event
    },
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What it posts: notifications of its subscriptions, or one business event."""
    return Deliveries(DELIVERIES, _parts)


def _parts(outline: object) -> Iterator[tuple[str, object]]:
    yield "notifications" if inside(outline, "eventName") is None else "event", outline
