"""The values that a CRM's deals and line items take by chance, among them those that translations stumble over."""

from __future__ import annotations

STAGES = ("default/new", "default/talks", "default/won", "default/lost", "renewals/open", "renewals/won")
COMPANIES = ("71", "72", "73", "9001")
CURRENCIES = ("EUR", "USD", "JPY", "KWD")
PRODUCTS = ("801", "802", "SKU-3")
AMOUNTS = (
    *("2000", "1500.00", "200000.00000000001110", "0.125", "10.005", "10.01", "33.33", "-250.5", "1.25E4", "0", ""),
    "77.7777",
)
PROBABILITIES = (
    *("0.2", "0.200000000000000011102230246251565404236316680908203125", "1", "0", "0.333333", "0.5", "0.5"),
    None,
)
CLOSE_DATES = (
    *("2026-03-31T23:30:00Z", "2026-04-01T00:00:00Z", "2026-03-15T12:00:00.000Z", "2026-04-30", "1777593600000"),
    *("2026-05-31T21:59:59.999Z", None),
    *("2026-03-29T03:59:59Z", "2026-03-29T04:00:00Z", "2026-05-02", "2026-05-30"),  # where weeks end, in New York too
)
PAYMENTS = ("100", "99.99", "0.05", "33.335", "12", "")
FREQUENCIES = (None, None, "monthly", "quarterly", "annually", "weekly")
TERMS = ("P12M", "P1Y6M", "P3W", None)
