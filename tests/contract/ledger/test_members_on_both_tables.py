"""What was done to a target's members stands in the ledger, in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.support.ledger_scenes import NOW, TARGET
from tests.support.short_pages import ShortPages
from tieout.discovering import Finding
from tieout.ledger import keys
from tieout.ledger.members import KeptMembers, MemberLedger, MemberWrite
from tieout.ledger.table import Table

WRITE = MemberWrite(dimension="Customer", action="add", codes=("A", "B"), by="somebody", begun_at=NOW)


def test_how_members_were_found_last_replaces_the_time_before(table: Table) -> None:
    """With what was in the way, which is told until they are kept again."""
    ledger = MemberLedger(table)
    assert ledger.last(TARGET) is None
    finding = Finding(code="member_refused", says="mend it")
    for kept in (KeptMembers(NOW, "d1", (finding,)), KeptMembers(NOW + timedelta(hours=1), "d2")):
        ledger.keep(TARGET, kept)
        assert ledger.last(TARGET) == kept


def test_a_call_is_noted_before_and_after_under_one_name(table: Table) -> None:
    """Oldest first; it expires as receipts do."""
    ledger = MemberLedger(table, 36)
    later = replace(WRITE, begun_at=NOW + timedelta(seconds=1), codes=("C",))
    ledger.note(TARGET, "t2", later)
    ledger.note(TARGET, "t1", WRITE)
    ended = replace(WRITE, ended_at=NOW, answer="taken", refused={"B": "INCORRECT_FORMAT"})
    ledger.note(TARGET, "t1", ended)
    assert list(ledger.writes(TARGET)) == [ended, later]
    [(_, item), _] = table.query(keys.member_writes_of(TARGET)).items
    assert item["expires_at"] == int(NOW.timestamp()) + 36 * 86_400


def test_a_large_call_is_noted_in_parts_that_each_fit_an_item(table: Table) -> None:
    """Each part with the refusals of its own members."""
    codes = tuple(f"{number:060}" for number in range(2_001))
    ledger = MemberLedger(table)
    ledger.note(TARGET, "t1", replace(WRITE, codes=codes, refused={codes[-1]: "no", codes[0]: "no"}))
    parts = list(ledger.writes(TARGET))
    assert tuple(code for part in parts for code in part.codes) == codes
    assert [tuple(part.refused) for part in parts] == [(codes[0],), (), (codes[-1],)]


def test_every_call_is_found_on_whichever_page_it_stands(table: Table) -> None:
    """And of those that the target goes on with, the ones whose end nobody saw, each under its token."""
    ledger = MemberLedger(ShortPages(table))
    calls = [replace(WRITE, begun_at=NOW + timedelta(seconds=number), reference=f"job-{number}") for number in range(5)]
    for number, call in enumerate(calls):
        ledger.note(TARGET, f"t{number}", call)
    assert list(ledger.writes(TARGET)) == calls
    assert list(ledger.begun(TARGET)) == [(f"t{number}", call) for number, call in enumerate(calls)]
