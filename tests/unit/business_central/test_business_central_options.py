"""Options that read nothing, or would close every document, are refused before anything is deployed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.good_bodies import COMPANY
from tieout.systems.business_central.options import Dimensions, Options, at_the_door


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"companies": []}, "companies"),
        ({"companies": [COMPANY.upper()]}, "companies"),
        ({"companies": ["CRONUS"]}, "companies"),
        ({"companies": [COMPANY, COMPANY]}, "companies names one twice"),
        ({"resources": ["companies(1)/items"]}, "resources"),
        ({"group_currency": "Euro"}, "group_currency"),
        ({"closing_numbers": ["CLOSE", ""]}, "closing_numbers"),
    ],
)
def test_an_option_of_no_use_is_named(stated: dict[str, Any], said: str) -> None:
    """The sentence begins with the option's name."""
    with pytest.raises(ValueError, match=f"^{said}"):
        Options(**{"companies": [COMPANY], **stated})


def test_dimensions_come_as_an_object() -> None:
    """As the landscape has them."""
    stated: Any = {"cost_centre": "DEPARTMENT"}
    assert Options(companies=[COMPANY], dimensions=stated).dimensions == Dimensions(cost_centre="DEPARTMENT")


def test_the_door_is_told_no_more_than_it_needs() -> None:
    """The rest is the record step's business."""
    assert at_the_door({"companies": [COMPANY], "cash_accounts": ["10100"]}) == {"companies": [COMPANY]}
    assert Options(**at_the_door({"companies": [COMPANY]})).companies == [COMPANY]
