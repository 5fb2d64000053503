"""What only a Dynamics 365 Finance connection knows: which companies, which events, and what its environment calls things.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tieout.arriving.consent import check_consent
from tieout.declared import Declared

COMPANY = re.compile("[0-9a-z][0-9a-z_-]{0,9}", re.ASCII)
"""A `dataAreaId`; Dynamics compares them without regard to case, and we write them in small letters."""

VOUCHER, JOURNAL = "voucher", "journal"
"""What an event can name without a document: one voucher, or a journal whose vouchers were posted together."""

EVENT_ID = re.compile("[A-Za-z][A-Za-z0-9_]{0,99}", re.ASCII)
_NAME = re.compile(
    "[A-Za-z][A-Za-z0-9_]{0,79}", re.ASCII
)  # of an entity set or a column: nothing else gets into an address
_DOCUMENT_NAME = re.compile("[a-z][a-z_]{0,39}", re.ASCII)
ACCOUNT, UNUSED = "account", "unused"
_DIMENSIONS = frozenset(
    (
        ACCOUNT,
        UNUSED,
        "cost_centre",
        "customer",
        "location",
        "partner",
        "product",
        "profit_centre",
        "segment",
        "supplier",
    )
)
# What of the options only the record step needs.
_NOT_AT_THE_DOOR = (
    "documents",
    "ledger_entries",
    "ledger_lines",
    "dimensions",
    "dimension_delimiter",
    "cash_accounts",
    "adjusting_categories",
    "scope",
)


def _check_name(option: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{option} is no name of an entity set or a column")


class Event(Declared):
    """Which posting a business event tells of.

    Attributes:
        id: its `BusinessEventId`.
        names: what its field names: `voucher`, `journal`, or one of the connection's documents by its name.
        field: the field of its contract that holds that number.
    """

    id: str
    names: str
    field: str

    def __post_init__(self) -> None:
        """Refuse what no event could match; raises `ValueError` naming the field."""
        if not EVENT_ID.fullmatch(self.id):
            raise ValueError("id is no BusinessEventId")
        if not _NAME.fullmatch(self.field):
            raise ValueError("field is no name of a field")


class Document(Declared):
    """A kind of document that is posted by voucher, and where Dynamics shows which voucher that was, and with whom it is.

    Attributes:
        name: what events and nobody else call it here.
        categories: the journal categories of ledger entries that post it.
        party: whom its lines are with.
        is_payment: it moves money; else it is an invoice, or by its sign a credit.
        entity_set: the entity set that has one row for each.
        number, voucher, account: its columns with the document's number, its voucher, and the customer's or supplier's account.
        day: its column with the day it was posted on, by which documents of one voucher are told apart where numbers began
            anew; empty: none is asked for.
    """

    name: str
    categories: Sequence[str]
    party: Literal["customer", "supplier"]
    is_payment: bool = False
    entity_set: str
    number: str
    voucher: str
    account: str
    day: str = ""

    def __post_init__(self) -> None:
        """Refuse names that could change what is asked; raises `ValueError` naming the field."""
        if not _DOCUMENT_NAME.fullmatch(self.name) or self.name in {VOUCHER, JOURNAL}:
            raise ValueError("name is not small letters, or has another meaning")
        for field in ("entity_set", "number", "voucher", "account", *(["day"] if self.day else [])):
            _check_name(field, getattr(self, field))


EVENTS = (
    Event(id="SalesInvoicePostedBusinessEvent", names="customer_invoice", field="InvoiceId"),
    Event(id="CustFreeTextInvoicePostedBusinessEvent", names="customer_invoice", field="InvoiceId"),
    Event(id="VendorInvoicePostedBusinessEvent", names="supplier_invoice", field="InvoiceId"),
)
DOCUMENTS = (
    Document(
        name="customer_invoice",
        categories=("Sales", "Cust"),
        party="customer",
        entity_set="SalesInvoiceHeadersV2",
        number="InvoiceNumber",
        voucher="LedgerVoucher",
        account="InvoiceCustomerAccountNumber",
        day="InvoiceDate",
    ),
    Document(
        name="supplier_invoice",
        categories=("Purch", "Vend"),
        party="supplier",
        entity_set="VendorInvoiceJournalHeaders",
        number="InvoiceNumber",
        voucher="LedgerVoucher",
        account="InvoiceVendorAccountNumber",
        day="InvoiceDate",
    ),
    Document(
        name="customer_payment",
        categories=("Payment",),
        party="customer",
        is_payment=True,
        entity_set="CustomerTransactions",
        number="Voucher",
        voucher="Voucher",
        account="CustomerAccountNumber",
        day="TransactionDate",
    ),
)


class Options(Declared):
    """The options of one environment of Dynamics 365 Finance.

    Attributes:
        companies: the `dataAreaId` of each company whose books are wanted; what others post is passed over. None: all that our
            role sees.
        events: the business events that tell of postings, beside `EVENTS` and instead of those of the same id: which are
            activated, and what their contracts hold, stands in the environment's own catalogue.
        documents: the kinds of document, instead of `DOCUMENTS`.
        ledger_entries: the entity set with a row for each entry of the general ledger.
        ledger_lines: the entity set with a row for each line of an entry.
        dimensions: what the parts of a ledger account's display value are, in their order: `account` once, any of
            `cost_centre`, `customer`, `location`, `partner`, `product`, `profit_centre`, `segment`, `supplier`, or `unused`.
        dimension_delimiter: what stands between the parts.
        cash_accounts: main accounts that count as cash, beside those that Dynamics posts to as a bank's.
        adjusting_categories: the journal categories by which people post to a closing period, such as what auditors find; entries
            of all others there only carry a year on.
        scope: the OAuth 2.0 scope; empty: the connection's address with `/.default`.
        allowed_origins: by which names Event Grid, in the schema of CloudEvents, is told that its events are welcome.
    """

    companies: Sequence[str] = ()
    events: Sequence[Event] = ()
    documents: Sequence[Document] = DOCUMENTS
    ledger_entries: str = "GeneralJournalEntries"
    ledger_lines: str = "GeneralJournalAccountEntries"
    dimensions: Sequence[str] = (ACCOUNT,)
    dimension_delimiter: str = "-"
    cash_accounts: Sequence[str] = ()
    adjusting_categories: Sequence[str] = ("LedgerJournal",)
    scope: str = ""
    allowed_origins: Sequence[str] = ("eventgrid.azure.net",)

    def __post_init__(self) -> None:
        """Read what came as JSON, and refuse what reads nothing or something else: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        check_consent(self.allowed_origins, 0)
        for name, kind in (("events", Event), ("documents", Document)):
            stated = getattr(self, name)
            self.__dict__[name] = tuple(kind(**each) if isinstance(each, Mapping) else each for each in stated)
        if not all(COMPANY.fullmatch(each) for each in self.companies):
            raise ValueError("companies holds what is no dataAreaId in small letters")
        for name in ("ledger_entries", "ledger_lines"):
            _check_name(name, getattr(self, name))
        self._check_names()
        self._check_dimensions()

    def event(self, event_id: str) -> Event | None:
        """What a business event tells of; None where it tells of no posting."""
        return next((each for each in (*self.events, *EVENTS) if each.id == event_id), None)

    def document(self, name: str) -> Document | None:
        """The kind of document of that name, if there is one."""
        return next((each for each in self.documents if each.name == name), None)

    def _check_names(self) -> None:
        names = [each.name for each in self.documents]
        if len(names) != len(set(names)):
            raise ValueError("documents names one twice")
        categories = [each.casefold() for document in self.documents for each in document.categories]
        if len(categories) != len(set(categories)):
            raise ValueError("documents gives one category to two")

    def _check_dimensions(self) -> None:
        meant = [each for each in self.dimensions if each != UNUSED]
        if not set(meant) <= _DIMENSIONS or len(meant) != len(set(meant)):
            raise ValueError("dimensions holds one twice, or what no line has")
        if ACCOUNT not in meant:
            raise ValueError("dimensions has no account")
        if len(self.dimension_delimiter) != 1 or self.dimension_delimiter.isalnum() or self.dimension_delimiter == "\\":
            raise ValueError("dimension_delimiter is no single sign")


def has_key_in_path(_options: Mapping[str, Any]) -> bool:
    """Always: nothing of a business event is signed, and its sender proves itself by the last part of the path it posts to."""
    return True


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name not in _NOT_AT_THE_DOOR}
