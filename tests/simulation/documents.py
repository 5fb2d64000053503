"""The documents of an ERP in memory, the values they take by chance, and the rows its queries show of them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tieout.systems.netsuite.rows import Row

ZONE = ZoneInfo("America/Los_Angeles")
CUSTOMERS = ("501", "502", "503")
VENDORS = ("601", "602")
STANDS_FOR = {"503": "2", "602": "1"}  # customers and vendors that are companies of the group
ACCOUNTS = ("4000", "4010", "4900")
EXPENSES = ("6000", "6100", "6200")
DEPARTMENTS = ("10", "20", None)
MANY_DEPARTMENTS = tuple(str(1000 + place) for place in range(40))  # of large documents: each line has cells of its own
EXPONENTS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
OWN_CURRENCY = {"1": "USD", "2": "EUR"}  # subsidiary to its currency; 1 is the group
PERIODS = {  # id to name, first and last day, whether an adjustment
    "103": ("Mar 2026", "2026-03-01", "2026-03-31", False),
    "104": ("Apr 2026", "2026-04-01", "2026-04-30", False),
    "105": ("May 2026", "2026-05-01", "2026-05-31", False),
    "199": ("Adjust 2026", "2026-03-31", "2026-03-31", True),
    "302": (
        "P02 2026",
        "2026-03-01",
        "2026-03-28",
        False,
    ),  # the company that counts weeks keeps books by its own periods
    "303": ("P03 2026", "2026-03-29", "2026-05-02", False),
    "304": ("P04 2026", "2026-05-03", "2026-05-30", False),
}
GROUP_RATES = {  # none for May and for P03: planning's own
    ("103", "2"): "1.0837",
    ("104", "2"): "1.0912",
    ("199", "2"): "1.0837",
    ("302", "2"): "1.0841",
    ("304", "2"): "1.0955",
}
ENTITIES = ("invoice", "credit_memo", "payment", "journal_entry", "bill")
_TYPES = {  # the types of a bill are two
    "invoice": "CustInvc", "credit_memo": "CustCred", "payment": "CustPymt", "journal_entry": "Journal",
    "bill": "VendBill", "vendor_credit": "VendCred",
}  # fmt: skip
_RECORD_TYPES = dict(
    zip(_TYPES, ("invoice", "creditmemo", "customerpayment", "journalentry", "vendorbill", "vendorcredit"), strict=True)
)


@dataclass(slots=True)
class Line:
    """One posted line, debit positive, in minor units of the document's and of the subsidiary's currency.

    Attributes:
        charged_to: of a bill: the customer who is to pay for it in the end.
    """

    account: str
    kind: str
    department: str | None
    transaction_minor: int
    functional_minor: int
    subsidiary: str
    is_eliminated: bool = False
    charged_to: str | None = None


@dataclass(slots=True)
class Document:
    """A transaction.

    Attributes:
        named: the customer, or of a bill the vendor.
        is_credit: of a bill: it is a vendor's credit.
    """

    document_id: str
    entity: str
    named: str | None
    currency: str
    subsidiaries: tuple[str, ...]  # that it posts for, most often one
    period: str
    lines: list[Line]
    last_modified: str = ""
    is_posted: bool = True
    is_void: bool = False
    is_deleted: bool = False
    is_credit: bool = False
    reversal: str | None = None

    @property
    def record_type(self) -> str:
        """What the ERP's scripts call it."""
        return _RECORD_TYPES[self._kind]

    @property
    def type(self) -> str:
        """What its queries call it."""
        return _TYPES[self._kind]

    @property
    def _kind(self) -> str:
        return "vendor_credit" if self.is_credit else self.entity


def header_row(document: Document) -> Row:
    """What the query of headers shows of a document."""
    name, start, end, is_adjustment = PERIODS[document.period]
    row = {
        "id": document.document_id,
        "type": document.type,
        "tranid": f"T{document.document_id}",
        "trandate": "2026-03-05",
        "memovoid": "F",
        "posting": "T" if document.is_posted else "F",
        "voided": "T" if document.is_void else "F",
        "reversal": document.reversal,
        "entity": document.named if document.entity != "journal_entry" else None,
        "represents": STANDS_FOR.get(document.named or "") if document.entity != "journal_entry" else None,
        "lastmodified": document.last_modified,
        "currency": document.currency,
        "currencyprecision": str(EXPONENTS[document.currency]),
        "period": document.period,
        "periodname": name,
        "periodstart": start,
        "periodend": end,
        "isadjust": "T" if is_adjustment else "F",
    }
    return {name: value for name, value in row.items() if value is not None}


def line_rows(document: Document) -> list[Row]:
    """What the query of posted lines shows of it."""
    return [_line_row(document, number, line) for number, line in enumerate(document.lines) if document.is_posted]


def _line_row(document: Document, number: int, line: Line) -> Row:
    own, named = OWN_CURRENCY[line.subsidiary], line.charged_to or document.named
    row = {
        "document": document.document_id,
        "line": str(number),
        "subsidiary": line.subsidiary,
        "lastmodified": document.last_modified,
        "accountid": f"9{line.account}",
        "acctnumber": line.account,
        "accttype": line.kind,
        "functionalcurrency": own,
        "functionalprecision": str(EXPONENTS[own]),
        "department": line.department,
        "entity": named,
        "entitytype": "Vendor" if named in VENDORS else "CustJob" if named else None,
        "represents": STANDS_FOR.get(named or ""),
        "eliminate": "T" if line.is_eliminated else "F",
        "foreignamount": _units(line.transaction_minor, document.currency),
        "amount": _units(line.functional_minor, own),
    }
    return {name: value for name, value in row.items() if value is not None}


def rate_row(period: str, subsidiary: str, rate: str) -> Row:
    """What the query of consolidated rates shows."""
    rates = {"averagerate": rate, "currentrate": "1.5", "historicalrate": "0.5"}
    return {"period": period, "subsidiary": subsidiary, "currency": "USD"} | rates


def _units(minor: int, currency: str) -> str:
    exponent = EXPONENTS[currency]
    digits = f"{abs(minor):0{exponent + 1}d}"
    text = f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits
    return f"-{text}" if minor < 0 else text
