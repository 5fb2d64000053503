"""A company's month is certified: all that the ledger holds of it, the same for everybody, and what has happened to it since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.certified_period import COMPANY, ERP, PERIOD, March, invoice, march
from tieout.calendars import OutsideCalendarError
from tieout.certifying.deriving import Asked, derive
from tieout.certifying.document import canonical
from tieout.closing import BooksState
from tieout.facts.statement import Statement
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.certificates import NoEvidenceError
from tieout.ledger.closed_period import UnevenCellError
from tieout.ledger.cycles import Cycle
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.table import Put, Update
from tieout.moments import moment_text

STRANGER = invoice("9", 5_000, customer="8")
INVOICES = (invoice("1", 10_000), invoice("2", 333), invoice("3", 335))


def test_a_month_that_ties_out_is_certified_with_all_that_it_is_made_of() -> None:
    """Its sums, its cells with what adds up to them and where that came from, its entries, and who closed it."""
    content = march(INVOICES).derived()
    assert content["verdict"] == {"ties_out": True, "obstacles": [], "exceptions": [], "signed_for": None}
    assert (content["legal_entity"], content["period"], content["days"]) == (
        COMPANY,
        PERIOD,
        ["2026-03-01", "2026-03-31"],
    )
    [leg] = [each for each in content["legs"] if each["sums"]]
    assert (leg["reconciliation"], leg["left_records"], leg["right_records"]) == ("revenue-to-planning", 3, 3)
    [sums] = leg["sums"]
    assert {side: sums[side]["transaction"] for side in ("left", "off", "right")} == {
        "left": "106.68",
        "off": "0.00",
        "right": "106.68",
    }
    assert [(each["measure"], each["total"], each["currency"]) for each in content["totals"]] == [
        ("Revenue", "106.68", "GBP"),
        ("Revenue USD", "133.68", "USD"),
    ]
    assert {name: content["extent"][name] for name in ("cells", "contributions", "facts")} == {
        "cells": 2,
        "contributions": 3,
        "facts": 3,
    }
    [first, *_] = content["cells"][0]["contributions"]
    assert (first["record"], first["notice"], first["delivery"]) == (f"{ERP}#invoice#1", "n-1", "d-1")
    assert [(each["table"], each["member"], each["facts"], each["stored_by"]) for each in content["mappings"]] == [
        ("rate", "1.2531", 3, "ana"),
        ("account", "4020", 3, "ana"),
        ("customer", "C_7", 3, "ana"),
        ("legal_entity", COMPANY, 3, "ana"),
    ]
    [books] = content["books"]
    assert (books["version"], books["state"], books["by"], books["reason"]) == ("Actual", "closed", "ben", "month end")


@given(order=st.permutations(INVOICES))
def test_the_same_facts_are_the_same_certificate(order: list[Statement]) -> None:
    """Byte for byte, in whichever order they came."""
    assert canonical(march(order).derived()) == canonical(march(INVOICES).derived())


def test_what_rounding_every_contribution_has_come_to_is_told() -> None:
    """4.99 and 4.99 pounds are 6.25 dollars each, and 12.51 together."""
    [rounding] = march([invoice("1", 499), invoice("2", 499)]).derived()["rounding"]
    assert (rounding["reporting"], rounding["converted_once"], rounding["rounding"]) == ("12.50", "12.51", "-0.01")
    assert rounding["contributions"] == 2


def open_books(made: March) -> None:
    """The books are opened again."""
    made.close(BooksState.OPEN, "audit")


def hold(made: March) -> None:
    """A record waits for a mapping entry."""
    made.record(STRANGER)


def come_late(made: March) -> None:
    """A record comes after the closing."""
    made.record(invoice("4", 2_000))


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (open_books, "the books of Actual are open: tieout periods close 2026-03 --entity UK"),
        (hold, "revenue-to-planning: a break of kind held is open: tieout breaks explain"),
        (come_late, "revenue-to-planning: a break of kind held is open: tieout breaks explain"),
    ],
)
def test_what_has_to_be_done_first_is_said(happens: Callable[[March], None], says: str) -> None:
    """With the command that does it; a reason is not enough."""
    made = march(INVOICES)
    happens(made)
    made.gather(reason="I know")
    found = made.derived()["verdict"]
    assert (found["ties_out"], len(found["obstacles"])) == (False, 1)
    assert found["obstacles"][0].startswith(says)


def refuse(made: March) -> None:
    """Planning refused a cell."""
    place = next(iter(made.derived()["cells"]))
    key = keys.cell_key("anaplan", place["intersection"])
    made.table.write([Update(key, sets={f"{keys.REFUSED}Revenue": "locked"})])


def undo(made: March) -> None:
    """A cell is to hold what it held before."""
    key = keys.cell_key("anaplan", made.derived()["cells"][0]["intersection"])
    made.table.write([Update(key, sets={f"{keys.UNDONE}Revenue": 0})])


def write_again(made: March) -> None:
    """Planning is to be written once more."""
    CellLedger(made.table).write_again(
        "anaplan", {made.derived()["cells"][0]["intersection"]: ["Revenue"]}, made.clock.now()
    )


def find_otherwise(made: March) -> None:
    """Planning was read to hold something else."""
    cell = f"{made.derived()['cells'][0]['intersection']}:Revenue"
    told = {"cube": "Actuals", "members": "[]", "currency": "GBP", "wanted_minor": 10_668, "held": "7.50"}
    moments = dict.fromkeys(("written_at", "since", "found_at"), "2026-04-03T09:02:00.000Z")
    made.table.write([Put(keys.difference_key("anaplan", cell), {**told, **moments, "last_receipt": ""})])


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (refuse, "anaplan does not hold Actuals Revenue"),
        (undo, "it is undone"),
        (write_again, "it is lacking"),
        (find_otherwise, "anaplan was read to hold 7.50 in"),
    ],
)
def test_what_is_not_as_it_should_be_is_signed_for_with_a_reason(happens: Callable[[March], None], says: str) -> None:
    """By name; without a reason nothing is signed."""
    made = march(INVOICES)
    happens(made)
    found = made.derived()["verdict"]
    assert (found["ties_out"], found["obstacles"], found["signed_for"]) == (False, [], None)
    assert any(says in each for each in found["exceptions"])
    made.gather(reason="planning is mended on Monday")
    found = made.derived()["verdict"]
    assert (found["ties_out"], found["signed_for"]) == (True, {"by": "cleo", "reason": "planning is mended on Monday"})


def test_parked_notices_are_signed_for_with_a_reason() -> None:
    """How many lie in which queue was written down when the certificate was asked for."""
    made = march(INVOICES)
    made.gather(parked={"order_to_cash": 0, "record_to_report": 2})
    [said] = made.derived()["verdict"]["exceptions"]
    assert said == "2 messages are parked in record_to_report: tieout dlq show record_to_report"


def test_planning_is_read_back_after_the_last_write() -> None:
    """A cycle that began before it proves nothing of what was written since."""
    made = march(INVOICES[:2])
    open_books(made)
    made.record(INVOICES[2])
    cells, now = CellLedger(made.table), made.clock.now()
    places = cells.dirty("anaplan", 10).found
    lacking = [cell for place in places for cell in place.lacking()]
    cells.mark_written(places, lacking, cells.open_receipt("anaplan", "1" * 32, now, lacking), {}, now)
    made.close()
    [said] = made.derived()["verdict"]["exceptions"]
    assert said.startswith("anaplan was not read back as a whole since 2026-04-03T09:")


def test_a_new_reading_takes_nothing_from_the_one_that_is_done() -> None:
    """The next cycle may be under way for hours: until it is done, the one before it says what planning holds."""
    made = march(INVOICES)
    before = made.derived()["planning"]["cycles"]
    ReadbackLedger(made.table).begin(Cycle.begun("anaplan", made.clock.now(), "cleo"))
    assert (made.derived()["planning"]["cycles"], made.derived()["verdict"]["exceptions"]) == (before, [])


def test_a_first_reading_that_is_under_way_is_told_with_when_it_began() -> None:
    """It proves nothing before it is done."""
    made = March()
    made.map()
    made.record(*INVOICES)
    begun = ReadbackLedger(made.table).begin(Cycle.begun("anaplan", made.clock.now()))
    made.close()
    made.gather()
    [told] = [each for each in made.derived()["planning"]["cycles"] if each["target"] == "anaplan"]
    assert (told["started_at"], told["finished_at"]) == (moment_text(begun.started_at), "")
    assert not told["is_behind_last_write"]


def test_what_no_census_covers_is_named() -> None:
    """Of what a source can list; the windows stand with what was counted in them."""
    made = march(INVOICES)
    made.gather(listed={ERP: ["invoice"]})
    [said] = made.derived()["verdict"]["exceptions"]
    assert said == (
        f"no census covers all of invoice of {ERP} from 2026-03-01T00:00:00.000Z to 2026-04-01T00:00:00.000Z"
    )
    made.list_invoices(60)
    content = made.derived()
    assert content["verdict"]["exceptions"] == []
    [told] = content["census"]
    assert [(each["listed"], each["worth"]) for each in told["windows"]] == [(3, {"GBP": "106.68"})]


def test_a_break_that_is_only_explained_waits_for_somebody_else() -> None:
    """Who explains does not answer for it; the command that does is said."""
    made = march([*INVOICES, STRANGER])
    made.compare()
    made.explain()
    [said] = made.derived()["verdict"]["obstacles"]
    assert "a break of kind held is explained: tieout breaks accept " in said


def test_a_break_that_somebody_answers_for_is_no_obstacle() -> None:
    """It stands in the bridge, with its amount and both names."""
    made = march([*INVOICES, STRANGER])
    made.compare()
    made.accept()
    content = made.derived()
    assert content["verdict"]["ties_out"], content["verdict"]
    [leg] = [each for each in content["legs"] if each["breaks"]]
    [one] = leg["breaks"]
    assert (one["kind"], one["waits_for"], one["explained_by"], one["accepted_by"]) == (
        "held",
        [f"{ERP}#customer#8"],
        "ana",
        "ben",
    )
    [sums] = leg["sums"]
    assert (sums["left"]["transaction"], sums["off"]["transaction"]) == ("156.68", "50.00")
    assert [(each["record"], each["waits_for"]) for each in content["held"]] == [
        (str(STRANGER.key), f"{ERP}#customer#8")
    ]


def test_a_ledger_that_does_not_add_up_certifies_nothing() -> None:
    """Neither a total that its contributions do not come to, nor contributions without a total."""
    made = march(INVOICES)
    key = keys.cell_key("anaplan", made.derived()["cells"][0]["intersection"])
    made.table.write([Update(key, adds={f"{keys.TOTAL}Revenue": 1})])
    with pytest.raises(UnevenCellError, match="is not its total"):
        made.derived()
    made.table.write([Update(key, adds={f"{keys.TOTAL}Revenue": -1}, removes=(f"{keys.TOTAL}Revenue USD",))])
    with pytest.raises(UnevenCellError, match="does not have"):
        made.derived()


def test_nothing_is_certified_of_what_is_not_there() -> None:
    """Evidence that nobody gathered, and a period that the company's calendar does not have."""
    made = march(INVOICES)
    made.evidence = "2026-01-01T00:00:00.000Z"
    with pytest.raises(NoEvidenceError):
        made.derived()
    asked = Asked(legal_entity=COMPANY, period="FY2026-P03", as_of=made.clock.now(), evidence="")
    with pytest.raises(OutsideCalendarError):
        derive(made.table, made.landscape, asked)


def test_books_of_no_version_are_no_books() -> None:
    """Where the landscape closes none there is nothing to certify, and that is said."""
    made = march(INVOICES)
    made.landscape = replace(made.landscape, closing=replace(made.landscape.closing, versions=()))
    found = made.derived()["verdict"]
    assert (found["ties_out"], "nothing to certify" in found["obstacles"][0]) == (False, True)
