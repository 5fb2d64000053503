"""Which rows the simulated environment answers to a query of OData, and which queries it refuses."""

from __future__ import annotations

import pytest

from sandbox.systems.dynamics_finance.books import Books
from sandbox.systems.odata import select

COLUMNS = ("dataAreaId", "Voucher", "Day", "Amount")
ROWS = (
    ("usmf", "A", "2026-03-31T12:00:00Z", "10"),
    ("USMF", "B'1", "2026-03-31T12:00:01Z", "-5.5"),
    ("mxmf", "A or B", "2026-04-01T12:00:00Z", "0"),
)


def found(condition: str) -> list[int]:
    """The places of the rows that a condition holds for."""
    books = Books()
    books.sql.execute("CREATE TABLE t (dataAreaId TEXT, Voucher TEXT, Day TEXT, Amount TEXT)")
    for row in ROWS:
        books.insert("t", row)
    asked = select({"$filter": condition}, COLUMNS)
    rows = books.sql.execute(f"SELECT rowid FROM t WHERE {asked.where} ORDER BY rowid", asked.values)  # noqa: S608 the test's own
    return [row[0] - 1 for row in rows]


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        ("Voucher eq 'A'", [0]),
        ("Voucher eq 'B''1'", [1]),
        ("Voucher eq 'A or B'", [2]),
        ("Voucher ne 'A'", [1, 2]),
        ("dataAreaId eq 'usmf'", [0, 1]),
        ("dataAreaId eq 'usmf' and (Voucher eq 'A' or Voucher eq 'A or B')", [0]),
        ("Voucher eq 'A' or Voucher eq 'B''1' and dataAreaId eq 'mxmf'", [0]),
        ("(Voucher eq 'A' or Voucher eq 'B''1') and dataAreaId eq 'mxmf'", []),
        ("Day ge 2026-03-31T12:00:01Z", [1, 2]),
        ("Day gt 2026-03-31T12:00:00.000001Z and Day lt 2026-04-01", [1]),
        ("Day eq 2026-03-31T12:00:00.000Z", [0]),
        ("Day le 2026-03-31T12:00:00Z", [0]),
        ("Amount gt 0", [0]),
        ("Amount lt -5", [1]),
        ("dataAreaId eq Microsoft.Dynamics.DataEntities.Company'mxmf'", [2]),
    ],
)
def test_a_condition_holds_for_the_rows_it_names(condition: str, places: list[int]) -> None:
    """Texts in either case, quotes written twice, moments to the microsecond, enums by their symbol."""
    assert found(condition) == places


@pytest.mark.parametrize(
    "condition",
    ["", "Voucher", "Voucher eq", "Voucher eq A", "Voucher is 'A'", "Nothing eq 'A'", "(Voucher eq 'A'", "Voucher eq 'A')",
     "Voucher eq 'A' Voucher eq 'B'", "Voucher eq 'A' and", "'A' eq Voucher", "Voucher eq 'A", "Voucher eq 'A'; DROP TABLE t",
     "contains(Voucher,'A')"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(condition: str) -> None:
    """So a query of ours that Dynamics would refuse does not pass here."""
    with pytest.raises(ValueError, match=r".+"):
        select({"$filter": condition}, COLUMNS)


def test_columns_order_and_number_are_as_asked() -> None:
    """And a column that is not there is refused wherever it is named."""
    asked = select({"$select": "Voucher,Day", "$orderby": "Day desc,dataAreaId", "$top": "5"}, COLUMNS)
    assert (asked.columns, asked.top) == (["Voucher", "Day"], 5)
    assert asked.order == '"Day" COLLATE NOCASE DESC, "dataAreaId" COLLATE NOCASE ASC'
    assert select({}, COLUMNS).columns == list(COLUMNS)
    for parameters in ({"$select": "Nothing"}, {"$orderby": "Nothing"}):
        with pytest.raises(ValueError, match="Nothing"):
            select(parameters, COLUMNS)
