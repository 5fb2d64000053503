"""Runs of a census and what came of them, to the letter, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support.ledger_scenes import (
    NOW,
    V1,
    V2,
    committed,
    contribution,
    lineage,
    planned,
    record,
    statement,
)
from tests.support.recurring import JANUARY, MARCH, version
from tests.support.short_pages import ShortPages
from tieout.arriving.notice import RecordKey
from tieout.census import Difference, Known, Phase, Purpose, Run, Tally
from tieout.errors import ConflictError
from tieout.facts.listing import Listed, Window
from tieout.facts.statement import Absence, Statement
from tieout.facts.subscription import Subscription
from tieout.ledger.censuses import CensusLedger, CompleteWindow, Found, StillRunningError
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import decide
from tieout.ledger.table import Item, Table, Usage
from tieout.money import Money

DEAL = "opportunity"
DAY = 86_400
SPAN = Window(NOW - timedelta(days=2), NOW - timedelta(minutes=5))
LATER = NOW + timedelta(hours=1)


def run_of(purpose: Purpose = Purpose.CENSUS, entity: str = DEAL, connection: str = "crm") -> Run:
    """A run of which nothing is done yet."""
    return Run.begun(connection=connection, entity=entity, purpose=purpose, span=SPAN, now=NOW)


def items(table: Table, prefix: str) -> dict[str, Item]:
    """What stands under the connection whose names begin so."""
    return {key[1]: item for key, item in table.query("CENSUS#crm", prefix=prefix).items}


def difference(number: int, **said: object) -> Found:
    """A deal that was never received."""
    found = Found(
        key=record(number),
        difference=Difference.NEVER_RECEIVED,
        version_there=V1,
        version_here="",
        amount=None,
        day=None,
        planned_minor={},
        periods=(),
        found_at=NOW,
    )
    return replace(found, **said)  # type: ignore[arg-type]  # its fields


def test_the_last_run_of_each_entity_and_purpose_is_kept_under_a_name_of_its_own(table: Table) -> None:
    """On whichever page they stand; those of another connection are its own."""
    ledger = CensusLedger(table)
    own = [run_of(purpose, entity) for entity in ("contract", "journal#1") for purpose in Purpose]
    for run in (*own, run_of(connection="crm-2")):
        ledger.begin(run)
    found = CensusLedger(ShortPages(table)).runs("crm")
    assert sorted(found, key=str) == sorted([run._replace(revision=1) for run in own], key=str)
    assert set(items(table, "RUN#contract")) == {"RUN#contract#backfill", "RUN#contract#census", "RUN#contract#poll"}
    assert items(table, "RUN#contract#poll")["RUN#contract#poll"].keys() == {"run", "revision"}


def test_a_run_begins_where_none_is_under_way(table: Table) -> None:
    """Whoever is told that one is learns since when; one that was stopped is over."""
    ledger = CensusLedger(table)
    ledger.begin(run_of())
    under_way = r"^a census of opportunity is under way since 2026-03-02T09:00:00\.000Z$"
    with pytest.raises(StillRunningError, match=under_way):
        ledger.begin(run_of())
    [run] = ledger.runs("crm")
    ledger.advance(run._replace(phase=Phase.STOPPED))
    ledger.begin(run_of()._replace(started_at=LATER))
    assert [(each.started_at, each.revision) for each in ledger.runs("crm")] == [(LATER, 3)]


def test_of_two_that_begin_a_run_at_once_one_is_told(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both had looked when there was none."""
    CensusLedger(table).begin(run_of())
    monkeypatch.setattr(table, "get", lambda _: {})
    with pytest.raises(StillRunningError, match=r"^a census of opportunity was begun at this moment$"):
        CensusLedger(table).begin(run_of()._replace(started_at=LATER))
    assert [each.started_at for each in CensusLedger(table).runs("crm")] == [NOW]


def test_whoever_advances_a_run_is_given_it_as_it_is_kept(table: Table) -> None:
    """So that it can be advanced once more; whoever has it as it was before is too late."""
    ledger = CensusLedger(table)
    ledger.begin(run_of())
    [begun] = ledger.runs("crm")
    first = ledger.advance(begun._replace(pages=1))
    second = ledger.advance(first._replace(pages=2))
    assert ledger.runs("crm") == [second]
    assert (second.pages, second.revision) == (2, 3)
    with pytest.raises(ConflictError):
        ledger.advance(first._replace(pages=9))


