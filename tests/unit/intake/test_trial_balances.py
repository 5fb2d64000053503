from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.faults import no_fault
from tests.support.intake_desk import BUCKET, IntakeDesk
from tests.support.legacy_feeds import BALANCES, TO_DATE, balance, legacy_connection
from tieout.facts.documents import JournalEntry
from tieout.file_runs import ChangedObjectError, FileRun, FileState

Documents = Mapping[str, int]


def trial(feed: Mapping[str, Any], balances: Mapping[str, int], period: tuple[int, int], batch: int) -> bytes:
    """A trial balance: account to its amount, of a period."""
    rows = [balance(account, f"{amount}.00", period=period) for account, amount in balances.items()]
    return write_file(feed, rows, Dropped(batch, period=period))


def trial_file(period: tuple[int, int], batch: int, kind: str = "YTD") -> str:
    """The name of that file."""
    return f"{kind}_BR01_{period[0]}{period[1]:02d}_{batch}.txt"


def movements(desk: IntakeDesk) -> dict[tuple[str, str], int]:
    """Period and account to what is stated of them, zeros left out."""
    found = {}
    for record_id, lines in desk.lines().items():
        _, _, period, account = record_id.split("/")
        found[period, account] = int(sum(Decimal(amount) for _, amount in lines))
    return {place: amount for place, amount in found.items() if amount}


def test_a_newer_trial_balance_replaces_that_of_its_company_and_period() -> None:
    """The accounts it lacks are gone, those of other periods stand."""
    desk = IntakeDesk(BALANCES)
    for period, batch, balances in (((2026, 3), 1, {"6000": 5, "2000": -5}), ((2026, 4), 2, {"6000": 7, "2000": -7})):
        desk.take(trial_file(period, batch, "TB"), trial(BALANCES, balances, period, batch))
    desk.take(trial_file((2026, 3), 3, "TB"), trial(BALANCES, {"6100": 4, "2000": -4}, (2026, 3), 3))
    assert movements(desk) == {
        ("2026-03", "6100"): 4,
        ("2026-03", "2000"): -4,
        ("2026-04", "6000"): 7,
        ("2026-04", "2000"): -7,
    }


@pytest.mark.parametrize("header", [None, {"mark": "H", "columns": ["company", "period"], "widths": [4, 6]}])
def test_what_a_file_alone_says_names_its_accounts_too(header: Mapping[str, Any] | None) -> None:
    """One file for each company and month, whose rows say neither: an account of each is a record of its own."""
    said = "(?P<batch>[0-9]+)" if header else "(?P<company>[A-Z0-9]+)_(?P<period>[0-9]{6})_(?P<batch>[0-9]+)"
    mark = "D" if header else ""
    detail = {"columns": ["account", "amount"], "widths": [8, 15], "mark": mark}
    feed = {**BALANCES, "files": rf"TB_{said}\.txt", "header": header, "detail": detail, "balanced": "nothing"}
    desk = IntakeDesk(feed)
    for batch, (company, number, amount) in enumerate((("BR01", 3, 5), ("BR02", 3, 7), ("BR01", 4, 9)), 1):
        content = write_file(
            feed, [balance("6000", f"{amount}.00")], Dropped(batch, company=company, period=(2026, number))
        )
        desk.take(f"TB_{batch}.txt" if header else f"TB_{company}_2026{number:02d}_{batch}.txt", content)
    assert desk.lines() == {
        "balances/BR01/2026-03/6000": [("6000", "5.00")],
        "balances/BR02/2026-03/6000": [("6000", "7.00")],
        "balances/BR01/2026-04/6000": [("6000", "9.00")],
    }


accounts = st.dictionaries(st.sampled_from(["6000", "6100", "4000"]), st.integers(-9, 9).filter(bool), max_size=3)


