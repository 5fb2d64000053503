"""Cells of the planning model and a writer for them, for the tests of the Oracle EPM target."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.delivering import CellValue
from tieout.landscape import Option, Target
from tieout.ports import Clock
from tieout.systems.oracle_epm.cells import OracleEpmWriter, open_writer
from tieout.systems.oracle_epm.options import Options

if TYPE_CHECKING:
    import httpx

BASIC = {"username": "tieout@example.com", "password": "sandbox-password"}
ADMINISTERED = BASIC | {
    "administrator_username": "administrator@example.com",
    "administrator_password": "sandbox-administrator-password",
}
KEPT: dict[str, Option] = {
    "metadata_jobs": {"Customer": "Import customers", "Partner": "Import partners"},
    "refresh_job": "Refresh database",
}
LOADS: dict[str, Option] = {"loads": {"Pipeline": {"rows": "Entity"}}, "load_from": 5}
OPTIONS: dict[str, Option] = {
    "application": "Group",
    "auth_base_url": "https://identity.test",
    "authentication": "basic",
    "dimensions": {
        "Product line": "Product",
        "Legal entity": "Entity",
        "Cost centre": "CostCenter",
        "Supplier": "Vendor",
        "Partner": "Intercompany",
        "Version": "Scenario",
    },
    "member_prefixes": {"Partner": "IC_"},
    "fixed_members": {"Version": "Working", "View": "BaseData"},
    "cubes": {
        "Actuals": {"measure_dimension": "Amount type"},
        "Cash": {"measure_dimension": "Amount type"},
        "Operating expenses": {"plan_type": "OpEx", "measure_dimension": "Amount type"},
        "Commitments": {"plan_type": "Commit", "measure_dimension": "Amount type"},
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
    """A cell of the cube Pipeline."""
    members = (
        ("Customer", customer),
        ("Product line", "SOFTWARE"),
        ("Legal entity", "EMEA"),
        ("Currency", currency),
        ("Time", period),
        ("Version", version),
    )
    return CellValue(cell_id=cell_id, cube="Pipeline", measure=measure, members=members, value=Decimal(value))


def expense_cell(cell_id: str = "e1", value: str = "99.95", *, measure: str = "Expense") -> CellValue:
    """A cell of the cube Operating expenses, whose plan type has another name and whose measures another dimension."""
    members = (
        ("Account", "6100"),
        ("Cost centre", "CC_SALES"),
        ("Supplier", "TRAVEL_AGENCY"),
        ("Legal entity", "EMEA"),
        ("Partner", "EMEA"),
        ("Currency", "EUR"),
        ("Time", "2026-03"),
        ("Version", "Actual"),
    )
    return CellValue(cell_id=cell_id, cube="Operating expenses", measure=measure, members=members, value=Decimal(value))


def epm_options(**options: Option) -> Options:
    """The options of the sandbox's application, changed."""
    return Options(**(OPTIONS | options))  # type: ignore[arg-type]  # the landscape's values are as loose


def epm_target(url: str, **options: Option) -> Target:
    """The target whose environment and identity domain are `url`."""
    return Target(
        name="oracle", system="oracle_epm", api_base_url=url, options=OPTIONS | {"auth_base_url": url} | options
    )


def epm_writer(
    url: str, http: httpx.Client, clock: Clock, credentials: Mapping[str, str] = BASIC, **options: Option
) -> OracleEpmWriter:
    """A writer for that target, logging in by password where the options do not say otherwise."""
    return open_writer(epm_target(url, **options), credentials, http, clock)
