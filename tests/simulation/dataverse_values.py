"""The values that opportunities of a Dynamics 365 Sales environment take by chance, among them those that are easily misread."""

from __future__ import annotations

from decimal import Decimal

ORGANIZATION = "f0a1b2c3-0000-4000-8000-00000000d365"
OTHER_ORGANIZATION = "f0a1b2c3-0000-4000-8000-00000000c0b1"  # a copy of ours, with everything in it
OWN_USER = "10a1b2c3-0000-4000-8000-00000000000a"  # whose changes are our own
ACCOUNTS = tuple(f"0aa1b2c3-0000-4000-8000-00000000090{number}" for number in range(1, 4))
CONTACT = "0ba1b2c3-0000-4000-8000-000000000901"
PRODUCTS = tuple(f"0ca1b2c3-0000-4000-8000-00000000000{number}" for number in range(1, 3))
STAGES = ("1-Qualify", "2-Develop", None)
RATES = {"USD": Decimal(1), "EUR": Decimal("0.8"), "JPY": Decimal("149.5"), "KWD": Decimal("0.3")}
LATER_RATES = {"EUR": (Decimal("0.5"), Decimal("0.9174")), "JPY": (Decimal(150),), "KWD": (Decimal("0.4"),)}
VALUES = (
    *(2000, Decimal("1500.00"), Decimal("0.125"), Decimal("10.005"), Decimal("33.33"), Decimal("-250.5"), 0, None),
    Decimal("77.7777"),
)
PROBABILITIES = (20, 100, 0, 50, 50, 33, None)
DAYS = (  # where weeks and months end; the company counts by months
    *("2026-03-01", "2026-03-28", "2026-03-31", "2026-04-30", "2026-05-02", "2026-05-03", "2026-05-30", "2026-05-31"),
    None,
)
WORTHS = (1200, Decimal("99.99"), Decimal("0.05"), Decimal("33.335"), 12, 0, Decimal("-20.1"), None)
CATEGORIES = (100_000_001, 100_000_002, 100_000_003, None)
UNKNOWN_CATEGORY = 7  # of a choice that somebody has added to
