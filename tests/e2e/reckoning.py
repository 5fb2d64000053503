"""What planning must hold, by SQL (DuckDB) over what the simulated systems have; it shares no code with the line."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.e2e.changing import (
    ACCOUNTS,
    BOOKS,
    COMPANIES,
    CRM,
    CUSTOMER,
    ERP,
    FINANCE,
    MONTHS,
    SALES,
    SAP,
    Simulator,
)

Cells = dict[tuple[str, ...], Decimal]
"""By cube, measure and members in the order of the planning model; without those of zero."""

RATES = {"2027-08": "1.10", "2027-09": "1.08"}  # of both currencies that are not reported in, in USD

_SQL = Path(__file__).with_suffix(".sql")
_MEMBERS = {
    **COMPANIES,
    **ACCOUNTS,
    CUSTOMER: "TYRELL",
    "nobody": "NO_CUSTOMER",  # a journal of Dynamics that reverses an invoice names no customer
    **dict.fromkeys(("17100001", "US-001", "10000"), "ACME"),
    **dict.fromkeys(("17100002", "US-002", "20000"), "GLOBEX"),
    "TG11": "SOFTWARE",
    "SV20": "SERVICES",
    "travel": "6100",
    "meals": "6110",
    "sales": "CC_SALES",
    "services": "CC_SERVICES",
    "rail": "TRAVEL_AGENCY",
    "no merchant": "NO_SUPPLIER",
}
_COLUMNS = """delim = ';', header = false, skip = 1, all_varchar = true, null_padding = true, names = [
    'mark', 'company', 'document', 'line', 'account', 'cost_centre', 'posting_date', 'currency', 'flag', 'amount'
]"""


def reckoned(folder: Path, simulators: dict[str, Simulator], claims: list[dict[str, Any]], journal: bytes) -> Cells:
    """What planning must hold of our months, if nobody closes any books; `journal` is the file that stands for its batch."""
    (folder / "journal.csv").write_bytes(journal)
    with duckdb.connect() as sql:
        sql.execute(f"CREATE TABLE journal AS SELECT * FROM read_csv('{folder}/journal.csv', {_COLUMNS})")  # noqa: S608 our own names
        for name, rows in (_tables(simulators) | {"claims": claims}).items():
            file = folder / f"{name}.json"
            file.write_text(json.dumps(rows), encoding="utf-8")
            sql.execute(f"CREATE TABLE {name} AS SELECT * FROM read_json('{file}', format = 'array', sample_size = -1)")  # noqa: S608 our own names
        found = sql.execute(_SQL.read_text(encoding="utf-8")).fetchall()
    return {(cube, measure, *members): value for cube, measure, members, value in found}


def _tables(simulators: dict[str, Simulator]) -> dict[str, list[dict[str, Any]]]:
    deals = simulators[CRM].call("GET", "deals")
    sap = simulators[SAP].call("GET", "tables")
    finance = simulators[FINANCE].call("GET", "state")
    central = {name: f"tables/{name}" for name in ("generalLedgerEntries", "salesInvoices", "salesCreditMemos")}
    entries, bills, memos = (simulators[BOOKS].call("GET", route) for route in central.values())
    return {
        "deals": [{**each, "company": next(iter(each["companies"]), None)} for each in deals],
        "opportunities": simulators[SALES].call("GET", "records/Opportunity"),
        "netsuite": simulators[ERP].call("GET", "documents"),
        "sap_orders": sap["A_SalesOrder"],
        "sap_order_items": sap["A_SalesOrderItem"],
        "sap_bills": sap["A_BillingDocument"],
        "sap_bill_items": sap["A_BillingDocumentItem"],
        "sap_entries": sap["A_OperationalAcctgDocItemCube"],
        "finance_entries": finance["posted_entry"],
        "finance_lines": finance["posted_line"],
        "finance_bills": finance["customer_invoice"],
        "central_entries": entries,
        "central_bills": bills,
        "central_memos": memos,
        "members": [{"id": key, "member": member} for key, member in _MEMBERS.items()],
        "months": [{"id": key, "label": label} for key, label in MONTHS.items()],
        "rates": [
            {"month": month, "currency": currency, "rate": rate}
            for month, value in RATES.items()
            for currency, rate in (("EUR", value), ("BRL", value), ("USD", "1.00"))
        ],
    }
