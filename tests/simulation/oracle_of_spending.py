"""What tools put into planning's cells of what is spent and ordered, by the newest of all they ever said of each record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped, period_of
from tests.simulation.planning import Coordinates
from tests.simulation.spending import Event


def newest(said: list[Event]) -> Event:
    """What counts of all that was said: the highest revision; of one revision the deletion, else that of the higher digest."""
    return max(said, key=_rank)


def _rank(event: Event) -> tuple[str, bool, str]:
    is_cloudevent = "specversion" in event
    counted = {"type": event["type"], "data": event["data"]} if is_cloudevent else event  # not which event it was
    text = json.dumps(counted, sort_keys=True, separators=(",", ":"))
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    version = event["data"]["modifiedAt"] if is_cloudevent else f"{event['data']['report']['revision']:09d}"
    return version, event["type"].split(".")[-2 if is_cloudevent else -1] in {"removed", "deleted"}, digest


def order_cells(event: Event, connection: str, mappings: Mappings) -> Iterator[tuple[Coordinates, Decimal]]:
    """What an order puts into cells: what is still open of it, as a commitment."""
    order = event["data"]
    if event["type"] == "sandbox.procurement.order.removed.v1" or order["state"] != "RELEASED":
        return
    for position in order["positions"]:
        if not position["open"]:
            continue
        company = mapped(mappings, connection, "legal_entity", order["company"])
        period = period_of(company, position["neededOn"])
        amount, currency = Decimal(str(position["openValue"])), position["currency"]
        centre, supplier = position["costCentre"], order["supplier"]["code"]
        if amount == 0:
            continue
        members = {
            "Account": mapped(mappings, connection, "account", position["glAccount"], period),
            "Cost centre": mapped(mappings, connection, "cost_centre", centre) if centre else "NO_COST_CENTRE",
            "Supplier": mapped(mappings, connection, "supplier", supplier) if supplier else "NO_SUPPLIER",
            "Legal entity": company,
            "Currency": currency,
            "Time": period,
            "Version": "Forecast",
        }
        yield at("Commitments", "Committed", members), amount
        yield at("Commitments", "Committed USD", members), in_dollars(amount, currency, period, mappings, "Forecast")


def report_cells(event: Event, connection: str, mappings: Mappings) -> Iterator[tuple[Coordinates, Decimal]]:
    """What a report puts into cells."""
    report = event["data"]["report"]
    if event["type"] not in {"expense_report.approved", "expense_report.paid"}:
        return
    for line in report["lines"]:
        amount, period = Decimal(str(line["gross"])), period_of(COMPANY_OF[connection], line["spent_on"])
        centre, merchant = line["cost_center"], line["merchant"]
        if amount == 0:
            continue
        members = {
            "Account": mapped(mappings, connection, "account", line["category"], period),
            "Cost centre": mapped(mappings, connection, "cost_centre", centre) if centre else "NO_COST_CENTRE",
            "Supplier": mapped(mappings, connection, "supplier", merchant) if merchant else "NO_SUPPLIER",
            "Legal entity": COMPANY_OF[connection],
            "Partner": "NO_PARTNER",
            "Currency": report["currency"],
            "Time": period,
            "Version": "Actual",
        }
        yield at("Operating expenses", "Expense", members), amount
        dollars = in_dollars(amount, report["currency"], period, mappings)
        yield at("Operating expenses", "Expense USD", members), dollars