def test_what_is_known_of_a_record_is_its_version_its_rates_and_whether_it_is_gone(table: Table) -> None:
    """One that is not in the books is not gone; one that the ledger does not know is left out."""
    facts = FactLedger(table)
    rated = (contribution("Acme", 5, "a>b=1 c>d=2"), contribution("Beta", 7, "par"))
    assert facts.commit([(decide(statement(1, V1), None, rated, {}), lineage(record(1)))]) == {}
    for number, absence in enumerate(Absence, start=2):
        gone = Statement(key=record(number), source_version=V2, fact=None, absence=absence)
        committed(facts, planned(facts, gone, {}))
    known = CensusLedger(table).known(record(number) for number in range(1, 9))
    assert known == {
        record(1): Known(source_version=V1, is_gone=False, rates=frozenset({"a>b=1", "c>d=2", "par"})),
        record(2): Known(source_version=V2, is_gone=True),
        record(3): Known(source_version=V2, is_gone=True),
        record(4): Known(source_version=V2, is_gone=False),
    }


def test_what_is_known_of_a_history_is_each_of_its_steps(table: Table) -> None:
    """A census compares them one by one; what has no history has none."""
    facts, history = FactLedger(table), Subscription(versions=(version(JANUARY), version(MARCH)))
    stated = Statement(key=RecordKey("billing", "subscription", "1"), source_version=V2, fact=history)
    for each in (stated, statement(1, V1)):
        committed(facts, planned(facts, each, {}))
    known = CensusLedger(table).known([stated.key, record(1)])
    assert {key: each.steps for key, each in known.items()} == {
        stated.key: {"2026-01-10T08:00:00.000Z#evt", "2026-03-05T08:00:00.000Z#evt"},
        record(1): frozenset(),
    }


def test_what_is_known_of_an_entity_comes_in_order_behind_a_record(table: Table) -> None:
    """From the first one on where there is none before, and as many as are asked for; ids may have any sign in them."""
    facts, ledger = FactLedger(table), CensusLedger(table)
    ids = ("a", "b#1", "c", "d")
    for record_id in ids:
        stated = replace(statement(1, V1), key=RecordKey("crm", DEAL, record_id))
        committed(facts, planned(facts, stated, {}))
    assert [key.record_id for key in ledger.known_behind("crm", DEAL, "", 3)] == ["a", "b#1", "c"]
    assert [key.record_id for key in ledger.known_behind("crm", DEAL, "b#1", 9)] == ["c", "d"]
    assert {(key.connection, key.entity) for key in ledger.known_behind("crm", DEAL, "", 9)} == {("crm", DEAL)}
    assert ledger.known_behind("crm", DEAL, "d", 9) == {}
    assert ledger.known_behind("crm", "invoice", "", 9) == {}


def test_a_difference_is_told_with_what_planning_holds_of_the_record(table: Table) -> None:
    """By measure over all its cells, and in which periods; of what is only there, what its source lists."""
    facts = FactLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5, "Beta": 7}))
    there = {
        record(1): Listed(key=record(1), version=V2, amount=Money(900, "EUR"), day=date(2026, 4, 1)),
        record(2): Listed(key=record(2), version=V1),
    }
    differences = {
        record(1): Difference.OLDER_HERE,
        record(2): Difference.NEVER_RECEIVED,
        record(3): Difference.UNKNOWN_THERE,
    }
    ledger = CensusLedger(table)
    assert ledger.found(differences, there, NOW, ["Time"]) == [
        Found(
            key=record(1),
            difference=Difference.OLDER_HERE,
            version_there=V2,
            version_here=V1,
            amount=Money(900, "EUR"),
            day=date(2026, 4, 1),
            planned_minor={"Amount": 12},
            periods=("2026-03",),
            found_at=NOW,
        ),
        difference(2),
        difference(3, difference=Difference.UNKNOWN_THERE, version_there=""),
    ]
    [found] = ledger.found({record(1): Difference.OLDER_HERE}, {}, NOW, ["Customer", "Time"])
    assert (found.version_there, found.amount, found.day) == ("", None, None)
    assert found.periods == ("2026-03", "Acme", "Beta")


