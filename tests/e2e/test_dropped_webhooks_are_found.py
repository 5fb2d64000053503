"""All sources at once, a tenth of their changes told to nobody: after a census planning equals what their own databases say.

The oracle is SQL over the simulators' state (DuckDB); it shares no code with the line.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import httpx
import pytest

from ops import comparing, mapping_tables
from ops.place import Place, sandbox_place
from sandbox.demo.quiet import accepted_notices, outcomes, wait_until_quiet
from sandbox.places import ROOT
from sandbox.running import Sandbox
from tieout.census import Purpose
from tieout.facts.listing import Window
from tieout.ledger.censuses import CensusLedger
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

CRM, ERP, SALES = "hubspot-emea", "netsuite-group", "salesforce-apac"
COMPANIES = {"6501": "ACME", "6502": "GLOBEX", "6503": "INITECH"}
ACCOUNTS = {"001000000000701AAA": "ACME", "001000000000702AAA": "TYRELL"}
CUSTOMER = "7999"  # of the ERP, whom nobody else bills
MONTHS = {"2030-02": "Feb 30", "2030-03": "Mar 30"}  # of nobody else's tests
EVERY = 10  # of so many changes one is told to nobody
_PATIENCE_SECONDS = 240
Cells = dict[tuple[str, ...], Decimal]

# What planning must hold, by the sources' own tables; amounts in the transaction currency.
_ORACLE = """
WITH deals AS (
    SELECT company.member AS customer, properties.deal_currency_code AS currency, month.label AS month,
        CAST(properties.amount AS DECIMAL(18, 2)) AS amount, properties.dealstage = 'closedwon' AS is_won
    FROM hubspot JOIN companies company ON company.id = hubspot.company
    JOIN months month ON month.id = CAST(properties.closedate AS VARCHAR)[1:7]
    WHERE NOT archived AND properties.dealstage <> 'closedlost'
), opportunities AS (
    SELECT account.member AS customer, "CurrencyIsoCode" AS currency, month.label AS month,
        CAST("Amount" AS DECIMAL(18, 2)) AS amount, "StageName" = 'Closed Won' AS is_won
    FROM salesforce JOIN accounts account ON account.id = "AccountId"
    JOIN months month ON month.id = CAST("CloseDate" AS VARCHAR)[1:7]
    WHERE NOT "IsDeleted"
), sold AS (
    SELECT 'EMEA' AS company, 'SOFTWARE' AS product, * FROM deals
    UNION ALL SELECT 'APAC', 'NO_PRODUCT', * FROM opportunities
), billed AS (
    SELECT SUM(-CAST(line.amount AS DECIMAL(18, 2))) AS amount
    FROM netsuite, UNNEST(lines) AS each(line)
    WHERE NOT deleted AND period = 'Feb 2030' AND line.account = '4000'
)
SELECT CASE WHEN is_won THEN 'Bookings' ELSE 'Pipeline' END, CASE WHEN is_won THEN 'Booked' ELSE 'Amount' END,
    customer, product, company, currency, month, CASE WHEN is_won THEN 'Actual' ELSE 'Forecast' END, SUM(amount)
FROM sold GROUP BY ALL
UNION ALL
SELECT 'Actuals', 'Revenue', 'TYRELL', '4020', 'GROUP', 'USD', 'Feb 30', 'Actual', amount FROM billed
"""


class Simulator:
    """A simulated system, worked through its control routes; every tenth change of it is told to nobody.

    Attributes:
        untold: how many changes that were.
    """

    def __init__(self, http: httpx.Client, base_url: str) -> None:
        self._http, self._url = http, f"{base_url}/_control/"
        self._changes = 0
        self.untold = 0

    def call(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """What a control route answers."""
        answer = self._http.request(method, self._url + route, json=body)
        answer.raise_for_status()
        return answer.json()

    def change(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Let something change; every tenth time nobody is told, ever."""
        self._changes += 1
        if self._changes % EVERY:
            return self.call(method, route, body)
        self.untold += 1
        self.call("POST", "settings", {"tells": False})
        try:
            return self.call(method, route, body)
        finally:
            self.call("POST", "settings", {"tells": True})


