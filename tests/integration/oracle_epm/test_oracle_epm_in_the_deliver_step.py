"""The deliver step with the Oracle EPM writer against the simulated environment: in the end planning holds what the ledger does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.oracle_epm_desk import OracleDesk
from tests.support.oracle_epm_environment import RunningEnvironment
from tests.support.planning_desk import STALE_AFTER, TARGET
from tieout.ledger.receipts import ReceiptLedger, Source, receipt_rows

CUSTOMERS = ("ACME", "GLOBEX", "HOOLI", "NOBODY")


@pytest.fixture
def desk(environment: RunningEnvironment) -> OracleDesk:
    """A ledger with four cells to be written, one of a customer that planning does not have."""
    desk = OracleDesk(environment)
    for number, customer in enumerate(CUSTOMERS):
        desk.book(customer, 1000 + number)
    return desk


def test_cells_wait_for_the_maintenance_and_are_written_then(desk: OracleDesk) -> None:
    """The target is left alone for as long as the options say, and asked once more then."""
    desk.environment.control("maintenance", {"seconds": 1000})
    assert desk.deliver().writes == 0
    desk.let_pass(899)
    assert desk.deliver().stopped_by is None  # not even asked
    desk.let_pass(102)
    report = desk.deliver()
    assert (report.writes, report.written, report.refused) == (1, 3, 1)
    assert desk.held() == {f"{customer} Amount": Decimal(1000 + n) / 100 for n, customer in enumerate(CUSTOMERS[:3])}
    assert desk.answers()[-1] == "Pipeline: 4 given, 3 accepted, 3 updated, 1 rejected; slices: 1"


def test_a_write_that_was_done_in_part_is_done_again(desk: OracleDesk) -> None:
    """Its receipt stays open until it counts as abandoned; then all its cells are written, and none twice as much."""
    desk.book("ACME", 500, "Amount USD")  # an intersection with two measures is a grid of its own
    desk.environment.fault("slow", seconds=0)
    desk.environment.fault("answer", status=503)
    assert type(desk.deliver().stopped_by).__name__ == "LostAnswerError"
    assert desk.answers() == []
    assert 0 < len(desk.held()) < 4
    desk.let_pass(STALE_AFTER.total_seconds() + 60)
    assert desk.sweep(TARGET).flushes == 1
    assert desk.deliver().refused == 1
    expected = {"ACME Amount": "10", "ACME Amount USD": "5", "GLOBEX Amount": "10.01", "HOOLI Amount": "10.02"}
    assert desk.held() == {cell: Decimal(value) for cell, value in expected.items()}
    assert desk.lacking() == []


def test_a_customer_that_arrives_in_planning_is_written_when_its_total_changes(desk: OracleDesk) -> None:
    """A refused cell is offered again with its next total."""
    desk.deliver()
    desk.environment.control("members", {"dimension": "Customer", "members": ["NOBODY"]})
    assert desk.deliver().writes == 0
    desk.book("NOBODY", 1)
    assert desk.deliver().written == 1
    assert desk.held()["NOBODY Amount"] == Decimal("10.04")


def test_what_somebody_typed_is_in_the_receipt_of_the_write_over_it(desk: OracleDesk) -> None:
    """It was read just before; one call more for one slice, and a member that is not there keeps nothing from being written."""
    desk.writer = desk.environment.writer(reads_before=True)
    desk.deliver()
    acme = next(each for each in desk.environment.control("cells")["cells"] if "ACME" in each["members"].values())
    members = list(acme["members"].values())
    desk.environment.control("cells", {"cube": acme["cube"], "members": members, "value": "77.70"})
    desk.book("ACME", 500)
    desk.let_pass(60)
    assert (desk.deliver().written, desk.held()["ACME Amount"]) == (1, Decimal("15.00"))
    newest, oldest = ReceiptLedger(desk.table).newest(TARGET)
    assert [(row.before_minor, row.source) for row in receipt_rows(newest.cells)] == [(7770, Source.READ)]
    assert {row.source for row in receipt_rows(oldest.cells)} == {Source.LAST_GIVEN}
    assert [(each.wanted_minor, each.held) for each in desk.told] == [(1000, Decimal("77.70"))]
