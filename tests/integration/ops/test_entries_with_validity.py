"""Mapping entries that are valid in some periods: how they are stored, listed, and what stands in the way of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.mapping_tables import UnusableEntriesError
from tests.support.operated_facts import ACME, FLOW, deal, recorded
from tests.support.operated_stage import CRM, OperatedStage
from tieout.ledger.mappings import LINK, MappingLedger
from tieout.planning.validity import Term, text_of

OF_SPRING = ("ACME", "--from", "2026-01", "--to", "2026-03")
FROM_APRIL = ("GLOBEX", "--from", "2026-04")
HEAD = "connection,table,key,member,valid_from,valid_to\n"


def put(stage: OperatedStage, *said: str) -> list[dict[str, str]]:
    """Say what planning calls customer 71; the facts that are sent again for it."""
    rows: list[dict[str, str]] = stage.tieout("mappings", "put", "customer", "71", *said, "--connection", CRM)
    return rows


def listed(stage: OperatedStage) -> list[tuple[str, str, str, str]]:
    """What the customers are called, with the periods."""
    rows = stage.tieout("mappings", "list", "customer")
    return [(each["key"], each["member"], each["valid_from"], each["valid_to"]) for each in rows]


def test_members_of_different_periods_stand_beside_each_other(stage: OperatedStage) -> None:
    """Each is listed with its own; one with the very same periods is corrected."""
    put(stage, *OF_SPRING)
    put(stage, *FROM_APRIL)
    assert listed(stage) == [("71", "ACME", "2026-01", "2026-03"), ("71", "GLOBEX", "2026-04", "")]
    put(stage, "GLOBEX-INC", "--from", "2026-04")
    assert listed(stage) == [("71", "ACME", "2026-01", "2026-03"), ("71", "GLOBEX-INC", "2026-04", "")]


@pytest.mark.parametrize(
    ("said", "there"),
    [
        (("OTHER", "--from", "2026-03"), r"ACME \(from 2026-01 to 2026-03\), GLOBEX \(from 2026-04\)"),
        (("OTHER",), r"it is called ACME \(from 2026-01 to 2026-03\), GLOBEX \(from 2026-04\); --replace"),
    ],
)
def test_two_members_of_one_period_are_refused(stage: OperatedStage, said: tuple[str, ...], there: str) -> None:
    """What is there is named, and nothing is stored."""
    put(stage, *OF_SPRING)
    put(stage, *FROM_APRIL)
    with pytest.raises(UnusableEntriesError, match=there):
        put(stage, *said)
    assert len(listed(stage)) == 2
    put(stage, *said, "--replace")
    assert listed(stage) == [("71", "OTHER", "2026-03" if "--from" in said else "", "")]


def test_what_waits_and_what_was_planned_with_the_entry_is_sent_again(stage: OperatedStage) -> None:
    """A member of one more period is another thing that the entry says, whichever periods its facts are of."""
    before = text_of([Term("2026-01", "2026-03", "ACME")])
    put(stage, *OF_SPRING)
    recorded(stage, deal(1), {ACME: before})
    recorded(stage, deal(2), {ACME: before}, waits_for=ACME)
    found = put(stage, *FROM_APRIL)
    assert {(row["record"], row.get("waited_for", row.get("was_planned_with"))) for row in found} >= {
        (str(deal(1)), "customer 71 = ACME (from 2026-01 to 2026-03)"),
        (str(deal(2)), str(ACME)),
    }
    assert {str(each.notices[0].key) for each in stage.waiting(FLOW)} == {str(deal(1)), str(deal(2))}


def test_a_file_says_validity_in_columns_of_its_own(stage: OperatedStage, tmp_path: Path) -> None:
    """Members of one entry stand in several lines, and are stored at once; lines without bounds are as ever."""
    file = tmp_path / "entries.csv"
    lines = (f"{CRM},customer,71,ACME,,2026-03", f"{CRM},customer,71,GLOBEX,2026-04,", f"{CRM},customer,72,INITECH,,")
    file.write_text(HEAD + "\n".join(lines))
    put(stage, "ACME")
    with pytest.raises(UnusableEntriesError, match=r"entries.csv:2: it is called ACME; --replace"):
        stage.tieout("mappings", "put", "--file", str(file))
    assert listed(stage) == [("71", "ACME", "", "")]
    stage.tieout("mappings", "put", "--file", str(file), "--replace")
    dated = [("71", "ACME", "", "2026-03"), ("71", "GLOBEX", "2026-04", "")]
    assert listed(stage) == [*dated, ("72", "INITECH", "", "")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("customer,71,ACME,2026-04,2026-03", "validity ends before it begins"),
        ("customer,71,ACME,2026-04,RT2026-P05", "validity of two calendars"),
        ("customer,71,ACME,April,", "period neither month nor fiscal"),
        ("legal_entity,1,EMEA,2026-04,", "legal entity has no validity"),
        ("period,1,2026-03,,2026-04", "period has no validity"),
        ("customer,71,dated:x,,", "begins like dated ones"),
    ],
)
def test_a_validity_nobody_could_use_is_refused(stage: OperatedStage, tmp_path: Path, line: str, said: str) -> None:
    """With its line."""
    file = tmp_path / "entries.csv"
    file.write_text(f"{HEAD}{CRM},{line}\n")
    with pytest.raises(UnusableEntriesError, match=f"entries.csv:2: .*{said}"):
        stage.tieout("mappings", "put", "--file", str(file))
    assert stage.tieout("mappings", "list") == []


def test_a_link_stands_over_members_of_all_periods(stage: OperatedStage) -> None:
    """And gives way to them when it is taken back."""
    put(stage, *OF_SPRING)
    put(stage, *FROM_APRIL)
    ledger = MappingLedger(stage.place.table)
    said = ledger.entry(ACME)
    assert said is not None
    ledger.put(ACME, "C_1", "somebody", said.stored_at, f"{LINK}erp/customer/1")
    linked = ledger.entry(ACME)
    assert linked is not None
    ledger.take_back(linked, "somebody", said.stored_at)
    assert listed(stage) == [("71", "ACME", "2026-01", "2026-03"), ("71", "GLOBEX", "2026-04", "")]