def test_what_nobody_told_of_is_found_by_a_census(sandbox: Sandbox, tmp_path: Path) -> None:
    """Three sources live, a tenth of their changes lost for good, deletions among them: the cells are right afterwards."""
    place = sandbox_place(sandbox.endpoints())
    store_mappings(place)
    with httpx.Client(timeout=120) as http:
        crm, erp, sales = (Simulator(http, sandbox.systems[name]) for name in ("hubspot", "netsuite", "salesforce"))
        sell_in(crm)
        bill_in(erp)
        sell_by(sales)
        wait_until_quiet(place, sandbox.aws, tell=lambda _: None, patience_seconds=280)
        wanted = reckoned(tmp_path, crm, erp, sales)
        assert cells_in_planning(http, sandbox.systems["anaplan"]) != wanted
        found = census_of(place, CRM) + census_of(place, ERP) + census_of(place, SALES)
        wait_until_quiet(place, sandbox.aws, tell=lambda _: None, patience_seconds=280)
        assert cells_in_planning(http, sandbox.systems["anaplan"]) == wanted
    assert found > 0
    assert census_of(place, CRM) == census_of(place, ERP) == census_of(place, SALES) == 0
    assert outcomes(place).total() == accepted_notices(sandbox.aws)


def store_mappings(place: Place) -> None:
    """The sandbox's mappings, what the test's customers are called in planning, and the rate of its months."""
    found = [(CRM, "customer", company, member) for company, member in COMPANIES.items()]
    found += [(SALES, "customer", account, member) for account, member in ACCOUNTS.items()]
    found.append((ERP, "customer", CUSTOMER, "TYRELL"))
    found += [(EVERY_CONNECTION, "rate", f"EUR>USD@{month}", "1.10") for month in MONTHS]
    entries = [mapping_tables.Entry(MappingKey(owner, table, key), member) for owner, table, key, member in found]
    mapping_tables.put(place, mapping_tables.read_file(ROOT / "landscape/mappings/sandbox.csv"))
    mapping_tables.put(place, entries)


def sell_in(crm: Simulator) -> None:
    """Forty deals, some changed, won, lost and deleted."""
    for company, name in COMPANIES.items():
        crm.call("POST", "companies", {"id": company, "name": name})
    deals = [str(91_000 + number) for number in range(40)]
    for number, deal in enumerate(deals):
        properties = {
            "dealname": f"Deal {deal}",
            "pipeline": "default",
            "dealstage": "qualifiedtobuy",
            "amount": f"{1000 + number}.25",
            "deal_currency_code": ("EUR", "USD")[number % 2],
            "closedate": f"{list(MONTHS)[number % 2]}-15T12:00:00Z",
        }
        crm.change("POST", "deals", {"id": deal, "company": list(COMPANIES)[number % 3], "properties": properties})
    for number, deal in enumerate(deals):
        crm.change("PATCH", f"deals/{deal}", {"properties": {"amount": f"{2000 + number}.50"}})
    for number, deal in enumerate(deals[::2]):
        stage = ("closedwon", "closedlost")[number % 2]
        crm.change("PATCH", f"deals/{deal}", {"properties": {"dealstage": stage}})
    for deal in deals[1:31:3]:
        crm.change("DELETE", f"deals/{deal}")


def bill_in(erp: Simulator) -> None:
    """Thirty invoices, some edited and deleted."""
    erp.call("POST", "periods", {"name": "Feb 2030", "start": "2030-02-01", "end": "2030-02-28"})
    for number in range(30):
        lines = lines_of(f"{100 + number}.00")
        head = {"id": str(92_000 + number), "type": "invoice", "date": "2030-02-20", "period": "Feb 2030"}
        erp.change("POST", "documents", {**head, "entity": CUSTOMER, "lines": lines})
    for number in range(0, 30, 2):
        erp.change("PATCH", f"documents/{92_000 + number}", {"lines": lines_of(f"{300 + number}.10")})
    for number in range(1, 30, 4):
        erp.change("DELETE", f"documents/{92_000 + number}")


