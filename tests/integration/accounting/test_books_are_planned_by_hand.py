"""The accounting of a year in every ERP: booked as it books, read over HTTP, settled, and compared cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.integration.accounting.business_central import open_business_central
from tests.integration.accounting.documents import book_the_year
from tests.integration.accounting.dynamics import open_dynamics
from tests.integration.accounting.erp import Erp
from tests.integration.accounting.netsuite import open_netsuite
from tests.integration.accounting.planned import OTHERWISE, PLANNED, expected_cells, rows_of
from tests.integration.accounting.planning import Recording
from tests.integration.accounting.sap import open_sap
from tests.support.one_server import OneServer

_PAGE = Path(__file__).parents[3] / "docs/design/accounting.md"
_ERPS: dict[str, Callable[[OneServer, str], AbstractContextManager[Erp]]] = {
    "NetSuite": open_netsuite,
    "SAP S/4HANA": open_sap,
    "Dynamics 365 Finance": open_dynamics,
    "Business Central": open_business_central,
}


@pytest.mark.parametrize("name", _ERPS)
def test_a_year_is_planned_as_it_was_worked_out_by_hand(name: str, server: tuple[OneServer, str]) -> None:
    """Every document in its own period, with its sign and in both currencies, however often it was recorded meanwhile."""
    with _ERPS[name](*server) as erp:
        recording = Recording(erp)
        for _ in book_the_year(erp.books):
            recording.record()
        assert recording.cells() == expected_cells(name)


def test_what_an_erp_says_otherwise_differs_from_the_table() -> None:
    """A row that says the same, or stands in for one that is not there, would hide what the ERPs have in common."""
    shared = rows_of(PLANNED)
    assert list(shared) == list(range(1, 18))
    for name, text in OTHERWISE.items():
        for number, row in rows_of(text).items():
            assert row != shared.get(number), (name, number)
            assert number in shared or number > max(shared), (name, number)


def test_the_page_for_controllers_shows_the_same_tables() -> None:
    """Whoever changes what is planned of the books changes what controllers read."""
    page = _PAGE.read_text(encoding="utf-8")
    assert [text for text in (PLANNED, *OTHERWISE.values()) if text.strip() not in page] == []
