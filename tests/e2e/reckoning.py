"""What planning must hold, by SQL (DuckDB) over what the simulated systems have; it shares no code with the line.

What things are called in planning, and what is converted at which rate, is read of the mapping tables as they are declared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from sandbox.places import ROOT
from tests.e2e.selling import ACCOUNTS, COMPANIES, CUSTOMER
from tests.e2e.simulators import (
    BOOKS,
    CHARGEBEE,
    CRM,
    DATAVERSE,
    ERP,
    FINANCE,
    MONTHS,
    SALES,
    SAP,
    STRIPE,
    ZUORA,
    Simulator,
)

Cells = dict[tuple[str, ...], Decimal]
"""By cube, measure and members in the order of the planning model; without those of zero."""

Rows = list[dict[str, Any]]

DECLARED = ROOT / "landscape/mappings/sandbox.csv"
_RATES = {  # of both currencies that are not reported in, in USD
    ("average", "2027-08"): "1.10",
    ("average", "2027-09"): "1.08",
    ("budget", "2027-08"): "1.15",
    ("budget", "2027-09"): "1.05",
}
_SQL = Path(__file__).parent / "reckoned"
_VIEWS = ("mapped", "deals", "tools", "books", "billed", "collected", "recurring", "cells")
_ENTRY = 'connection, "table" AS kind, key, member'
_COLUMNS = """delim = ';', header = false, skip = 1, all_varchar = true, null_padding = true, names = [
    'mark', 'company', 'document', 'line', 'account', 'cost_centre', 'posting_date', 'currency', 'flag', 'amount'
]"""
# What is kept as objects that do not all have the same fields, by the name of the system's tables.
_OBJECTS = {
    SALES: ("salesforce", {"opportunities": "Opportunity", "lines": "OpportunityLineItem", "contracts": "Contract"}),
    DATAVERSE: (
        "dynamics",
        {"opportunities": "opportunities", "products": "opportunityproducts", "currencies": "transactioncurrencies"},
    ),
    **{
        name: (system, dict(zip(kinds, kinds, strict=True)))
        for name, system, kinds in (
            (
                STRIPE,
                "stripe",
                ("event", "invoice", "credit_note", "charge", "refund", "dispute", "balance_transaction"),
            ),
            (CHARGEBEE, "chargebee", ("event", "subscription", "invoice", "credit_note", "transaction")),
            (ZUORA, "zuora", ("subscription", "invoice", "credit_memo", "debit_memo", "payment", "refund")),
        )
    },
}


_CENTRAL = {
    "entries": "generalLedgerEntries",
    "bills": "salesInvoices",
    "memos": "salesCreditMemos",
    "purchases": "purchaseInvoices",
    "purchase_memos": "purchaseCreditMemos",
}


class Entry(NamedTuple):
    """An entry of the mapping tables that the day has beside those declared; `connection` is `*` where it is of all."""

    connection: str
    kind: str
    key: str
    member: str


class Known(NamedTuple):
    """All that the sources have.

    Attributes:
        tables: rows with the same fields.
        objects: what has not.
        journal: the file that stands for its batch.
    """

    tables: dict[str, Rows]
    objects: dict[str, Rows]
    journal: bytes


def entries_of_the_day() -> Sequence[Entry]:
    """What the day's customers are called in planning, and the rates of its months."""
    return [
        *(Entry(CRM, "customer", company, member) for company, member in COMPANIES.items()),
        *(Entry(SALES, "customer", account, member) for account, member in ACCOUNTS.items()),
        Entry(ERP, "customer", CUSTOMER, "TYRELL"),
        *(
            Entry("*", "rate", f"{kind}:{currency}>USD@{month}", rate)
            for (kind, month), rate in _RATES.items()
            for currency in ("EUR", "BRL")
        ),
    ]


def known(simulators: Mapping[str, Simulator], told: Mapping[str, Rows], journal: bytes) -> Known:
    """What the simulated systems have now, by their own databases; `told` is what tools told of, which keep nothing."""
    tools = {name.partition("-")[0]: rows for name, rows in told.items()}
    return Known(_tables(simulators), _objects(simulators) | tools, journal)


def reckoned(folder: Path, sources: Known) -> Cells:
    """What planning must hold of our months, if nobody closes any books."""
    (folder / "journal.csv").write_bytes(sources.journal)
    with duckdb.connect() as sql:
        sql.execute(f"CREATE TABLE journal AS SELECT * FROM read_csv('{folder}/journal.csv', {_COLUMNS})")  # noqa: S608 our own names
        sql.execute(f"CREATE TABLE mappings AS SELECT {_ENTRY} FROM read_csv('{DECLARED}', all_varchar = true)")  # noqa: S608
        sql.executemany("INSERT INTO mappings VALUES (?, ?, ?, ?)", [list(each) for each in entries_of_the_day()])
        for name, rows in sources.tables.items():
            file = _written(folder, name, rows)
            sql.execute(f"CREATE TABLE {name} AS SELECT * FROM read_json('{file}', format = 'array', sample_size = -1)")  # noqa: S608
        for name, rows in sources.objects.items():
            objects = f"read_json_objects('{_written(folder, name, rows)}', format = 'array')"
            sql.execute(f"CREATE TABLE {name} AS SELECT json AS data FROM {objects}")  # noqa: S608 our own names
        *views, cells = ((_SQL / f"{name}.sql").read_text(encoding="utf-8") for name in _VIEWS)
        for each in views:
            sql.execute(each)
        found = sql.execute(cells).fetchall()
    return {(cube, measure, *members): value for cube, measure, members, value in found}


def _written(folder: Path, name: str, rows: Rows) -> Path:
    file = folder / f"{name}.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    return file


def _objects(simulators: Mapping[str, Simulator]) -> dict[str, Rows]:
    found = {}
    for name, (system, kinds) in _OBJECTS.items():
        simulator = simulators[name]
        state = {} if name == SALES else simulator.call("GET", "state")
        for table, kind in kinds.items():
            found[f"{system}_{table}"] = simulator.call("GET", f"records/{kind}") if name == SALES else state[kind]
    return found


def _tables(simulators: Mapping[str, Simulator]) -> dict[str, Rows]:
    deals = simulators[CRM].call("GET", "deals")
    sap = simulators[SAP].call("GET", "tables")
    finance = simulators[FINANCE].call("GET", "state")
    central = simulators[BOOKS]
    return {
        "deals": [{**each, "company": next(iter(each["companies"]), None)} for each in deals],
        "netsuite": simulators[ERP].call("GET", "documents"),
        "sap_orders": sap["A_SalesOrder"],
        "sap_order_items": sap["A_SalesOrderItem"],
        "sap_bills": sap["A_BillingDocument"],
        "sap_bill_items": sap["A_BillingDocumentItem"],
        "sap_entries": sap["A_OperationalAcctgDocItemCube"],
        "finance_entries": finance["posted_entry"],
        "finance_lines": finance["posted_line"],
        "finance_bills": finance["customer_invoice"],
        "finance_purchases": finance["supplier_invoice"],
        "finance_payments": finance["customer_transaction"],
        **{f"central_{name}": central.call("GET", f"tables/{kind}") for name, kind in _CENTRAL.items()},
        "months": [{"id": key, "label": label} for key, label in MONTHS.items()],
    }