def lines_of(net: str) -> list[dict[str, str]]:
    """The lines of an invoice."""
    return [{"account": "1100", "amount": net}, {"account": "4000", "amount": f"-{net}", "department": "7"}]


def sell_by(sales: Simulator) -> None:
    """Thirty opportunities, some changed, won and deleted."""
    sales.call("POST", "records/Account", {"records": [{"Id": key, "Name": name} for key, name in ACCOUNTS.items()]})
    made = []
    for number in range(30):
        record = {
            "Name": f"Deal {number}",
            "AccountId": list(ACCOUNTS)[number % 2],
            "StageName": "Prospecting",
            "CloseDate": f"{list(MONTHS)[number % 2]}-10",
            "Amount": f"{500 + number}.75",
            "CurrencyIsoCode": "USD",
        }
        made += sales.change("POST", "records/Opportunity", {"records": [record]})["ids"]
    for number, each in enumerate(made):
        sales.change("PATCH", "records/Opportunity", {"changes": {each: {"Amount": f"{700 + number}.00"}}})
    for each in made[::3]:
        sales.change("PATCH", "records/Opportunity", {"changes": {each: {"StageName": "Closed Won"}}})
    for each in made[1::4]:
        sales.change("POST", "records/Opportunity/delete", {"ids": [each]})


def census_of(place: Place, connection: str) -> int:
    """Compare a source with the ledger up to this moment, at which nothing is under way; how many records differed."""
    now, ledger = datetime.now(UTC), CensusLedger(place.table)
    comparing.begin(place, connection, "", Purpose.CENSUS, Window(now - timedelta(days=1), now))
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        runs = [run for run in ledger.runs(connection) if run.purpose is Purpose.CENSUS]
        if all(run.phase.is_over for run in runs):
            return sum(len(list(ledger.findings(run))) for run in runs)
        assert time.monotonic() < give_up_at, [(run.entity, run.failing) for run in runs]
        place.invoke(place.census_function, {})
        Event().wait(0.2)


def reckoned(folder: Path, crm: Simulator, erp: Simulator, sales: Simulator) -> Cells:
    """What planning must hold, by SQL over what the simulated systems have."""
    deals = [{**each, "company": next(iter(each["companies"]), None)} for each in crm.call("GET", "deals")]
    tables = {
        "hubspot": [each for each in deals if each["company"] in COMPANIES],
        "netsuite": [{**each, "deleted": False} for each in erp.call("GET", "documents")],
        "salesforce": [each for each in sales.call("GET", "records/Opportunity") if each["AccountId"] in ACCOUNTS],
        "companies": [{"id": key, "member": member} for key, member in COMPANIES.items()],
        "accounts": [{"id": key, "member": member} for key, member in ACCOUNTS.items()],
        "months": [{"id": key, "label": label} for key, label in MONTHS.items()],
    }
    with duckdb.connect() as sql:
        for name, rows in tables.items():
            file = folder / f"{name}.json"
            file.write_text(json.dumps(rows), encoding="utf-8")
            sql.execute(f"CREATE TABLE {name} AS SELECT * FROM read_json('{file}', format = 'array', sample_size = -1)")  # noqa: S608 our own names
        return {tuple(row[:-1]): row[-1] for row in sql.execute(_ORACLE).fetchall() if row[-1]}


def cells_in_planning(http: httpx.Client, base_url: str) -> Cells:
    """The cells of our months in the transaction currency, read from the planning system, zeros left out."""
    wanted = {("Pipeline", "Amount"), ("Bookings", "Booked"), ("Actuals", "Revenue")}
    return {
        (cell["module"], cell["line_item"], *_place(cell["members"])): Decimal(cell["value"])
        for cell in http.get(f"{base_url}/_control/cells").json()["cells"]
        if (cell["module"], cell["line_item"]) in wanted
        and cell["members"]["Time"] in MONTHS.values()
        and Decimal(cell["value"])
    }


def _place(members: dict[str, str]) -> Iterable[str]:
    product = members.get("Product line") or members["Account"]
    names = ("Legal entity", "Currency", "Time", "Version")
    return (members["Customer"], product, *(members[name] for name in names))


pytestmark = pytest.mark.timeout(600)
