"""The simulated planning systems, as somebody who looks into each would read its cells: all in the words of the planning model.

Nothing here is the line's: what each system calls a month or a measure is written down once more, so that a slip shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.demo.story import Controlled
from sandbox.running import Sandbox

ANAPLAN, ORACLE, ANALYTICS = "anaplan", "oracle-epm", "sap-analytics"
CUBES = {ORACLE: ("Pipeline", "Actuals", "Billings"), ANALYTICS: ("Bookings", "Cash", "Operating expenses")}
"""What the sandbox gives the others; Anaplan is given all."""

type Cell = Mapping[str, Any]
"""A cell: its `module`, `line_item`, `members` by dimension, and `value` as exact text."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Planning(Controlled):
    """The simulated Anaplan model, and what all of them have in common."""

    def cells(self) -> list[Cell]:
        """Every cell planning holds, read from the planning system itself."""
        found: list[Cell] = self._call("GET", "cells")["cells"]
        return found

    def values(self, module: str, line_item: str) -> dict[str, Decimal]:
        """What one line item holds, by the members of the cell: `GLOBEX/SUPPORT/EMEA/EUR/Dec 26/Actual`."""
        return {
            "/".join(cell["members"].values()): Decimal(cell["value"])
            for cell in self.cells()
            if (cell["module"], cell["line_item"]) == (module, line_item)
        }

    def add_company(self, code: str, name: str) -> None:
        """Add a company to the model, as its planners do when one is acquired."""
        self._call("POST", "members", {"list": "Legal entity", "items": [{"code": code, "name": name}]})


class Application(Planning):
    """The simulated Oracle EPM Planning application."""

    def cells(self) -> list[Cell]:
        """Every cell: measures are members, a month is two, and what the planning model lacks is left out."""
        return [_of_oracle(each) for each in self._call("GET", "cells")["cells"]]

    def add_company(self, code: str, name: str) -> None:  # noqa: ARG002 it knows companies by their code
        """Add a company to the application."""
        self._call("POST", "members", {"dimension": "Entity", "members": [code]})


class Models(Planning):
    """The simulated planning models of SAP Analytics Cloud."""

    def cells(self) -> list[Cell]:
        """Every measure that is booked."""
        return [_of_sap(each) for each in self._call("GET", "cells")["cells"]]

    def add_company(self, code: str, name: str) -> None:  # noqa: ARG002 as above
        """Add a company to the models."""
        self._call("POST", "members", {"column": "LegalEntity", "members": [code]})


type PlanningSystems = Mapping[str, Planning]
"""The simulated planning systems by target; Anaplan holds everything."""


def planning_systems(sandbox: Sandbox) -> PlanningSystems:
    """Those of a sandbox."""
    urls = sandbox.systems
    return {
        ANAPLAN: Planning(urls["anaplan"]),
        ORACLE: Application(urls["oracle_epm"]),
        ANALYTICS: Models(urls["sap_analytics"]),
    }


_ORACLE = {
    "Customer": "Customer",
    "Product line": "Product",
    "Account": "Account",
    "Cost centre": "CostCenter",
    "Legal entity": "Entity",
    "Partner": "Intercompany",
    "Currency": "Currency",
}
_SAP = {
    "Customer": "Customer",
    "Product line": "ProductLine",
    "Account": "Account",
    "Cost centre": "CostCentre",
    "Supplier": "Supplier",
    "Legal entity": "LegalEntity",
    "Partner": "Partner",
    "Currency": "Currency",
}
_DEALS = ("Customer", "Product line", "Legal entity", "Currency")
_ORDER = {
    "Pipeline": _DEALS,
    "Bookings": _DEALS,
    "Billings": _DEALS,
    "Actuals": ("Account", "Cost centre", "Customer", "Legal entity", "Partner", "Currency"),
    "Cash": ("Account", "Customer", "Legal entity", "Currency"),
    "Operating expenses": ("Account", "Cost centre", "Supplier", "Legal entity", "Partner", "Currency"),
}
_SAP_MEASURES = {"RecurringMonth": "Recurring a month", "RecurringMonthUSD": "Recurring a month USD"}


def _of_oracle(cell: Mapping[str, Any]) -> Cell:
    members, cube = cell["members"], cell["cube"]
    measure = members["Amount type" if "Amount type" in members else "Account"]
    found = {name: members[_ORACLE[name]].removeprefix("IC_") for name in _ORDER[cube]}
    month = f"{members['Period']} {members['Years'].removeprefix('FY')}"
    found |= {"Time": month, "Version": members["Scenario"]}
    return {"module": cube, "line_item": measure, "members": found, "value": cell["value"]}


def _of_sap(cell: Mapping[str, Any]) -> Cell:
    members, told = cell["members"], cell["measure"]
    measure = _SAP_MEASURES.get(told) or (f"{told.removesuffix('USD')} USD" if told.endswith("USD") else told)
    found = {name: members[_SAP[name]] for name in _ORDER[cell["model"]]}
    year, month = members["Date"][2:4], int(members["Date"][4:])
    found |= {"Time": f"{_MONTHS[month - 1]} {year}", "Version": members["Version"].removeprefix("public.")}
    return {"module": cell["model"], "line_item": measure, "members": found, "value": cell["value"]}
