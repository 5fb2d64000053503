"""What the sections of a certificate say of a currency without decimals, of what is absent, and of what is not as it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.certified_rows import place
from tests.support.ledger_scenes import lineage
from tieout.arriving.notice import RecordKey
from tieout.census import Difference, Purpose, Tally
from tieout.certifying import cells, sections
from tieout.certifying.chains import chains
from tieout.certifying.document import differences
from tieout.certifying.subject import Subject
from tieout.certifying.verdict import exceptions, obstacles
from tieout.closing import Books, BooksState
from tieout.facts.listing import Window
from tieout.ledger.censuses import CompleteWindow
from tieout.ledger.closed_period import PlacedCells, PlannedBy, UnevenCellError
from tieout.ledger.closing import LateFact
from tieout.ledger.cycles import Cycle
from tieout.ledger.differences import CellDifference
from tieout.ledger.gate import Change
from tieout.ledger.late_rows import LateKind, LateRow
from tieout.ledger.mappings import HeldFact
from tieout.planning.cells import Amount, Intersection, LateShare
from tieout.planning.mapping import MappingKey
from tieout.reconciling.items import Amount as Compared

NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
AT = "2026-04-02T09:00:00.000Z"
INVOICE = RecordKey("erp", "invoice", "a0")
MARCH, APRIL = (Books("EMEA", period, "Actual") for period in ("2026-03", "2026-04"))
IN_YEN = Subject(legal_entity="EMEA", period="2026-03", reporting_currency="JPY")
RATE = "average:JPY>USD@2026-03=0.01"
YEN = place(
    (("Revenue", 1_500, "par"), ("Revenue USD", 1_500, RATE)),
    currency="JPY",
    books=APRIL,
    late=(LateShare("b", MARCH, (("Revenue", 500, "par"),)),),
)


def with_first_cell(**said: Any) -> PlacedCells:  # noqa: ANN401 attributes of a cell
    """The place in yen, of whose cells the first is otherwise."""
    first, second = YEN.state.cells
    return replace(YEN, state=YEN.state._replace(cells=(first._replace(**said), second)))


def test_cells_say_amounts_in_the_currency_of_their_measure() -> None:
    """Yen without decimals, beside dollars with two of them."""
    written = with_first_cell(written_minor=1_400)
    [row] = cells.cell_rows([written])
    assert [(each["measure"], each["total"], each["in_planning"]) for each in row["cells"]] == [
        ("Revenue", "1500", "1400"),
        ("Revenue USD", "15.00", None),
    ]
    assert [each["amount"] for each in row["contributions"][0]["shares"]] == ["1500", "15.00"]
    assert (row["members"], row["version"]) == ([["Time", "2026-03"]], "Actual")
    [adjusted] = cells.adjusted([written], {INVOICE: PlannedBy(kind="Invoice", schema_version=1, used={})})
    assert (adjusted["amount"], adjusted["currency"], adjusted["of"]["period"]) == ("500", "JPY", "2026-03")


def test_what_a_fact_that_is_half_committed_has_booked_late_is_not_certified() -> None:
    """Nobody knows the currency of what comes to nothing where it is booked, until all of the fact is there."""
    other = YEN.state.cells[1]._replace(measure="Weighted")
    written = replace(YEN, state=YEN.state._replace(cells=(other,)))
    with pytest.raises(UnevenCellError, match="not all that came too late of erp#invoice#a0 is committed yet"):
        cells.adjusted([written], {INVOICE: PlannedBy(kind="Invoice", schema_version=1, used={})})


def test_the_first_cell_says_where_all_of_a_place_stand() -> None:
    """There may be no other."""
    [row] = cells.cell_rows([replace(YEN, state=YEN.state._replace(cells=YEN.state.cells[:1]), contributed=())])
    assert row["members"] == [["Time", "2026-03"]]


def test_totals_count_the_cells_of_all_places() -> None:
    """Apart by currency."""
    some = [place((("Revenue", 100, "par"),), id_=name) for name in "ab"]
    assert [(each["currency"], each["cells"], each["total"]) for each in cells.totals([*some, YEN])] == [
        ("GBP", 2, "2.00"),
        ("JPY", 1, "1500"),
        ("USD", 3, "15.00"),
    ]


@pytest.mark.parametrize(
    ("said", "state", "in_planning"),
    [
        ({"refused_reason": "locked", "written_minor": 7}, "refused", "7"),
        ({"undone_minor": 7, "refused_reason": "locked"}, "undone", None),
        ({"written_minor": 7}, "lacking", "7"),
    ],
)
def test_a_cell_that_planning_does_not_hold_says_why_and_what_it_holds(
    said: dict[str, Any], state: str, in_planning: str | None
) -> None:
    """An undo goes before what a target said of it."""
    row = cells.unsettled([with_first_cell(**said)])[0]
    assert (row["state"], row["in_planning"], row["total"]) == (state, in_planning, "1500")
    assert row["reason"] == said.get("refused_reason", "")


def test_when_a_change_occurred_is_said_where_its_source_does() -> None:
    """And left empty where it does not."""
    [contributed] = YEN.contributed
    notice = replace(
        contributed.lineage, notice=contributed.lineage.notice._replace(occurred_at=NOW - timedelta(hours=1))
    )
    some = replace(YEN, contributed=(contributed, replace(contributed, lineage=notice)))
    [row] = cells.cell_rows([some])
    assert [each["occurred_at"] for each in row["contributions"]] == ["", "2026-04-02T08:00:00.000Z"]


def test_books_whose_closing_broke_off_are_not_done() -> None:
    """Those nobody ever closed are."""
    half = Change(state=BooksState.CLOSED, at=NOW, by="ana", reason="", is_done=False)
    rows = sections.books_rows([APRIL, MARCH], {MARCH: half})
    assert [(each["state"], each["is_done"]) for each in rows] == [("closed", False), ("open", True)]


@pytest.mark.parametrize(
    ("cycle", "row"),
    [
        (None, ("", "", 0, 0, False)),
        (Cycle.begun("anaplan", NOW), (AT, "", 0, 0, False)),
        (Cycle("anaplan", NOW, NOW, finished_at=NOW, equal=5, different=2), (AT, AT, 5, 2, True)),
    ],
)
def test_a_target_was_read_back_as_a_whole_once_a_cycle_is_finished_that_began_with_the_last_write_or_later(
    cycle: Cycle | None, row: tuple[Any, ...]
) -> None:
    """One that nobody began, or that is under way, says nothing of it."""
    said = sections.cycle_row("anaplan", cycle, AT)
    names = ("started_at", "finished_at", "equal", "different", "is_behind_last_write")
    assert tuple(said[name] for name in names) == row
    later = sections.cycle_row("anaplan", cycle, "2026-04-02T09:00:00.001Z")
    assert not later["is_behind_last_write"]


@pytest.mark.parametrize(("held", "said"), [(None, None), (Decimal("1E+3"), "1000")])
def test_a_difference_says_both_values_in_whole_units(held: Decimal | None, said: str | None) -> None:
    """None where planning has no such cell; a number as people write it."""
    found = CellDifference(
        target="anaplan",
        intersection_id="a",
        measure="Revenue",
        cube="Revenue",
        members=(("Time", "2026-03"),),
        currency="JPY",
        wanted_minor=1_500,
        held=held,
        last_receipt="",
        written_at="",
        since=NOW,
        found_at=NOW,
    )
    [row] = sections.difference_rows([found])
    assert (row["wanted"], row["held"], row["members"]) == ("1500", said, [["Time", "2026-03"]])


def test_a_window_says_what_was_listed_in_every_currency_and_what_differed() -> None:
    """By kind."""
    tally = Tally(2, {"JPY": 1_500, "EUR": 100}, {Difference.OUTDATED_RATE: 1})
    window = CompleteWindow(
        entity="invoice",
        purpose=Purpose.CENSUS,
        window=Window(NOW, NOW + timedelta(hours=1)),
        tally=tally,
        finished_at=NOW,
    )
    row = sections.census_row("erp", "invoice", [window], window.window, is_listed=True)
    [said] = row["windows"]
    assert (said["worth"], said["differences"]) == ({"EUR": "1.00", "JPY": "1500"}, {str(Difference.OUTDATED_RATE): 1})


def test_what_came_late_is_said_in_the_currency_of_its_measure() -> None:
    """Row by row."""
    where = Intersection("anaplan", "Revenue", (("Time", "2026-03"),))
    late = LateRow(
        intersection=where, books=MARCH, kind=LateKind.HELD, amounts=(Amount("Revenue", "JPY", 1_500, "par"),)
    )
    [row] = sections.late_rows([LateFact(books=MARCH, record=INVOICE, rows=(late,), lineage=lineage(INVOICE))])
    assert (row["amounts"][0]["amount"], row["into"], row["approval"]) == ("1500", "", None)


def test_what_waits_is_told_in_order_of_records_and_of_what_they_wait_for() -> None:
    """However the ledger listed it."""
    known = [
        (RecordKey("erp", "invoice", record), MappingKey("erp", table, "7"))
        for record, table in (("2", "customer"), ("1", "product"), ("1", "account"))
    ]
    rows = sections.held_rows(
        HeldFact(record=record, waits_for=waits_for, lineage=lineage(record)) for record, waits_for in known
    )
    assert [(row["record"][-1], row["waits_for"]) for row in rows] == [
        ("1", "erp#account#7"),
        ("1", "erp#product#7"),
        ("2", "erp#customer#7"),
    ]


def test_an_entry_that_nobody_has_stored_is_implied() -> None:
    """By its owner's numbers: there is nobody to name, and no moment."""
    key = MappingKey("erp", "customer", "7")
    [row] = sections.mapping_rows({INVOICE: PlannedBy(kind="Invoice", schema_version=1, used={key: "C_7"})}, {})
    assert (row["stored"], row["stored_at"], row["stored_by"], row["origin"]) == ("", "", "", sections.IMPLIED)


