"""What the rows of Dynamics' data entities are expected to hold, as far as the record step asks for it.

Every column that was asked for is answered; Dynamics has empty texts where others have null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.drift import OTHERS, Deliveries, Expected, Field, inside, listed, number, text
from tieout.landscape import Connection
from tieout.systems.dynamics_finance.accounts import CLASSES
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.queries import ENTRY_COLUMNS, LINE_COLUMNS

_AMOUNTS = ("TransactionCurrencyAmount", "AccountingCurrencyAmount", "ReportingCurrencyAmount")
# Types that say no more than on which statement the account stands are refused, and no news.
_TYPES = ("", "ProfitAndLoss", "BalanceSheet", "Total", "Reporting", "Common", "Header", "EmptyHeader")

EXPECTED: Mapping[str, Expected] = {
    "entries": {**dict.fromkeys(ENTRY_COLUMNS, text()), "AccountingDebitAmount": number()},
    "lines": {
        **dict.fromkeys(LINE_COLUMNS, text()),
        "EntryRecId": number(),
        "MainAccountType": text(*CLASSES, *_TYPES),
        **dict.fromkeys(_AMOUNTS, number()),
    },
}


def by_entity_set(options: Options) -> Mapping[str, Expected]:
    """The same by the names that the environment has for them."""
    return {options.ledger_entries: EXPECTED["entries"], options.ledger_lines: EXPECTED["lines"]}


_TEXT, _NUMBER = text(absent=True), number(absent=True)  # an older sender states less
_MOMENTS = ("EventTime", "EventTimeIso8601")
_CARRIED: Expected = {
    **dict.fromkeys(("id", "subject"), text()),
    "data": Field(types=frozenset({"object"})),
}

DELIVERIES: Mapping[str, Expected] = {
    "event": {
        **OTHERS,  # what its contract has, which a company may extend
        **dict.fromkeys(("BusinessEventId", "EventId"), text()),
        **dict.fromkeys(("BusinessEventLegalEntity", "LegalEntity", "InitiatingUserAADObjectId", *_MOMENTS), _TEXT),
        "ContextRecordSubject": text(null=True, absent=True),
        **dict.fromkeys(("ControlNumber", "MajorVersion", "MinorVersion"), _NUMBER),
        "ParentContextRecordSubjects": Field(types=frozenset({"array"}), null=True, absent=True),
    },
    "event_grid_event": {
        **_CARRIED,
        **dict.fromkeys(("eventType", "eventTime", "dataVersion"), text()),
        **dict.fromkeys(("topic", "metadataVersion"), _TEXT),
    },
    "cloud_event": {
        **_CARRIED,
        **dict.fromkeys(("source", "specversion", "type"), text()),
        **dict.fromkeys(("subject", "time", "datacontenttype", "dataschema"), _TEXT),
    },
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What Dynamics posts, and what Event Grid carries, in either of its schemas."""
    return Deliveries(DELIVERIES, _parts)


def _parts(outline: object) -> Iterator[tuple[str, object]]:
    for each in listed(outline):
        data = inside(each, "data")
        if data is None:
            yield "event", each
        else:
            yield "event_grid_event" if inside(each, "specversion") is None else "cloud_event", each
            yield "event", data
