"""Cells of the planning model and a writer for them, for the tests of the SAP Analytics Cloud target."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tieout.delivering import CellValue
from tieout.landscape import Option, Target
from tieout.ports import Clock
from tieout.systems.sap_analytics.cells import AnalyticsWriter, open_writer
from tieout.systems.sap_analytics.options import Options

if TYPE_CHECKING:
    import httpx

CREDENTIALS = {"client_id": "sb-tieout", "client_secret": "sandbox-not-a-secret"}
DECLARED: dict[str, Option] = {
    "models": {"Pipeline": "C_PIPELINE", "Cash": "C_CASH"},
    "columns": {"Product line": "ProductLine", "Legal entity": "LegalEntity", "Time": "Date"},
    "measures": {
        "Pipeline": {
            "Amount": "Amount",
            "Amount USD": "AmountUSD",
            "Weighted amount": "WeightedAmount",
            "Weighted amount USD": "WeightedAmountUSD",
        }
    },
}


def pipeline_cell(
    cell_id: str = "c1",
    value: str = "1500.00",
    *,
    measure: str = "Amount",
    customer: str = "ACME",
    currency: str = "EUR",
    period: str = "2026-03",
    version: str = "Forecast",
) -> CellValue:
    """A cell of the model Pipeline."""
    members = (
        ("Customer", customer),
        ("Product line", "SOFTWARE"),
        ("Legal entity", "EMEA"),
        ("Currency", currency),
        ("Time", period),
        ("Version", version),
    )
    return CellValue(cell_id=cell_id, cube="Pipeline", measure=measure, members=members, value=Decimal(value))


def cash_cell(cell_id: str = "k1", value: str = "99.95", *, period: str = "2026-03") -> CellValue:
    """A cell of the model Cash."""
    members = (
        ("Account", "1000"),
        ("Customer", "ACME"),
        ("Legal entity", "EMEA"),
        ("Currency", "EUR"),
        ("Time", period),
        ("Version", "Actual"),
    )
    return CellValue(cell_id=cell_id, cube="Cash", measure="Collected", members=members, value=Decimal(value))


def analytics_target(url: str, **options: Option) -> Target:
    """The target whose tenant and token address are `url`."""
    return Target(
        name="sac", system="sap_analytics", api_base_url=url, options={"auth_base_url": url, **DECLARED, **options}
    )


def analytics_options(**options: Any) -> Options:  # noqa: ANN401 the landscape's values are as loose
    """The options of that target."""
    return Options(**{"auth_base_url": "https://tenant.test", **DECLARED, **options})


def analytics_writer(url: str, http: httpx.Client, clock: Clock, **options: Option) -> AnalyticsWriter:
    """A writer for that target."""
    return open_writer(analytics_target(url, **options), CREDENTIALS, http, clock)
