"""The entity sets of the API with the properties and relations that a reader asks for, and what the tables keep beside them.

https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NO_ID = "00000000-0000-0000-0000-000000000000"
NO_DAY = "0001-01-01"
COMPANY, VERSION = "_company", "_version"  # columns of every table

_STAMP = " lastModifiedDateTime:datetime"
_ADDRESS = "addressLine1 addressLine2 city state country postalCode phoneNumber email website"
_PARTY = f"id:guid number displayName {_ADDRESS} taxRegistrationNumber currencyId:guid currencyCode blocked:enumeration"
_TOTALS = (
    "currencyId:guid currencyCode pricesIncludeTax:boolean discountAmount:decimal discountAppliedBeforeTax:boolean"
    " totalAmountExcludingTax:decimal totalTaxAmount:decimal totalAmountIncludingTax:decimal status:enumeration"
    + _STAMP
)
_SOLD_TO = "customerId:guid customerNumber customerName billToName billToCustomerId:guid billToCustomerNumber"
_LINE = (
    "id:guid documentId:guid sequence:integer itemId:guid accountId:guid lineType:enumeration lineObjectNumber description"
    " unitPrice:decimal quantity:decimal amountExcludingTax:decimal taxPercent:decimal totalTaxAmount:decimal"
    " amountIncludingTax:decimal netAmount:decimal netTaxAmount:decimal netAmountIncludingTax:decimal"
)
# What a document keeps for itself: the rate to the local currency, what is not settled, how long it has existed.
_DOCUMENT = "rate:decimal remaining:decimal applies_to posted_at:datetime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """From an entity to others: those of `target` whose property `theirs` is its own property `ours`.

    Attributes:
        is_collection: there are several, shown as a list; else one, or null.
    """

    target: str
    ours: str
    theirs: str
    is_collection: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySet:
    """One entity set.

    Attributes:
        type_name: of an entity, as errors say it.
        key: the property by which entities come where no order is asked for.
        properties: kinds by name: `guid`, `text`, `enumeration`, `decimal`, `integer`, `boolean`, `date` or `datetime`.
        hidden: the same for what the books keep and the API does not show.
        parent: a property that a filter must name, or else nothing is listed.
        is_served: whether the API has it.
    """

    name: str
    type_name: str
    key: str
    properties: Mapping[str, str]
    hidden: Mapping[str, str] = field(default_factory=dict)
    navigations: Mapping[str, Navigation] = field(default_factory=dict)
    parent: str = ""
    is_served: bool = True


_DIMENSIONS = {"dimensionSetLines": Navigation(target="dimensionSetLines", ours="id", theirs="parentId")}
_ACCOUNT = {"account": Navigation(target="accounts", ours="accountId", theirs="id", is_collection=False)}
_CUSTOMER = {"customer": Navigation(target="customers", ours="customerId", theirs="id", is_collection=False)}
_VENDOR = {"vendor": Navigation(target="vendors", ours="vendorId", theirs="id", is_collection=False)}


def _kinds(spec: str) -> dict[str, str]:
    parts = (each.partition(":") for each in spec.split())
    return {name: kind or "text" for name, _, kind in parts}


def _of_lines(name: str) -> dict[str, Navigation]:
    return {name: Navigation(target=name, ours="id", theirs="documentId")}


def _lines(name: str, type_name: str) -> EntitySet:
    return EntitySet(
        name=name,
        type_name=type_name,
        key="sequence",
        properties=_kinds(_LINE),
        navigations=_DIMENSIONS | _ACCOUNT,
        parent="documentId",
    )


_SETS = (
    EntitySet(
        name="companies", type_name="company", key="id",
        properties=_kinds("id:guid systemVersion timestamp:integer name displayName businessProfileId"
                          " systemCreatedAt:datetime systemModifiedAt:datetime"),
        hidden=_kinds("code additional_rate:decimal"),
    ),
    EntitySet(
        name="generalLedgerSetup", type_name="generalLedgerSetup", key="id",
        properties=_kinds("id:guid allowPostingFrom:date allowPostingTo:date additionalReportingCurrency localCurrencyCode"
                          " localCurrencySymbol shortcutDimension1Code shortcutDimension2Code" + _STAMP),
    ),
    EntitySet(
        name="accounts", type_name="account", key="number",
        properties=_kinds("id:guid number displayName category:enumeration subCategory blocked:boolean"
                          " accountType:enumeration directPosting:boolean netChange:decimal" + _STAMP),
    ),
    EntitySet(
        name="accountingPeriods", type_name="accountingPeriod", key="startingDate",
        properties=_kinds("id:guid startingDate:date name newFiscalYear:boolean closed:boolean dateLocked:boolean" + _STAMP),
    ),
    EntitySet(
        name="currencies", type_name="currency", key="code",
        properties=_kinds("id:guid code displayName symbol amountDecimalPlaces amountRoundingPrecision:decimal" + _STAMP),
    ),
    EntitySet(
        name="dimensions", type_name="dimension", key="code",
        properties=_kinds("id:guid code displayName consolidationCode" + _STAMP),
        navigations={"dimensionValues": Navigation(target="dimensionValues", ours="id", theirs="dimensionId")},
    ),
    EntitySet(
        name="dimensionValues", type_name="dimensionValue", key="code",
        properties=_kinds("id:guid code dimensionId:guid displayName consolidationCode" + _STAMP),
    ),
    EntitySet(
        name="customers", type_name="customer", key="number",
        properties=_kinds(f"{_PARTY} type:enumeration salespersonCode creditLimit:decimal" + _STAMP),
        hidden=_kinds("partner control_account"),
    ),
    EntitySet(
        name="vendors", type_name="vendor", key="number",
        properties=_kinds(f"{_PARTY} balance:decimal" + _STAMP),
        hidden=_kinds("partner control_account"),
    ),
    EntitySet(
        name="salesInvoices", type_name="salesInvoice", key="number",
        properties=_kinds("id:guid number externalDocumentNumber invoiceDate:date postingDate:date dueDate:date"
                          f" customerPurchaseOrderReference {_SOLD_TO} orderId:guid orderNumber salesperson"
                          f" remainingAmount:decimal {_TOTALS}"),
        hidden=_kinds(_DOCUMENT),
        navigations=_of_lines("salesInvoiceLines") | _DIMENSIONS | _CUSTOMER,
    ),
    _lines("salesInvoiceLines", "salesInvoiceLine"),
    EntitySet(
        name="salesCreditMemos", type_name="salesCreditMemo", key="number",
        properties=_kinds("id:guid number externalDocumentNumber creditMemoDate:date postingDate:date dueDate:date"
                          f" {_SOLD_TO} salesperson {_TOTALS} invoiceId:guid invoiceNumber"),
        hidden=_kinds(_DOCUMENT),
        navigations=_of_lines("salesCreditMemoLines") | _DIMENSIONS | _CUSTOMER,
    ),
    _lines("salesCreditMemoLines", "salesCreditMemoLine"),
    EntitySet(
        name="purchaseInvoices", type_name="purchaseInvoice", key="number",
        properties=_kinds("id:guid number postingDate:date invoiceDate:date dueDate:date vendorInvoiceNumber vendorId:guid"
                          " vendorNumber vendorName payToName payToVendorId:guid payToVendorNumber orderId:guid orderNumber"
                          f" purchaser {_TOTALS}"),
        hidden=_kinds(_DOCUMENT),
        navigations=_of_lines("purchaseInvoiceLines") | _DIMENSIONS | _VENDOR,
    ),
    _lines("purchaseInvoiceLines", "purchaseInvoiceLine"),
    EntitySet(
        name="purchaseCreditMemos", type_name="purchaseCreditMemo", key="number",
        properties=_kinds("id:guid number creditMemoDate:date postingDate:date dueDate:date vendorId:guid vendorNumber"
                          f" vendorName payToVendorId:guid payToVendorNumber {_TOTALS} invoiceId:guid invoiceNumber"),
        hidden=_kinds(_DOCUMENT),
        navigations=_of_lines("purchaseCreditMemoLines") | _DIMENSIONS | _VENDOR,
    ),
    _lines("purchaseCreditMemoLines", "purchaseCreditMemoLine"),
    EntitySet(
        name="generalLedgerEntries", type_name="generalLedgerEntry", key="entryNumber",
        properties=_kinds("id:guid entryNumber:integer postingDate:date documentNumber documentType:enumeration"
                          " accountId:guid accountNumber description debitAmount:decimal creditAmount:decimal"
                          " additionalCurrencyDebitAmount:decimal additionalCurrencyCreditAmount:decimal" + _STAMP),
        hidden=_kinds("transaction_number:integer closing:boolean origin reversed:boolean partner"),
        navigations=_DIMENSIONS | _ACCOUNT,
    ),
    EntitySet(
        name="dimensionSetLines", type_name="dimensionSetLine", key="code",
        properties=_kinds("id:guid code parentId:guid parentType:enumeration displayName valueId:guid valueCode"
                          " valueDisplayName"),
        parent="parentId",
    ),
    EntitySet(  # payments as the customer and vendor ledgers have them, which the API does not show
        name="payments", type_name="payment", key="number", is_served=False,
        properties=_kinds("id:guid number party_set party_number postingDate:date currencyCode rate:decimal amount:decimal"
                          " remaining:decimal reversed:boolean"),
    ),
)  # fmt: skip
ENTITY_SETS: Mapping[str, EntitySet] = {each.name: each for each in _SETS}

# https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0/dynamics-subscriptions
NOTIFIED_SETS = frozenset({
    "accounts", "companyInformation", "countriesRegions", "currencies", "customerPaymentJournals", "customers", "dimensions",
    "employees", "generalLedgerEntries", "itemCategories", "items", "journals", "paymentMethods", "paymentTerms",
    "purchaseInvoices", "salesCreditMemos", "salesInvoices", "salesOrders", "salesQuotes", "shipmentMethods",
    "unitsOfMeasure", "vendors",
})  # fmt: skip
