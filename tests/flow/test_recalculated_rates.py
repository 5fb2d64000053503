"""Consolidated rates that NetSuite calculates again: what was converted by the old ones is found, read again, and planned anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.record.settle import Origin
from tests.simulation.documents import Document, Line, header_row, line_rows, rate_row
from tests.simulation.entries import all_mappings
from tests.support.settling import settling_of
from tieout import strict_json
from tieout.arriving.notice import Notice, RecordKey
from tieout.ledger import keys
from tieout.ledger.plan import Outcome
from tieout.systems.netsuite.client import NetSuiteClient
from tieout.systems.netsuite.lines import Books
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.rate_changes import NetSuiteRateChanges
from tieout.systems.netsuite.reader import NetSuiteReader
from tieout.systems.netsuite.rows import Row

ERP = "netsuite-group"
PERIODS = {"RT2026-P02": "103", "RT2026-P03": "104"}  # planning's to NetSuite's
_IDS = re.compile(r"IN \(([0-9, ]+)\)")
_BOOKS = Books(time_zone="America/Los_Angeles", default_currency="USD", group_subsidiary="1")


class Account:
    """A NetSuite account with a few invoices of one subsidiary, and the average rates of their periods."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.rates = dict.fromkeys(PERIODS.values(), "1.0837")
        self._seconds = 0

    def invoice(self, record_id: str, period: str, cents: int) -> None:
        """Save an invoice over so much, which moves its last modification."""
        self._seconds += 1
        lines = [Line("4000", "Income", "10", -cents, -cents, "2"), Line("1200", "AcctRec", None, cents, cents, "2")]
        saved = Document(record_id, "invoice", "501", "EUR", ("2",), period, lines)
        saved.last_modified = f"2026-03-05T08:{self._seconds // 60:02d}:{self._seconds % 60:02d}"
        self.documents[record_id] = saved

    def query(self, suiteql: str, _answer: str = "") -> Sequence[Row]:
        """What it answers to the reader, and to who compares its rates."""
        lists = [match[1].split(", ") for match in _IDS.finditer(suiteql)]
        if "FROM consolidatedexchangerate" in suiteql:
            return [rate_row(each, "2", self.rates[each]) for each in lists[0] if each in self.rates]
        found = [self.documents[each] for each in lists[-1] if each in self.documents]
        if "FROM transactionaccountingline" in suiteql:
            return [row for each in found for row in line_rows(each)]
        return [header_row(each) for each in found]


class Desk:
    """The record step over an account, and whoever looks for outdated rates."""

    def __init__(self) -> None:
        self.account = Account()
        client = cast("NetSuiteClient", self.account)
        self._settling, self._table = settling_of(NetSuiteReader(client, _BOOKS, Options()), all_mappings())
        self._changes = NetSuiteRateChanges(client, Options())

    def record(self, *record_ids: str) -> list[Outcome]:
        """Read records and bring the ledger up to date."""
        origins = {}
        for each in record_ids:
            key = RecordKey(ERP, "invoice", each)
            notice = Notice(key=key, notice_id="n", kind="any")
            received_at = datetime(2026, 3, 5, 17, tzinfo=UTC)
            origins[key] = Origin(notice=notice, delivery_id="d", flow="any", received_at=received_at)
        results = self._settling.settle(origins).values()
        assert not [each.error for each in results if each.error is not None]
        return [each.outcome for each in results]

    def outdated(self) -> list[str]:
        """The records whose contributions were converted by a rate that is another by now."""
        rates = {record_id: set(self._rates(record_id)) for record_id in self.account.documents}
        gone = self._changes.outdated(set().union(*rates.values()))
        return [record_id for record_id, used in rates.items() if used & gone]

    def dollars(self) -> dict[str, int]:
        """Planning's revenue in the group's currency, in cents, by NetSuite's period."""
        found: dict[str, int] = {}
        for key, item in self._table.contents().items():
            total = item.get(f"{keys.TOTAL}Revenue USD")
            if key[1] == "STATE" and total:
                period = PERIODS[dict(strict_json.parse(str(item["members"]).encode()))["Time"]]
                found[period] = found.get(period, 0) + int(total)
        return found

    def _rates(self, record_id: str) -> Iterable[str]:
        stored = self._settling.ledger.load([key := RecordKey(ERP, "invoice", record_id)]).get(key)
        parts = stored.parts.values() if stored else ()
        return (rate for part in parts for _, _, identity in part.shares for rate in identity.split(" "))


