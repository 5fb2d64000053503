"""Which options of a Stripe connection are refused before anything is deployed."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.systems.stripe.options import Options, at_the_door


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account", "acct_"),
        ("account", "1TieoutMadeUp"),
        ("account", "acct_1/acct_2"),
        ("api_version", ""),
        ("api_version", "2025-03-31.Basil"),
        ("api_version", "2025-03-31."),
        ("api_version", "latest"),
        ("max_skew_seconds", 0),
        ("max_skew_seconds", 3601),
        ("balance_account", ""),
        ("bank_account", "stripe_fees"),
        ("fee_account", ""),
        ("receivable_account", ""),
        ("customer_ids", {"Tax": "vat"}),
        ("product_ids", {"sku": ""}),
    ],
)
def test_an_option_that_opens_or_mixes_up_something_is_refused(name: str, value: Any) -> None:  # noqa: ANN401 as the landscape states it
    """With its own name, so that whoever wrote it finds it."""
    with pytest.raises(ValueError, match=name):
        Options(**{name: value})


@pytest.mark.parametrize(
    "stated",
    [{}, {"account": "acct_1TieoutMadeUp"}, {"api_version": "2023-10-16"}, {"live": False}, {"max_skew_seconds": 3600}],
)
def test_what_is_in_order_is_taken(stated: dict[str, Any]) -> None:
    """Nothing needs to be set."""
    assert Options(**stated)


def test_the_door_is_told_nothing_of_how_records_are_read() -> None:
    """Its options travel in its environment, where there is little room; and they must do for it."""
    every = Options(balance_account="1100").plain()
    assert set(at_the_door(every)) == {"live", "account", "api_version", "max_skew_seconds"}
    assert Options(**at_the_door(every)) == Options()
