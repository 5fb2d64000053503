"""Which options of a Dataverse connection are refused before anything is deployed."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.systems.dynamics_sales.options import Options, at_the_door

ORGANIZATION = "f0000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("organization_id", ""),
        ("organization_id", ORGANIZATION.upper()),
        ("organization_id", "f0000000"),
        ("key_header", ""),
        ("key_header", "X-Key"),
        ("key_parameter", "a b"),
        ("own_users", ["somebody"]),
        ("max_depth", 0),
        ("max_depth", 9),
        ("api_version", "9.2"),
        ("stage_column", ""),
        ("stage_column", "stepname,name"),
        ("product_column", "a b"),
        ("category_column", "$expand"),
        ("line_amount_column", ""),
        ("forecast_categories", {"1": "sure"}),
        ("account_ids", {"tax_id": "new_vat,name"}),
        ("product_ids", {"SKU": "productnumber"}),
    ],
)
def test_an_option_that_opens_or_reads_nothing_is_refused(name: str, value: Any) -> None:  # noqa: ANN401 as the landscape states it
    """With its own name, so that whoever wrote it finds it."""
    stated: dict[str, Any] = {"organization_id": ORGANIZATION} | {name: value}
    with pytest.raises(ValueError, match=name):
        Options(**stated)


def test_the_door_is_told_nothing_of_how_records_are_read() -> None:
    """Its options travel in its environment, where there is little room; and they must do for it."""
    every = Options(organization_id=ORGANIZATION).plain()
    told = at_the_door(every)
    assert set(told) == {"organization_id", "key_header", "key_parameter", "own_users", "max_depth"}
    assert Options(**told) == Options(organization_id=ORGANIZATION)