def converted(cents: int, rate: str) -> int:
    """An amount at a rate, in cents."""
    return int((Decimal(cents) * Decimal(rate)).quantize(Decimal(1), ROUND_HALF_UP))


def test_exactly_the_documents_of_the_period_are_read_again_at_an_unchanged_version() -> None:
    """No modification moved, so the version is the one that is here; the group's amount is another, and is taken."""
    desk = Desk()
    for record_id, period in (("1", "103"), ("2", "103"), ("3", "104")):
        desk.account.invoice(record_id, period, 10_000)
    assert desk.record("1", "2", "3") == [Outcome.APPLIED] * 3
    assert desk.dollars() == {"103": 21_674, "104": 10_837}
    assert desk.outdated() == []
    desk.account.rates["103"] = "1.1"
    assert desk.outdated() == ["1", "2"]
    assert desk.record("1", "2", "3") == [Outcome.APPLIED, Outcome.APPLIED, Outcome.DUPLICATE]
    assert desk.dollars() == {"103": 22_000, "104": 10_837}
    assert desk.outdated() == []
    assert desk.record("1", "2", "3") == [Outcome.DUPLICATE] * 3


def test_a_rate_that_changes_no_cent_is_taken_all_the_same() -> None:
    """Else the document would be found outdated for ever."""
    desk = Desk()
    desk.account.invoice("1", "103", 1)
    desk.record("1")
    desk.account.rates["103"] = "1.0838"
    assert desk.outdated() == ["1"]
    assert desk.record("1") == [Outcome.APPLIED]
    assert (desk.dollars(), desk.outdated()) == ({"103": 1}, [])


def test_without_the_rate_the_document_is_planned_by_plannings_own() -> None:
    """As if NetSuite had never had one; what planning converted by is no rate of NetSuite's and not asked for again."""
    desk = Desk()
    desk.account.invoice("1", "103", 10_000)
    desk.record("1")
    del desk.account.rates["103"]
    assert desk.outdated() == ["1"]
    desk.record("1")
    assert (desk.dollars(), desk.outdated()) == ({"103": 10_853}, [])


_SAVES = st.tuples(
    st.just("save"),
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["103", "104"]),
    st.integers(1, 9_999_999).map(str),
)
_RATES = st.tuples(
    st.just("rate"), st.sampled_from(["103", "104"]), st.sampled_from(["1.0837", "1.1", "0.9999999", "1.25"])
)
_READS = st.tuples(st.just("read"), st.sampled_from(["1", "2", "3"]))


@settings(max_examples=60)
@given(st.lists(st.one_of(_SAVES, _RATES, _READS), max_size=14))
def test_in_whatever_order_things_happen_what_is_found_outdated_is_all_there_is(
    happened: list[tuple[str, ...]],
) -> None:
    """Saves that are told of, rates that nobody tells of, and notices for nothing: then reading what is outdated is enough."""
    desk = Desk()
    for what, *details in happened:
        if what == "save":
            record_id, period, cents = details
            desk.account.invoice(record_id, period, int(cents))
            desk.record(record_id)
        elif what == "rate":
            desk.account.rates[details[0]] = details[1]
        elif details[0] in desk.account.documents:
            desk.record(details[0])
    wanted: dict[str, int] = {}
    for each in desk.account.documents.values():
        dollars = converted(each.lines[1].transaction_minor, desk.account.rates[each.period])
        wanted[each.period] = wanted.get(each.period, 0) + dollars
    outdated = desk.outdated()
    assert set(desk.record(*outdated)) <= {Outcome.APPLIED}
    assert desk.dollars() == wanted
    assert desk.outdated() == []
