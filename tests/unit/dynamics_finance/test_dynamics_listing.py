"""Which entries Dynamics lists as written within a window, in which order, and which it still shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from tests.support.dynamics_answers import ENTRIES, KEY, Environment, entry, having_invoice, key
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, Window
from tieout.facts.statement import Statement
from tieout.money import Money
from tieout.systems.dynamics_finance.listing import ENTITIES, LATENESS

WORTH = Money(120_000, "USD")
MARCH = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def test_an_entry_is_listed_as_it_is_read() -> None:
    """At the same version, so that both compare as texts, and worth its debits."""
    environment = having_invoice()
    [listed] = environment.listing().page("journal_entry", MARCH, "").records
    assert listed == Listed(key=KEY, version="2026-03-31T23:21:06.000Z", amount=WORTH, day=date(2026, 3, 31))
    reading = environment.reader().read([KEY])[KEY]
    assert isinstance(reading, Statement)
    assert reading.source_version == listed.version


def test_a_window_is_asked_for_from_its_start_to_before_its_end() -> None:
    """Of the companies that are wanted alone, where some are named."""
    environment = Environment()
    environment.listing().page("journal_entry", MARCH, "")
    environment.listing(companies=["usmf", "demf"]).page("journal_entry", MARCH, "")
    window = "ModifiedDateTime ge 2026-03-01T00:00:00.000000Z and ModifiedDateTime lt 2026-04-01T00:00:00.000000Z"
    first, second = environment.asked(ENTRIES)
    assert first["$filter"] == window
    assert second["$filter"] == f"{window} and (dataAreaId eq 'usmf' or dataAreaId eq 'demf')"
    assert (first["$orderby"], first["$top"]) == ("ModifiedDateTime,dataAreaId,JournalNumber", "200")
    assert first["cross-company"] == "true"


def test_the_next_page_begins_behind_the_last_row() -> None:
    """By all it is ordered by, and with every digit of the moment: entries of one second are many."""
    rows = [
        entry(f"J/{at:03d}", Voucher=f"V-{at}", ModifiedDateTime="2026-03-31T23:21:06.1234567Z") for at in range(200)
    ]
    environment = Environment(**{ENTRIES: rows})
    page = environment.listing().page("journal_entry", MARCH, "")
    assert len(page.records) == 200
    environment.rows[ENTRIES] = []
    assert not environment.listing().page("journal_entry", MARCH, page.following).following
    moment = "2026-03-31T23:21:06.1234567Z"
    assert environment.asked(ENTRIES)[1]["$filter"].endswith(
        f" and (ModifiedDateTime gt {moment} or (ModifiedDateTime eq {moment}"
        " and (dataAreaId gt 'usmf' or (dataAreaId eq 'usmf' and JournalNumber gt 'J/199'))))"
    )


def test_a_page_that_is_not_full_is_the_last() -> None:
    """Nothing is asked for behind it."""
    rows = [entry(f"J-{at:03d}", Voucher=f"V-{at}") for at in range(199)]
    assert not Environment(**{ENTRIES: rows}).listing().page("journal_entry", MARCH, "").following


def test_each_entry_comes_once_at_its_latest_version_and_other_layers_not_at_all() -> None:
    """A voucher may be posted by several entries of one day."""
    later = entry("J-2", ModifiedDateTime="2026-03-31T23:21:09Z")
    tax = entry("J-3", Voucher="TAX-1", PostingLayer="Tax")
    for rows in ([entry(), later, tax], [later, entry(), tax]):
        [listed] = Environment(**{ENTRIES: rows}).listing().page("journal_entry", MARCH, "").records
        assert (listed.key, listed.version) == (KEY, "2026-03-31T23:21:09.000Z")
        assert listed.amount == WORTH + WORTH


def test_what_is_still_shown_is_listed_as_now() -> None:
    """By company and voucher, and of other days of the same voucher nothing is told."""
    environment = Environment(**{ENTRIES: [
        entry(), entry("J-2", AccountingDate="2027-03-31T12:00:00Z"), entry("D-1", dataAreaId="demf"),
    ]})  # fmt: skip
    gone, there = key("usmf/2026-03-31/GNJ-1"), key("demf/2026-03-31/ARI-000713")
    shown = environment.listing().still_known([KEY, gone, there, key("no entry of theirs")])
    assert set(shown) == {KEY, there}
    assert shown[KEY] == Listed(key=KEY, version="2026-03-31T23:21:06.000Z", amount=WORTH, day=date(2026, 3, 31))
    assert len(environment.addresses) == 2


@pytest.mark.parametrize("cursor", ["x", "a/b/c", "2026-03-31T23:21:06Z/usmf", "2026-03-31T23:21:06Z or 1 eq 1/usmf/J"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    """Nothing of it gets into a query."""
    with pytest.raises(UnreadableRecordError):
        Environment().listing().page("journal_entry", MARCH, cursor)


def test_only_what_can_be_read_can_be_listed() -> None:
    """One entity, whose changes are seen within the hour that a large journal takes to be posted."""
    assert ENTITIES == ("journal_entry",)
    assert timedelta(minutes=30) <= LATENESS <= timedelta(hours=2)
    with pytest.raises(UnreadableRecordError):
        Environment().listing().page("invoice", MARCH, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"AccountingDebitAmount": ""},
        {"ModifiedDateTime": ""},
        {"Voucher": ""},
        {"AccountingDate": "1900-01-01T12:00:00Z"},
    ],
)
def test_a_row_that_does_not_say_what_it_is_refuses_the_page(changes: dict[str, str]) -> None:
    """A census that left it out would call the window complete."""
    environment = Environment(**{ENTRIES: [entry(**changes)]})
    with pytest.raises(UnreadableRecordError):
        environment.listing().page("journal_entry", MARCH, "")


def test_a_window_is_counted_for_one_call() -> None:
    """Without its rows: for what is estimated before it is listed."""
    rows = [entry(f"J-{at:03d}", Voucher=f"V-{at}") for at in range(250)]
    environment = Environment(**{ENTRIES: rows})
    assert environment.listing().count("journal_entry", MARCH) == 250
    [asked] = environment.asked(ENTRIES)
    assert (asked["$top"], asked["$count"], asked["cross-company"]) == ("1", "true", "true")
    with pytest.raises(UnreadableRecordError):
        environment.listing().count("invoice", MARCH)
    environment.answer = lambda _: httpx.Response(200, json={"value": []})
    with pytest.raises(UnavailableError):
        environment.listing().count("journal_entry", MARCH)
