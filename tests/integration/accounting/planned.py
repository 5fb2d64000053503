"""What planning must show of the year in `documents.py`, worked out by hand: one table for all ERPs, and what each says otherwise.

The texts are those of the page for controllers, `docs/design/accounting.md`. An amount that is empty is no cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.integration.accounting.planning import Cells

PLANNED = """
| Actuals | Account | Cost centre | Customer | Company | Partner | Currency | Period | Revenue | Revenue USD |
|---|---|---|---|---|---|---|---|---|---|
| 1 | SUBSCRIPTIONS | CC_SALES | ACME | ALPHA | NO_PARTNER | EUR | 2026-03 | 10,000.00 | 11,000.00 |
| 2 | SUBSCRIPTIONS | CC_SALES | ACME | ALPHA | NO_PARTNER | EUR | 2026-04 | -1,000.00 | -1,200.00 |
| 3 | SERVICES | NO_COST_CENTRE | ACME | ALPHA | NO_PARTNER | EUR | 2026-03 | 1,100.00 | 1,210.00 |
| 4 | SERVICES | NO_COST_CENTRE | ACME | ALPHA | NO_PARTNER | EUR | 2026-04 | -700.00 | -840.00 |
| 5 | SERVICES | NO_COST_CENTRE | GLOBEX | ALPHA | NO_PARTNER | GBP | 2026-03 | 1,100.10 | 1,391.63 |
| 6 | SUBSCRIPTIONS | CC_SALES | GLOBEX | ALPHA | NO_PARTNER | GBP | 2026-03 | 100.10 | 126.63 |
| 7 | GROUP_REVENUE | NO_COST_CENTRE | GROUP | ALPHA | PARENT | EUR | 2026-03 | 500.00 | 550.00 |

1. The invoice: 10,000.00 of subscriptions, without their tax of 1,900.00; x 1.10 = 11,000.00. Its paper is dated in February, and
   it is posted in March. The 333.00 of the voided invoice are nowhere: emptied, or taken back in the same month.
2. The partial credit, in the month it was given: 1,000.00 x 1.20 = 1,200.00. March stays as it was.
3. 400.00 of the invoice and 700.00 of the one that is cancelled later; 1,100.00 x 1.10 = 1,210.00.
4. The cancellation, in its own month: 700.00 x 1.20 = 840.00.
5. 1,000.00 and 100.10 pounds. In euro, at 1.15: 1,150.00 and 115.12 (115.115, rounded up). In dollars, from the euro, at 1.10:
   1,265.00 + 126.63 (126.632) = 1,391.63. That they are worth more when they are paid changes no revenue.
6. The other line of the invoice with a rounding: 100.10 pounds, 115.12 euro, 126.63 dollars. The cent that two rounded lines have
   too much (230.24, where 230.23 are owed) stands on an account of its own, and in no cell:
   what a sale costs is no operating expense.
7. Sold to the parent: 500.00 x 1.10 = 550.00. Row 12 is the other side, and planning eliminates both by their partners.

| Operating expenses | Account | Cost centre | Supplier | Company | Partner | Currency | Period | Expense | Expense USD |
|---|---|---|---|---|---|---|---|---|---|
| 8 | MARKETING | CC_MARKETING | NO_SUPPLIER | ALPHA | NO_PARTNER | EUR | 2026-03 | 300.00 | 330.00 |
| 9 | MARKETING | CC_MARKETING | NO_SUPPLIER | ALPHA | NO_PARTNER | EUR | 2026-04 | -300.00 | -360.00 |
| 10 | MARKETING | CC_MARKETING | NO_SUPPLIER | ALPHA | NO_PARTNER | EUR | 2026-12 | 80.00 | 100.00 |
| 11 | MARKETING | CC_MARKETING | AD_AGENCY | ALPHA | NO_PARTNER | EUR | 2026-02 | 120.00 | 126.00 |
| 12 | GROUP_COST | NO_COST_CENTRE | GROUP | PARENT | ALPHA | EUR | 2026-03 | 500.00 | 550.00 |

8. The accrual: 300.00 x 1.10 = 330.00.
9. Its reversal on the first day of April: 300.00 x 1.20 = 360.00. Both months keep what is theirs.
10. What the auditors found, in the special period after December, which the mapping table puts into December:
    80.00 x 1.25 = 100.00. The closing entry, by which 9,115.12 of subscriptions and 1,665.12 of services go to retained earnings,
    is in no cell.
