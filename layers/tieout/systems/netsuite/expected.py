"""What NetSuite's rows are expected to hold, as far as the record step reads them.

SuiteQL writes every value as text and leaves out what is null, so what may be null may be absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.drift import OTHERS, Deliveries, Expected, Field, inside, listed, nested, text, truth
from tieout.landscape import Connection
from tieout.systems.netsuite.accounts import ACCOUNT_TYPES, RATE_TYPES
from tieout.systems.netsuite.translate import TRANSACTION_TYPES

HEADER, LINE, RATE = "transaction", "ledger_line", "consolidated_rate"

_OPTIONAL = text(absent=True)
_FLAG = text("T", "F", absent=True)
_LINKS = {"links": Field(types=frozenset({"array"}), absent=True)}
# The columns that an account's options name are there besides.
_MASTER = {
    **_LINKS,
    **OTHERS,
    **dict.fromkeys(("id", "lastmodified"), text()),
    "isinactive": _FLAG,
    "parent": _OPTIONAL,
}


def _decimals_of(currency: str) -> Field:
    return _OPTIONAL._replace(decimals_of=currency)


EXPECTED: Mapping[str, Expected] = {
    HEADER: {
        **_LINKS,
        **dict.fromkeys(("id", "lastmodified"), text()),
        "type": text(*(each for types in TRANSACTION_TYPES.values() for each in types)),
        **dict.fromkeys(("posting", "voided", "memovoid", "isadjust"), _FLAG),
        **dict.fromkeys(("tranid", "trandate", "reversal", "entity", "foreignunused", "currency"), _OPTIONAL),
        "currencyprecision": _decimals_of("currency"),
        **dict.fromkeys(("period", "periodname", "periodstart", "periodend", "represents"), _OPTIONAL),
    },
    LINE: {
        **_LINKS,
        **dict.fromkeys(("document", "line", "lastmodified"), text()),
        **dict.fromkeys(("subsidiary", "accountid", "acctnumber", "specialaccount", "item", "entity"), _OPTIONAL),
        "accttype": text(*ACCOUNT_TYPES, absent=True),
        "generalrate": text(*RATE_TYPES, absent=True),
        "functionalcurrency": _OPTIONAL,
        "functionalprecision": _decimals_of("functionalcurrency"),
        **dict.fromkeys(("entitytype", "foreignamount", "amount", "unused"), _OPTIONAL),
        **dict.fromkeys(("department", "segment", "location", "duetofrom", "represents"), _OPTIONAL),
        **dict.fromkeys(("eliminate", "accounteliminate"), _FLAG),
    },
    RATE: {
        **_LINKS,
        **dict.fromkeys(("period", "subsidiary", "currency"), text()),
        **dict.fromkeys(("currentrate", "averagerate", "historicalrate"), _OPTIONAL),
    },
    "customer": {
        **_MASTER,
        **dict.fromkeys(("companyname", "country", "currency", "subsidiary"), _OPTIONAL),
    },
    "product": {**_MASTER, **dict.fromkeys(("itemid", "displayname"), _OPTIONAL)},
    "gl_account": {
        **_MASTER,
        **dict.fromkeys(("acctnumber", "fullname", "parentnumber"), _OPTIONAL),
        "accttype": text(*ACCOUNT_TYPES, "nonposting", "stat", absent=True),
    },
    "cost_centre": {**_MASTER, "name": text()},
}

# Of what a user event script is told of, as `UserEventType` of N/record has it.
_EVENT_TYPES = (
    *("create", "edit", "xedit", "delete", "copy", "cancel", "approve", "reject", "ship", "pack", "dropship"),
    *(
        "specialorder",
        "orderitems",
        "paybills",
        "markcomplete",
        "reassign",
        "transform",
        "changepassword",
        "editforecast",
    ),
)
_OBJECT = Field(types=frozenset({"object"}), absent=True)
_RECORD: Expected = {
    **dict.fromkeys(("id", "type"), text(absent=True)),
    "isDynamic": truth(absent=True),
    **dict.fromkeys(("fields", "sublists"), _OBJECT),
}

DELIVERIES: Mapping[str, Expected] = {
    "event": {  # as our own script posts it, and others with less
        **dict.fromkeys(("eventId", "occurredAt", "accountId", "executionContext"), text(absent=True)),
        "recordType": text(),
        "recordId": Field(types=frozenset({"string", "number"})),
        "eventType": text(*_EVENT_TYPES, absent=True),
        "lastModifiedDate": text(null=True, absent=True),
        "voided": truth(absent=True),
        "record": nested(_RECORD, null=True, absent=True),
    },
    "record": {**_RECORD, **dict.fromkeys(("id", "type"), text())},
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What a script posts: what happened, or nothing but the record."""
    return Deliveries(DELIVERIES, _parts)


def _parts(outline: object) -> Iterator[tuple[str, object]]:
    for each in listed(outline):
        yield "record" if inside(each, "recordType") is None and inside(each, "type") is not None else "event", each