@given(months=st.lists(accounts, min_size=1, max_size=4), order=st.randoms(use_true_random=False), again=accounts)
def test_balances_to_date_give_each_period_its_movement(months: list[Documents], order: Any, again: Documents) -> None:  # noqa: ANN401 random.Random
    """In whichever order the files come, and when one is corrected, a period's amounts are what the balances moved by."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing"})
    stated = {number: {**balances, "9000": 1} for number, balances in enumerate(months, 1)}
    numbers = list(stated)
    order.shuffle(numbers)
    for number in numbers:
        desk.take(trial_file((2026, number), 1), trial(TO_DATE, stated[number], (2026, number), 1))
    assert movements(desk) == moved(stated)
    corrected = order.choice(numbers)
    stated[corrected] = {**again, "9000": 2}
    desk.take(trial_file((2026, corrected), 2), trial(TO_DATE, stated[corrected], (2026, corrected), 2))
    assert movements(desk) == moved(stated)
    assert {each.state for each in desk.ledger.runs(desk.connection.name)} <= {FileState.DONE, FileState.REPLACED}


def moved(stated: Mapping[int, Mapping[str, int]]) -> dict[tuple[str, str], int]:
    """What balances to date, by month, come to."""
    found = {}
    for number, balances in stated.items():
        before = stated.get(number - 1, {})
        for account in {*balances, *before}:
            found[f"2026-{number:02d}", account] = balances.get(account, 0) - before.get(account, 0)
    return {place: amount for place, amount in found.items() if amount}


def test_balances_to_date_begin_anew_with_the_fiscal_year() -> None:
    """Of a company whose year begins in April, January goes on from December, and April begins at nothing."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing", "year_begins_in": 4})
    balances = {(2025, 4): 2, (2025, 5): 3, (2026, 4): 7}
    months = [(2025, number) for number in range(4, 13)] + [(2026, number) for number in range(1, 5)]
    stated = {month: balances.get(month, 3 + place) for place, month in enumerate(months)}
    for period, amount in reversed(stated.items()):
        desk.take(trial_file(period, 1), trial(TO_DATE, {"6000": amount}, period, 1))
    moved = {f"{year}-{number:02d}": amount for (year, number), amount in stated.items()}
    before = {
        f"{year}-{number:02d}": stated.get((year - (number == 1), (number - 2) % 12 + 1), 0) for year, number in stated
    }
    before |= {"2025-04": 0, "2026-04": 0}
    assert movements(desk) == {
        (month, "6000"): amount - before[month] for month, amount in moved.items() if amount != before[month]
    }


def test_a_special_period_of_a_year_between_two_is_refused() -> None:
    """Where periods are calendar months and the year is not, nobody knows behind which month the thirteenth is."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing", "year_begins_in": 4})
    run = desk.take(trial_file((2026, 13), 1), trial(TO_DATE, {"6000": 1}, (2026, 13), 1))
    assert run.state is FileState.REFUSED


def test_balances_to_date_wait_for_the_period_before() -> None:
    """Without the balances before nobody knows what moved; once they are there the waiting file is taken, and is listed once."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing"})
    early = desk.take(trial_file((2026, 2), 1), trial(TO_DATE, {"6000": 8}, (2026, 2), 1))
    assert early.state is FileState.WAITING
    assert desk.told() == []
    desk.take(trial_file((2026, 1), 1), trial(TO_DATE, {"6000": 5}, (2026, 1), 1))
    assert movements(desk) == {("2026-01", "6000"): 5, ("2026-02", "6000"): 3}
    assert [each.state for each in desk.ledger.runs(desk.connection.name)] == [FileState.DONE, FileState.DONE]


ONE_NAME: Mapping[str, Any] = {
    **TO_DATE,
    "files": r"tb\.txt",
    "balanced": "nothing",
    "header": {"mark": "H", "columns": ["company", "period", "batch"], "widths": [4, 6, 8]},
    "detail": {**TO_DATE["detail"], "mark": "D"},
}


def of_one_name(period: tuple[int, int], batch: int, balances: Mapping[str, int]) -> bytes:
    """A trial balance that says in its header what it is."""
    rows = [balance(account, f"{amount}.00", period=period) for account, amount in balances.items()]
    return write_file(ONE_NAME, rows, Dropped(batch, company="BR01", period=period))


def test_what_is_behind_corrected_balances_moves_though_its_object_is_overwritten() -> None:
    """Whoever drops every month under one name leaves nothing to read again but what was kept of it."""
    desk = IntakeDesk(ONE_NAME)
    for number, balances in ((1, {"6000": 5}), (2, {"6000": 8, "6100": 1}), (3, {"6000": 9, "6200": 4})):
        desk.take("tb.txt", of_one_name((2026, number), number, balances))
    desk.take("tb.txt", of_one_name((2026, 2), 4, {"6000": 6, "6300": 2}))
    expected = {
        ("2026-01", "6000"): 5,
        ("2026-02", "6000"): 1,
        ("2026-02", "6300"): 2,
        ("2026-03", "6000"): 3,
        ("2026-03", "6200"): 4,
        ("2026-03", "6300"): -2,
    }
    assert movements(desk) == expected
    runs = desk.ledger.runs(desk.connection.name)
    standing = {each.period: (each.own_version, each.base_version) for each in runs if each.state is FileState.DONE}
    assert standing["2026-03"][1] == standing["2026-02"][0]
    assert {each.rows for each in desk.ledger.runs(desk.connection.name) if each.period == "2026-03"} == {2}