11. The bill that came late, dated in March and posted to February, which was opened again for it: 120.00 x 1.05 = 126.00.
12. Bought of Alpha, in the parent's books of dollars: 500.00 euro x 1.10 = 550.00.

| Cash | Account | Customer | Company | Currency | Period | Collected | Collected USD |
|---|---|---|---|---|---|---|---|
| 13 | BANK | ACME | ALPHA | EUR | 2026-03 | 12,944.00 | 14,238.40 |
| 14 | BANK | GLOBEX | ALPHA | EUR | 2026-03 | 5,000.00 | 5,500.00 |
| 15 | BANK | GLOBEX | ALPHA | GBP | 2026-04 | 1,000.00 | 1,440.00 |
| 16 | BANK | ACME | ALPHA | EUR | 2026-04 | -444.00 | -488.40 |

13. For an invoice of 12,376.00, tax included, came 12,500.00: cash is what came, 124.00 too much included. And 444.00 that bounce
    in April: 12,944.00 x 1.10 = 14,238.40.
14. Nobody knows for what yet; it is cash all the same: 5,000.00 x 1.10 = 5,500.00.
15. 1,000.00 pounds, worth 1,200.00 euro that day; x 1.20 = 1,440.00. They stood at 1,150.00: 50.00 are a gain, and no cash.
16. The payment that bounced, taken back as it was posted: 444.00 x 1.10, March's rate.

| Actuals | Account | Cost centre | Customer | Company | Partner | Currency | Period | Revenue | Revenue USD |
|---|---|---|---|---|---|---|---|---|---|
| 17 | EXCHANGE_GAIN | NO_COST_CENTRE | GLOBEX | ALPHA | NO_PARTNER | GBP | 2026-04 | | 60.00 |

17. The gain on the pounds, posted with their payment: no pounds, 50.00 euro; x 1.20 = 60.00.
"""

OTHERWISE: Mapping[str, str] = {
    "NetSuite": """
| Cash | Account | Customer | Company | Currency | Period | Collected | Collected USD |
|---|---|---|---|---|---|---|---|
| 13 | BANK | ACME | ALPHA | EUR | 2026-03 | 12,500.00 | 14,000.00 |
| 14 | BANK | GLOBEX | ALPHA | EUR | 2026-03 | 5,000.00 | 5,600.00 |
| 15 | BANK | GLOBEX | ALPHA | GBP | 2026-04 | 1,000.00 | 1,464.00 |
| 16 | | | | | | | |

13 to 15. Translates the balance sheet, and with it the bank, at the rate of the month's last day, and the income statement at the
month's average: 12,500.00 x 1.12, 5,000.00 x 1.12, 1,200.00 x 1.22. The payment that bounced is voided, and was never there.
""",
    "SAP S/4HANA": """
| Actuals | Account | Cost centre | Customer | Company | Partner | Currency | Period | Revenue | Revenue USD |
|---|---|---|---|---|---|---|---|---|---|
| 4 | SERVICES | NO_COST_CENTRE | ACME | ALPHA | NO_PARTNER | EUR | 2026-04 | -700.00 | -770.00 |

| Operating expenses | Account | Cost centre | Supplier | Company | Partner | Currency | Period | Expense | Expense USD |
|---|---|---|---|---|---|---|---|---|---|
| 9 | MARKETING | CC_MARKETING | NO_SUPPLIER | ALPHA | NO_PARTNER | EUR | 2026-04 | -300.00 | -330.00 |

4 and 9. A cancellation and a reversal take back what was posted, in every currency: 700.00 x 1.10 and 300.00 x 1.10, March's rate.

| Actuals | Account | Cost centre | Customer | Company | Partner | Currency | Period | Revenue | Revenue USD |
|---|---|---|---|---|---|---|---|---|---|
| 17 | EXCHANGE_GAIN | NO_COST_CENTRE | GLOBEX | ALPHA | NO_PARTNER | GBP | 2026-04 | | 175.00 |

17. Settles in dollars, too: 1,440.00 - 1,265.00 = 175.00, of which 60.00 are by the pound and 115.00 by the euro.

