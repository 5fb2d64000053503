"""The companies of a simulated world, and the two ways they divide time: calendar months, and quarters of 4, 4 and 5 weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# As a landscape declares them. Every other company goes by calendar months.
CALENDARS: Sequence[Mapping[str, Any]] = (
    {"name": "default", "kind": "months"},
    {
        "name": "weeks",
        "kind": "4-4-5",
        "year_end": {"rule": "nearest", "weekday": "saturday", "month": 1},
        "year_named_by": "start",
        "label": "RT",
    },
)
LEGAL_ENTITIES: Sequence[Mapping[str, str]] = (
    {"name": "EMEA", "calendar": "default"},
    {"name": "AMER", "calendar": "weeks"},
    {"name": "APAC", "calendar": "weeks"},
    {"name": "E-2", "calendar": "weeks"},
    {"name": "B-2", "calendar": "weeks"},
    {"name": "S-2", "calendar": "weeks"},
    {"name": "F-2", "calendar": "weeks"},
)
COMPANY_OF: Mapping[str, str] = {  # whose deals and books a connection's are, where a record does not say
    "hubspot-emea": "EMEA",
    "hubspot-amer": "AMER",
    "salesforce-apac": "APAC",
    "netsuite-group": "GROUP",
    "central-iberia": "IBERIA",
    "sap-europe": "EUROPE",
    "dynamics-americas": "AMERICAS",
    "ledger-latam": "LATAM",
    "sales-americas": "SALES",
    "stripe-global": "SUBSCRIBED",
    "chargebee-emea": "AGREED",
    "zuora-enterprise": "CONTRACTED",
    "expenses-emea": "EMEA",
    "procurement-emea": "EMEA",
}
PERIODS = ("2026-03", "2026-04", "2026-05", "RT2026-P02", "RT2026-P03", "RT2026-P04", "RT2026-P05")
FISCAL_NAMES = ("P{number:02} FY{year}",)  # as a model that counts weeks names its periods
