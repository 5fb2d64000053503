"""Facts that are planned with members valid in their own periods, and facts that wait for one of theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.flow.test_entries_that_lead_on import (
    CRM,
    DEAL,
    ERP,
    INVOICE,
    OF_THE_DEAL,
    OF_THE_INVOICE,
    Answers,
    deal,
    invoice,
    members_of,
    settle,
)
from tests.support.clock import ManualClock
from tests.support.memory_table import MemoryTable
from tests.support.settling import settling_of
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Statement
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.table import ConditionFailedError
from tieout.planning.mapping import MappingKey
from tieout.planning.validity import Term, text_of

ACCOUNT = MappingKey(ERP, "account", "4000")
STAGE = MappingKey(CRM, "stage", "default/new")
BEFORE, FROM_DECEMBER = Term("", "2026-11", "4010"), Term("2026-12", "", "4020")


def put(table: MemoryTable, key: MappingKey, *terms: Term) -> None:
    """Store what an entry says."""
    MappingLedger(table).put(key, text_of(terms), "controller", ManualClock().now())


def waiting(table: MemoryTable, key: MappingKey) -> int:
    """How many facts wait for an entry."""
    return len(list(MappingLedger(table).waiting(key)))


def test_a_fact_is_planned_with_the_member_of_its_period() -> None:
    """An invoice of December, with what is valid in December; the period itself was looked up first."""
    settling, table = settling_of(Answers(invoice()), OF_THE_INVOICE | {ACCOUNT: text_of([BEFORE, FROM_DECEMBER])})
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert members_of(table)
    assert all('"4020"' in each and "2026-12" in each for each in members_of(table))


def test_a_fact_of_a_period_of_which_an_entry_says_nothing_waits_for_it() -> None:
    """However much it says of others; when somebody says more, the fact is found and planned."""
    settling, table = settling_of(Answers(invoice()), OF_THE_INVOICE | {ACCOUNT: text_of([BEFORE])})
    assert settle(settling, INVOICE) is Outcome.HELD
    assert settle(settling, INVOICE) is Outcome.DUPLICATE
    assert (waiting(table, ACCOUNT), members_of(table)) == (1, set())
    assert list(FactCatalogue(table).outdated(FactCatalogue(table).facts(*INVOICE[:2]))) == []
    put(table, ACCOUNT, BEFORE, FROM_DECEMBER)
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert (waiting(table, ACCOUNT), len(members_of(table))) == (0, 1)


def test_a_fact_is_not_held_for_a_member_that_has_just_been_said() -> None:
    """Whoever says it looks for waiting facts afterwards, so the fact must not be held by what was said before."""
    settling, table = settling_of(Answers(invoice()), OF_THE_INVOICE | {ACCOUNT: text_of([BEFORE])})
    write = table.write
    stored: list[MappingKey] = []

    def meanwhile(writes: object) -> None:
        if not stored:
            stored.append(ACCOUNT)
            put(table, ACCOUNT, BEFORE, FROM_DECEMBER)
        write(writes)  # type: ignore[arg-type]  # what it is given

    table.write = meanwhile  # type: ignore[method-assign]  # an operator is faster once
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert waiting(table, ACCOUNT) == 0


def test_a_member_that_is_said_of_another_period_changes_nothing_but_what_the_fact_names() -> None:
    """It was planned with an entry that says something else now, so it is read again, and is the same."""
    settling, table = settling_of(Answers(invoice()), OF_THE_INVOICE | {ACCOUNT: text_of([FROM_DECEMBER])})
    catalogue = FactCatalogue(table)
    assert settle(settling, INVOICE) is Outcome.APPLIED
    put(table, ACCOUNT, BEFORE, FROM_DECEMBER)
    assert [each.record for each in catalogue.outdated(catalogue.facts(*INVOICE[:2]))] == [INVOICE]
    assert settle(settling, INVOICE) is Outcome.DUPLICATE
    assert list(catalogue.outdated(catalogue.facts(*INVOICE[:2]))) == []


def closing_on(day: date | None) -> Statement:
    """A deal that is won, or not, on a day."""
    stated = deal("801")
    assert isinstance(stated.fact, Opportunity)
    return replace(stated, fact=replace(stated.fact, close_date=day))


@pytest.mark.parametrize(
    ("day", "cells"),
    [(date(2026, 4, 30), {"Forecast"}), (date(2026, 5, 1), {"Actual"}), (None, set())],
)
def test_what_a_stage_means_may_depend_on_the_period_too(day: date | None, cells: set[str]) -> None:
    """The deal's close date says in which; without one it is planned nowhere, and waits for nothing."""
    meanings = text_of([Term("", "2026-04", "prospect"), Term("2026-05", "", "won")])
    settling, table = settling_of(Answers(closing_on(day)), OF_THE_DEAL | {STAGE: meanings})
    assert settle(settling, DEAL) is Outcome.APPLIED
    assert {version for each in members_of(table) for version in ("Forecast", "Actual") if version in each} == cells


def test_what_is_made_of_what_an_entry_said_is_stored_only_while_it_says_so() -> None:
    """Two people who add a member each do not undo one another's."""
    table = MemoryTable()
    ledger, now = MappingLedger(table), ManualClock().now()
    ledger.put(ACCOUNT, text_of([BEFORE]), "one", now, over="")
    with pytest.raises(ConditionFailedError):
        ledger.put(ACCOUNT, "4020", "another", now, over="")
    with pytest.raises(ConditionFailedError):
        ledger.put(ACCOUNT, "4020", "another", now, over="4010")
    assert ledger.put(ACCOUNT, text_of([BEFORE, FROM_DECEMBER]), "another", now, over=text_of([BEFORE])) == text_of(
        [BEFORE]
    )