| Billings | Customer | Product line | Company | Currency | Period | Billed | Billed USD |
|---|---|---|---|---|---|---|---|
| 18 | ACME | SUBSCRIPTION | ALPHA | EUR | 2026-03 | 10,000.00 | 20,000.00 |
| 19 | ACME | SUBSCRIPTION | ALPHA | EUR | 2026-04 | -1,000.00 | -2,000.00 |
| 20 | ACME | SERVICE | ALPHA | EUR | 2026-03 | 1,100.00 | 2,200.00 |
| 21 | ACME | SERVICE | ALPHA | EUR | 2026-04 | -700.00 | -1,400.00 |
| 22 | GLOBEX | SERVICE | ALPHA | GBP | 2026-03 | 1,100.10 | 3,300.30 |
| 23 | GLOBEX | SUBSCRIPTION | ALPHA | GBP | 2026-03 | 100.10 | 300.30 |
| 24 | GROUP | SERVICE | ALPHA | EUR | 2026-03 | 500.00 | 1,000.00 |

18 to 24. Has billing documents beside the books, which the others have not. Their amounts are positive, whatever they are;
cancelled and cancelling ones both stay (20 and 21; the voided invoice adds 333.00 to 18 and takes it back). They are in no books,
so dollars are by planning's own rates, here 2 for a euro and 3 for a pound.
""",
    "Dynamics 365 Finance": """
| Operating expenses | Account | Cost centre | Supplier | Company | Partner | Currency | Period | Expense | Expense USD |
|---|---|---|---|---|---|---|---|---|---|
| 9 | MARKETING | CC_MARKETING | NO_SUPPLIER | ALPHA | NO_PARTNER | EUR | 2026-04 | -300.00 | -330.00 |

9. A reversal takes back what was posted, in every currency: 300.00 x 1.10, March's rate. A cancellation (4) is a credit note,
which is posted at April's.

| Actuals | Account | Cost centre | Customer | Company | Partner | Currency | Period | Revenue | Revenue USD |
|---|---|---|---|---|---|---|---|---|---|
| 17 | EXCHANGE_GAIN | NO_COST_CENTRE | NO_CUSTOMER | ALPHA | NO_PARTNER | GBP | 2026-04 | | 175.00 |

17. Posts what a settlement gains by a voucher of its own, which names no customer; it settles in dollars, too:
1,440.00 - 1,265.00 = 175.00, of which 60.00 are by the pound and 115.00 by the euro.
""",
    "Business Central": """
| Cash | Account | Customer | Company | Currency | Period | Collected | Collected USD |
|---|---|---|---|---|---|---|---|
| 13 | BANK | NO_CUSTOMER | ALPHA | EUR | 2026-03 | 17,944.00 | 19,738.40 |
| 14 | | | | | | | |
| 15 | BANK | NO_CUSTOMER | ALPHA | EUR | 2026-04 | 756.00 | 907.20 |
| 16 | | | | | | | |

| Actuals | Account | Cost centre | Customer | Company | Partner | Currency | Period | Revenue | Revenue USD |
|---|---|---|---|---|---|---|---|---|---|
| 17 | EXCHANGE_GAIN | NO_COST_CENTRE | NO_CUSTOMER | ALPHA | NO_PARTNER | EUR | 2026-04 | 50.00 | 60.00 |

13 to 17. Shows of a payment its entries alone: neither the customer nor the currency. So all of March are in one cell (12,944.00 +
5,000.00), and all of April: what the bank has of the pounds, 1,200.00 euro, less 444.00. Those are taken back by hand, at April's
rate: (1,200.00 - 444.00) x 1.20 = 907.20.
""",
}


class Row(NamedTuple):
    """One row of a table: where it stands, and its two amounts."""

    cube: str
    members: tuple[str, ...]
    amounts: dict[str, str]


def expected_cells(erp: str) -> Cells:
    """Every cell that planning must hold once an ERP's year was recorded."""
    shared, otherwise = rows_of(PLANNED), rows_of(OTHERWISE[erp])
    return {
        (row.cube, measure, row.members): amount
        for row in {**shared, **otherwise}.values()
        for measure, amount in row.amounts.items()
    }


def rows_of(text: str) -> dict[int, Row]:
    """The rows of the tables in a text by their numbers."""
    rows: dict[int, Row] = {}
    header: list[str] = []
    for cells in _table_lines(text):
        if not cells[0].isdigit():
            header = cells
            continue
        assert int(cells[0]) not in rows, cells
        amounts = {name: text.replace(",", "") for name, text in zip(header[-2:], cells[-2:], strict=True) if text}
        rows[int(cells[0])] = Row(header[0], (*cells[1:-2], "Actual"), amounts)
    return rows


def _table_lines(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]