def test_amounts_are_said_in_both_currencies() -> None:
    """Each with its own decimals."""
    assert IN_YEN.said("EUR", Compared(150, 150)) == {"currency": "EUR", "transaction": "1.50", "reporting": "150"}
    assert IN_YEN.said("JPY", Compared(150, 150))["transaction"] == "150"


def test_two_legs_that_count_other_records_of_a_stage_say_by_how_much() -> None:
    """So that the steps of a chain add up from its first stage to its last."""

    def leg(name: str, left: str, right: str, *, sums: tuple[int, int]) -> dict[str, Any]:
        said = {
            side: IN_YEN.said("EUR", Compared(minor, minor))
            for side, minor in zip(("left", "right"), sums, strict=True)
        }
        return {
            "reconciliation": name,
            "left": left,
            "right": right,
            "across_periods": False,
            "sums": [{"currency": "EUR", **said}],
            "breaks": [],
        }

    legs = [leg("one", "orders", "billings", sums=(500, 500)), leg("two", "billings", "planning", sums=(450, 450))]
    [chain] = chains(legs, IN_YEN)
    [said] = chain["currencies"]
    assert [(each["step"], each["name"], each["transaction"]) for each in said["steps"]] == [
        ("stage", "orders", "5.00"),
        ("stage", "billings", "5.00"),
        ("counted otherwise", "billings", "-0.50"),
        ("stage", "planning", "4.50"),
    ]


def test_where_there_are_no_books_there_is_nothing_to_certify() -> None:
    """It is said where they are declared."""
    assert obstacles({"books": [], "legs": []}) == [
        "no plan version's books are closed here (landscape/periods.toml): there is nothing to certify"
    ]


def test_a_target_that_was_never_read_back_is_an_exception() -> None:
    """Since the beginning, where nothing of the period was ever written to it."""
    cycles = [sections.cycle_row("anaplan", None, written_at) for written_at in ("", AT)]
    derived = {
        "evidence": {"parked": {}},
        "planning": {"unsettled": [], "differences": [], "cycles": cycles},
        "census": [],
    }
    assert exceptions(derived) == [
        "anaplan was not read back as a whole since the beginning",
        f"anaplan was not read back as a whole since {AT}",
    ]


def test_what_one_of_two_certificates_lacks_is_absent() -> None:
    """Whichever it is; values are cut where they are longer than a line."""
    assert [str(each) for each in differences({"a": 1}, {})] == [
        str(each) for each in differences({"a": 1}, {"a": "absent"})
    ]
    [cut] = differences("x" * 118, "y" * 119)
    assert (cut.one, cut.other) == (f'"{"x" * 118}"', f'"{"y" * 119}...')
