"""What the opportunities of a Dynamics 365 Sales environment put into planning's cells, by what they are at the end."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.companies import COMPANY_OF
from tests.simulation.dataverse import Opportunity
from tests.simulation.oracle_of_values import Mappings, apportioned, at, mapped, period_of, rounded
from tests.simulation.planning import Coordinates

_STATES = ("open", "won", "lost")


def sold_cells(opportunity: Opportunity, connection: str, mappings: Mappings) -> Iterator[tuple[Coordinates, Decimal]]:
    """What an opportunity puts into cells: its products, and what they leave of its worth."""
    fields = opportunity.fields
    state, currency = _STATES[fields["statecode"]], fields["currency"]
    step = fields["stepname"] if state == "open" else None
    stage = mapped(mappings, connection, "stage", f"{state}/{step or '-'}")
    if stage == "lost":
        return
    cube, version = ("Bookings", "Actual") if stage == "won" else ("Pipeline", "Forecast")
    parts = _parts(opportunity, state, currency)
    weighted = apportioned(_share(opportunity, state), {key: (currency, worth) for key, _, worth in parts})
    for key, product, worth in parts:
        amounts = {"Booked": worth}
        if cube == "Pipeline":
            amounts = {"Amount": worth, "Weighted amount": weighted.get(key, Decimal(0))}
        for name, amount in amounts.items():
            if amount == 0:
                continue
            customer, day = _customer(opportunity), _day(opportunity, state)
            members = {
                "Customer": mapped(mappings, connection, "customer", customer) if customer else "NO_CUSTOMER",
                "Product line": mapped(mappings, connection, "product", product) if product else "NO_PRODUCT",
                "Legal entity": COMPANY_OF[connection],
            }
            if day is None:
                continue
            members |= {"Currency": currency, "Time": period_of(members["Legal entity"], day), "Version": version}
            yield at(cube, name, members), amount
            dollars = amount if currency == "USD" else rounded(amount / fields["exchangerate"], "USD")
            yield at(cube, f"{name} USD", members), dollars


def _parts(opportunity: Opportunity, state: str, currency: str) -> list[tuple[str, str | None, Decimal]]:
    """Id, product and worth of each product that says what it is worth, and what they leave."""
    parts = [
        (key, each["product"], rounded(Decimal(each["worth"]), currency))
        for key, each in opportunity.products.items()
        if each["worth"] is not None
    ]
    fields = opportunity.fields
    worth = fields["estimatedvalue"]
    if state == "won" and fields["actualvalue"] is not None:
        worth = fields["actualvalue"]
    if worth is not None:
        left = rounded(Decimal(worth), currency) - sum(amount for *_, amount in parts)
        parts.append(("", None, left))
    return parts


def _share(opportunity: Opportunity, state: str) -> Decimal | None:
    """How likely it is: what is closed is certain."""
    if state != "open":
        return Decimal(state == "won")
    percent = opportunity.fields["closeprobability"]
    return None if percent is None else Decimal(percent) / 100


def _day(opportunity: Opportunity, state: str) -> str | None:
    actual = opportunity.fields["actualclosedate"] if state != "open" else None
    day: str | None = actual or opportunity.fields["estimatedclosedate"]
    return day


def _customer(opportunity: Opportunity) -> str | None:
    fields = opportunity.fields
    if fields["account"] is None and fields["table"] == "contact":
        return f"contact:{fields['customer']}"
    customer: str | None = fields["account"] or fields["customer"]
    return customer
