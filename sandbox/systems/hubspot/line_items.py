"""The line items of a simulated account, and what HubSpot works out of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

DEAL_TO_LINE_ITEM = 19  # the vendor's own association type

_YEARLY = {"weekly": 52, "biweekly": 26, "monthly": 12, "quarterly": 4, "per_six_months": 2, "annually": 1}
_CENT = Decimal("0.01")


def iso(moment: datetime) -> str:
    """A moment as the CRM API writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(kw_only=True)
class LineItem:
    """One line item as the account stores it; it belongs to one deal."""

    item_id: str
    deal_id: str
    properties: dict[str, str | None]
    created_at: datetime
    modified_at: datetime
    archived_at: datetime | None = None

    def all_properties(self) -> dict[str, str | None]:
        """What is stored and what HubSpot works out."""
        return {
            **self.properties,
            **_calculated(self.properties),
            "createdate": iso(self.created_at),
            "hs_lastmodifieddate": iso(self.modified_at),
            "hs_object_id": self.item_id,
        }


def _calculated(stored: dict[str, str | None]) -> dict[str, str | None]:
    """Net price of one payment, and the contract's value in total, in a year, and by what recurs; none without a price."""
    price, frequency = stored.get("price"), stored.get("recurringbillingfrequency")
    if price is None:
        return {}
    amount = Decimal(price) * Decimal(stored.get("quantity") or "1") - Decimal(stored.get("discount") or "0")
    if frequency is None:
        worth = {"hs_tcv": amount, "hs_acv": amount, "hs_arr": Decimal(0), "hs_mrr": Decimal(0)}
    else:
        yearly = amount * _YEARLY[frequency]
        months = _months(stored.get("hs_recurring_billing_period")) or 12
        worth = {"hs_tcv": yearly * months / 12, "hs_acv": yearly, "hs_arr": yearly, "hs_mrr": yearly / 12}
    return {name: _text(value) for name, value in {"amount": amount, **worth}.items()}


def _months(period: str | None) -> int:
    """The months of a term such as `P12M`; the simulated editor offers no other form."""
    return int(period[1:-1]) if period else 0


def _text(number: Decimal) -> str:
    return str(number.quantize(_CENT))
