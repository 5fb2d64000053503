"""What Salesforce works out by itself when a record is saved: amounts, probabilities, categories, ends of terms."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sandbox.systems.salesforce.changes import Row
from sandbox.systems.salesforce.values import Stored

FORECAST_CATEGORIES = {
    "Pipeline": "Pipeline",
    "Best Case": "BestCase",
    "Most Likely": "MostLikely",
    "Commit": "Forecast",
    "Closed": "Closed",
    "Omitted": "Omitted",
}
_STATUS_CODES = {"Draft": "Draft", "In Approval Process": "InApproval", "Activated": "Activated"}
_CENT = Decimal("0.01")


def opportunity_values(
    before: Row, wanted: Mapping[str, Stored], stages: Mapping[str, Row], lines: Sequence[Row]
) -> dict[str, Stored]:
    """An opportunity's fields after a save: the sum of its products is its amount, and its stage says the rest.

    Raises:
        ValueError: for a stage or a forecast category that there is not, or another currency than that of its products.
    """
    after = {**before, **wanted}
    if lines and after["CurrencyIsoCode"] != before["CurrencyIsoCode"]:
        raise ValueError("the currency is that of the products")
    stage = stages.get(str(after.get("StageName")))
    if stage is None:
        raise ValueError(f"no stage {after.get('StageName')}")
    if after["StageName"] != before.get("StageName"):
        after["Probability"] = wanted.get("Probability", stage["DefaultProbability"])
        after["ForecastCategoryName"] = wanted.get("ForecastCategoryName", stage["ForecastCategoryName"])
    if after["ForecastCategoryName"] not in FORECAST_CATEGORIES:
        raise ValueError(f"no forecast category {after['ForecastCategoryName']}")
    after["ForecastCategory"] = FORECAST_CATEGORIES[str(after["ForecastCategoryName"])]
    after |= {"IsClosed": stage["IsClosed"], "IsWon": stage["IsWon"], "HasOpportunityLineItem": int(bool(lines))}
    if lines:
        after["Amount"] = str(sum((_decimal(each["TotalPrice"]) for each in lines), Decimal("0.00")))
    elif before.get("HasOpportunityLineItem"):
        after["Amount"] = wanted.get("Amount", "0.00")
    after["ExpectedRevenue"] = _expected_revenue(after)
    return after


def line_values(before: Row, wanted: Mapping[str, Stored], entry: Row, product: Row) -> dict[str, Stored]:
    """A product's line after a save: price times quantity less discount, or the price that makes up a total.

    Raises:
        ValueError: without a quantity other than zero.
    """
    after = {"Quantity": "1", **before, **wanted}
    quantity, discount = _decimal(after["Quantity"]), _decimal(after.get("Discount"))
    if not quantity:
        raise ValueError("Quantity must not be zero")
    if "TotalPrice" in wanted and "UnitPrice" not in wanted:
        after["UnitPrice"] = str((_decimal(wanted["TotalPrice"]) / quantity).quantize(_CENT))
    else:
        after.setdefault("UnitPrice", entry["UnitPrice"])
        share = 1 - discount / 100
        after["TotalPrice"] = str((_decimal(after["UnitPrice"]) * quantity * share).quantize(_CENT))
    return after | {
        "ListPrice": entry["UnitPrice"],
        "PricebookEntryId": entry["Id"],
        "ProductCode": product["ProductCode"],
        "Name": product["Name"],
    }


def contract_values(before: Row, wanted: Mapping[str, Stored], moment: str) -> dict[str, Stored]:
    """A contract's fields after a save: its last day is the one before the day on which its term is over.

    Raises:
        ValueError: for a status that there is not.
    """
    after: dict[str, Stored] = {"Status": "Draft", **before, **wanted}
    if after["Status"] not in _STATUS_CODES:
        raise ValueError(f"no status {after['Status']}")
    after["StatusCode"] = _STATUS_CODES[str(after["Status"])]
    if after["StatusCode"] == "Activated":
        after["ActivatedDate"] = before.get("ActivatedDate") or moment
    after["EndDate"] = None
    if after.get("StartDate") and after.get("ContractTerm"):
        start, months = date.fromisoformat(str(after["StartDate"])), int(_decimal(after["ContractTerm"]))
        after["EndDate"] = (_months_later(start, months) - timedelta(days=1)).isoformat()
    return after


def _expected_revenue(row: Row) -> Stored:
    if row.get("Amount") is None or row.get("Probability") is None:
        return None
    return str((_decimal(row["Amount"]) * _decimal(row["Probability"]) / 100).quantize(_CENT))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _decimal(value: Stored) -> Decimal:
    return Decimal(value or 0)
