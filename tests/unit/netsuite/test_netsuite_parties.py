"""Whom NetSuite's lines are with: customers, suppliers, and other companies of the own group."""

from __future__ import annotations

import pytest

from tests.support.netsuite_rows import INVOICE, document, header, line
from tieout.facts.documents import Bill, LedgerLine
from tieout.systems.netsuite.lines import Books

BILL = [
    line(0, "2100", "-300", "-300", entity="8100", entitytype="Vendor"),
    line(1, "5000", "200", "200", entity="7938", entitytype="CustJob"),
    line(2, "5000", "100", "100"),
]


def with_whom(lines: tuple[LedgerLine, ...]) -> list[tuple[str | None, str | None, str | None]]:
    """The customer, the supplier and the partner of each line."""
    return [(each.customer, each.supplier, each.partner) for each in lines]


@pytest.mark.parametrize("kind", ["VendBill", "VendCred"])
def test_a_bill_is_its_vendors_whatever_customer_it_is_charged_on_to(kind: str) -> None:
    """A vendor's credit is one too; what is charged on to a customer is still owed to the vendor."""
    found = document(header(type=kind, entity="8100"), BILL, "bill")
    assert isinstance(found, Bill)
    assert with_whom(found.lines) == [(None, "8100", None), ("7938", "8100", None), (None, "8100", None)]


def test_class_department_and_location_are_dimensions_of_a_line() -> None:
    """NetSuite's class is the ledger's segment."""
    rows = [*INVOICE[:1], {**INVOICE[1], "segment": "31", "location": "41"}, *INVOICE[2:]]
    revenue = document(header(), rows).lines[1]
    assert (revenue.segment, revenue.cost_centre, revenue.location) == ("31", "7", "41")
    assert (document(header(), INVOICE).lines[1].segment, document(header(), INVOICE).lines[1].location) == (None, None)


def test_a_journals_line_names_a_vendor_or_a_customer() -> None:
    """An employee is neither."""
    rows = [
        line(0, "5000", "10", "10", entity="8100", entitytype="Vendor"),
        line(1, "5000", "10", "10", entity="8200", entitytype="Employee"),
        line(2, "4000", "-20", "-20", entity="7938", entitytype="CustJob"),
    ]
    found = document(header(type="Journal", entity="9", represents="5"), rows, "journal_entry")
    assert with_whom(found.lines) == [(None, "8100", None), (None, None, None), ("7938", None, None)]


def test_an_invoice_to_a_customer_that_stands_for_a_subsidiary_is_with_that_subsidiary() -> None:
    """Every line of it, the tax too; a line with a name of its own is with whom that name stands for."""
    rows = [INVOICE[0], {**INVOICE[1], "entity": "7991", "entitytype": "CustJob", "represents": "7"}, INVOICE[2]]
    found = document(header(represents="5"), rows)
    assert [each.partner for each in found.lines] == ["5", "7", "5"]
    assert {each.supplier for each in found.lines} == {None}


def test_a_bill_of_a_vendor_that_stands_for_a_subsidiary_is_with_that_subsidiary() -> None:
    """Not with the one its customer stands for, to whom a line is charged on."""
    rows = [BILL[0], {**BILL[1], "represents": "7"}, BILL[2]]
    found = document(header(type="VendBill", entity="8190", represents="1"), rows, "bill")
    assert [each.partner for each in found.lines] == ["1", "1", "1"]


@pytest.mark.parametrize("flag", ["eliminate", "accounteliminate"])
def test_between_two_companies_a_line_to_be_eliminated_is_with_the_other(flag: str) -> None:
    """What is not to be eliminated is with nobody of the group, and what says whom it is due to is believed."""
    rows = [
        line(0, "2100", "50", "50", subsidiary="3", **{flag: "T"}),
        line(1, "5000", "50", "50", subsidiary="3"),
        line(2, "4000", "-100", "-100", subsidiary="3", **{flag: "F"}),
        line(3, "2100", "-50", "-50", subsidiary="5", **{flag: "T"}),
        line(4, "5000", "50", "50", subsidiary="5", duetofrom="8"),
    ]
    found = document(header(type="Journal"), rows, "journal_entry")
    assert [each.partner for each in found.lines] == ["5", None, None, "3", "8"]


def test_among_three_companies_only_a_line_that_says_so_has_a_partner() -> None:
    """Which of two others is meant, nobody can know; and a company is not its own partner."""
    rows = [
        line(0, "2100", "60", "60", subsidiary="3", eliminate="T"),
        line(1, "2100", "-30", "-30", subsidiary="5", eliminate="T", duetofrom="3"),
        line(2, "2100", "-30", "-30", subsidiary="7", eliminate="T", duetofrom="7"),
    ]
    found = document(header(type="Journal"), rows, "journal_entry")
    assert [each.partner for each in found.lines] == [None, "3", None]


def test_an_account_without_subsidiaries_has_no_partners() -> None:
    """Its lines are of no subsidiary, so none of them is another one's."""
    bare = [{name: value for name, value in row.items() if name != "subsidiary"} for row in INVOICE]
    rows = [{**bare[0], "subsidiary": "5", "eliminate": "T"}, {**bare[1], "eliminate": "T"}, bare[2]]
    books = Books(time_zone="UTC", default_currency="USD", group_subsidiary="")
    assert {each.partner for each in document(header(), rows, books=books).lines} == {None}