def test_what_a_run_found_is_kept_for_some_days(table: Table) -> None:
    """Under the run and the record; what the source did not list is left out."""
    whole = difference(
        1,
        version_here="0",
        amount=Money(900, "EUR"),
        day=date(2026, 4, 1),
        planned_minor={"Weighted": 3, "Amount": 12},
        periods=("2026-03", "2026-04"),
        found_at=LATER,
    )
    for _ in range(2):
        CensusLedger(table, 36).keep_found(run_of(), [whole, difference(2)])
    begins = "FOUND#opportunity#2026-03-02T09:00:00.000Z#"
    bare = {
        "difference": "never_received",
        "version_there": V1,
        "version_here": "",
        "planned": "{}",
        "periods": "[]",
        "found_at": "2026-03-02T09:00:00.000Z",
        "expires_at": int(NOW.timestamp()) + 36 * DAY,
    }
    assert items(table, "FOUND#") == {
        f"{begins}1": bare
        | {
            "version_here": "0",
            "planned": '{"Amount":12,"Weighted":3}',
            "periods": '["2026-03","2026-04"]',
            "found_at": "2026-03-02T10:00:00.000Z",
            "amount_minor": 900,
            "currency": "EUR",
            "day": "2026-04-01",
            "expires_at": int(LATER.timestamp()) + 36 * DAY,
        },
        f"{begins}2": bare,
    }
    assert list(CensusLedger(table).findings(run_of())) == [whole, difference(2)]


def test_the_findings_of_a_run_are_its_own(table: Table) -> None:
    """In order of the records, on whichever page they stand; whatever it has found before is not found again."""
    ledger, other = CensusLedger(table), run_of()._replace(started_at=LATER)
    ledger.keep_found(run_of(), [difference(number) for number in (3, 1, 5, 2, 4)])
    ledger.keep_found(other, [difference(6)])
    found = CensusLedger(ShortPages(table)).findings(run_of())
    assert [each.key for each in found] == [record(number) for number in range(1, 6)]
    differences = {record(number): Difference.OLDER_HERE for number in (5, 6)}
    assert ledger.not_found_yet(run_of(), differences) == {record(6): Difference.OLDER_HERE}
    assert ledger.not_found_yet(other, differences) == {record(5): Difference.OLDER_HERE}


def test_findings_are_read_a_hundred_at_a_time(table: Table, usages: list[Usage]) -> None:
    """Whoever is told of a census that found very much is told while it is read."""
    ledger = CensusLedger(table)
    ledger.keep_found(run_of(), [difference(number) for number in range(101)])
    usages.clear()
    assert len(list(ledger.findings(run_of()))) == 101
    assert [usage.items for usage in usages] == [100, 1]


def test_a_complete_window_stands_for_good(table: Table) -> None:
    """Under its beginning, where a later one takes its place; they are told in their order."""
    ledger = CensusLedger(table, 36)
    tally = Tally(listed=3, worth_minor={"EUR": 900}, differences={Difference.OLDER_HERE: 1})
    windows = [Window(SPAN.since + timedelta(hours=hours), NOW) for hours in range(4)]
    for window in reversed(windows):
        ledger.keep_window(run_of(Purpose.BACKFILL), window, Tally(), NOW)
        ledger.keep_window(run_of(), window, tally, LATER)
    ledger.keep_window(run_of(entity="contract"), windows[0], Tally(), NOW)
    assert items(table, "WINDOW#opportunity#2026-02-28T09") == {
        "WINDOW#opportunity#2026-02-28T09:00:00.000Z": {
            "purpose": "census",
            "until": "2026-03-02T09:00:00.000Z",
            "tally": '{"differences":{"older_here":1},"listed":3,"worth_minor":{"EUR":900}}',
            "finished_at": "2026-03-02T10:00:00.000Z",
        }
    }
    assert list(CensusLedger(ShortPages(table)).windows("crm", DEAL)) == [
        CompleteWindow(entity=DEAL, purpose=Purpose.CENSUS, window=window, tally=tally, finished_at=LATER)
        for window in windows
    ]


def test_pages_are_counted_by_connection_and_day(table: Table) -> None:
    """For some days."""
    ledger = CensusLedger(table, 36)
    assert ledger.pages_of("crm", NOW.date()) == 0
    ledger.count_pages("crm", NOW, 2)
    ledger.count_pages("crm", LATER, 3)
    assert items(table, "PAGES#") == {"PAGES#2026-03-02": {"pages": 5, "expires_at": int(LATER.timestamp()) + 36 * DAY}}
    assert ledger.pages_of("crm", NOW.date()) == 5
    assert ledger.pages_of("crm", date(2026, 3, 3)) == ledger.pages_of("crm-2", NOW.date()) == 0