def test_a_file_that_waited_and_was_overwritten_is_told() -> None:
    """What it waited for has come, and it is not there any more: somebody has to drop it once more."""
    desk = IntakeDesk(ONE_NAME)
    early = desk.drop("tb.txt", of_one_name((2026, 2), 2, {"6000": 8}))
    assert desk.check(early).state is FileState.WAITING
    desk.drop("tb.txt", of_one_name((2026, 1), 1, {"6000": 5}))
    with pytest.raises(ChangedObjectError):
        desk.check(early)


def test_balances_are_behind_those_of_another_layout_by_the_names_of_their_columns() -> None:
    """An ERP is given a column more in the middle of a year; the month before had it not, and is taken off all the same."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing"})
    desk.take(trial_file((2026, 1), 1), trial(TO_DATE, {"6000": 5}, (2026, 1), 1))
    wider = {
        "columns": ["company", "cost_centre", "period", "account", "amount"],
        "widths": [4, 8, 6, 8, 15],
    }
    feed = {**TO_DATE, "balanced": "nothing", "detail": wider}
    desk.connection = legacy_connection(feed)
    rows = [balance("6000", "8.00", period=(2026, 2)) | {"cost_centre": "CC1"}]
    desk.take(trial_file((2026, 2), 1), write_file(feed, rows, Dropped(1, period=(2026, 2))))
    fact = desk.statements()["to_date/BR01/2026-02/6000"].fact
    assert isinstance(fact, JournalEntry)
    assert [(line.cost_centre, line.transaction.amount_minor) for line in fact.lines] == [("CC1", 800), (None, -500)]


def test_balances_that_come_while_a_file_begins_to_wait_are_found() -> None:
    """Whoever took them looked for files that wait a moment too early: else the file would wait for ever."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing"})
    early = desk.drop(trial_file((2026, 2), 1), trial(TO_DATE, {"6000": 8}, (2026, 2), 1))
    before = desk.drop(trial_file((2026, 1), 1), trial(TO_DATE, {"6000": 5}, (2026, 1), 1))

    def meanwhile(point: str) -> None:
        if point == "before ledger.write":
            desk.table.io = no_fault
            desk.to_the_end(before)

    desk.table.io = meanwhile
    desk.to_the_end(early)
    assert movements(desk) == {("2026-01", "6000"): 5, ("2026-02", "6000"): 3}


def test_what_is_kept_of_balances_that_were_accepted_stays() -> None:
    """Their event told once more, when newer ones stand or their marker is gone: whoever is being joined with them needs it."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing", "marker": ".done"})

    def dropped(batch: int) -> FileRun:
        desk.incoming.put(f"incoming/{desk.connection.name}/{trial_file((2026, 1), batch)}.done", b"")
        return desk.take(trial_file((2026, 1), batch), trial(TO_DATE, {"6000": batch}, (2026, 1), batch))

    first = dropped(1)
    desk.incoming.objects.pop((BUCKET, f"{first.drop.key}.done"))
    kept = desk.kept(first.drop)
    assert desk.check(first.drop).state is FileState.DUPLICATE
    assert desk.kept(first.drop) == kept
    newer = dropped(2)
    kept = desk.kept(first.drop)
    assert (kept.state, kept.manifest) == (FileState.REPLACED, first.manifest)
    assert desk.check(first.drop).state is FileState.OUTDATED
    assert desk.kept(first.drop) == kept
    assert desk.check(newer.drop).state is FileState.DUPLICATE


def test_what_is_kept_of_balances_that_were_joined_stays() -> None:
    """An older file of the same period changes nothing of what was accepted of it."""
    desk = IntakeDesk({**TO_DATE, "balanced": "nothing"})
    desk.take(trial_file((2026, 1), 1), trial(TO_DATE, {"6000": 5}, (2026, 1), 1))
    joined = [
        desk.take(trial_file((2026, 2), batch), trial(TO_DATE, {"6000": 5 + batch}, (2026, 2), batch))
        for batch in (2, 3)
    ]
    kept = [desk.ledger.run(desk.connection.name, each.run) for each in joined]
    assert [desk.check(each.drop).state for each in joined] == [FileState.OUTDATED, FileState.DUPLICATE]
    assert [desk.ledger.run(desk.connection.name, each.run) for each in joined] == kept


def test_balances_to_date_that_were_refused_are_refused_again() -> None:
    """Checked once more behind the same balances: what is kept of that is known, and is kept anew."""
    desk = IntakeDesk(TO_DATE)
    desk.take(trial_file((2026, 1), 1), trial(TO_DATE, {"1100": 5, "6000": -5}, (2026, 1), 1))
    flawed = desk.take(trial_file((2026, 2), 1), trial(TO_DATE, {"6000": 8}, (2026, 2), 1))
    again = desk.check(flawed.drop)
    assert flawed.state is again.state is FileState.REFUSED
    assert again.revision == flawed.revision + 1
