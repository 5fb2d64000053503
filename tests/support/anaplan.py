"""Cells of the planning model and a writer for them, for the tests of the Anaplan target."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.delivering import CellValue
from tieout.landscape import Option, Target
from tieout.ports import Clock
from tieout.systems.anaplan.cells import open_writer
from tieout.systems.anaplan.writing import AnaplanWriter

if TYPE_CHECKING:
    import httpx

MODEL_ID = "1A2B3C4D5E6F70819203A4B5C6D7E8F9"
BASIC = {"username": "tieout@example.com", "password": "sandbox-password"}


def pipeline_cell(
    cell_id: str = "c1",
    value: str = "1500.00",
    *,
    measure: str = "Amount",
    customer: str = "ACME",
    currency: str = "EUR",
    period: str = "2026-03",
) -> CellValue:
    """A cell of the module Pipeline."""
    members = (
        ("Customer", customer),
        ("Product line", "SOFTWARE"),
        ("Legal entity", "EMEA"),
        ("Currency", currency),
        ("Time", period),
        ("Version", "Forecast"),
    )
    return CellValue(cell_id=cell_id, cube="Pipeline", measure=measure, members=members, value=Decimal(value))


def cash_cell(cell_id: str = "k1", value: str = "99.95", *, customer: str = "ACME") -> CellValue:
    """A cell of the module Cash."""
    members = (
        ("Account", "1000"),
        ("Customer", customer),
        ("Legal entity", "EMEA"),
        ("Currency", "EUR"),
        ("Time", "2026-03"),
        ("Version", "Actual"),
    )
    return CellValue(cell_id=cell_id, cube="Cash", measure="Collected", members=members, value=Decimal(value))


def anaplan_target(url: str, **options: Option) -> Target:
    """The target whose API host and authentication host are `url`."""
    all_options: dict[str, Option] = {"auth_base_url": url, "model_id": MODEL_ID, "authentication": "basic", **options}
    return Target(name="anaplan", system="anaplan", api_base_url=url, options=all_options)


def anaplan_writer(
    url: str, http: httpx.Client, clock: Clock, credentials: Mapping[str, str] = BASIC, **options: Option
) -> AnaplanWriter:
    """A writer for that target, logging in by password where the options do not say otherwise."""
    return open_writer(anaplan_target(url, **options), credentials, http, clock)
