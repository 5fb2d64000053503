"""Names of the landscape as CDK ids and output keys."""

from __future__ import annotations

import re


def pascal(name: str) -> str:
    """`hubspot-emea` and `forecast_to_plan` as `HubspotEmea` and `ForecastToPlan`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split("[-_]", name))
