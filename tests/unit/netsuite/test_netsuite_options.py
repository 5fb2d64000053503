"""What a NetSuite connection may set in the landscape."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from infra.option_types import options_adapter
from tieout.systems.netsuite.options import Options


@pytest.mark.parametrize(
    "wrong",
    [
        {"accounting_book": "primary"},
        {"accounting_book": "1 OR 1=1"},
        {"group_subsidiary": "0"},
        {"group_subsidiary": "\u0661"},
        {"max_skew_seconds": 0},
        {"max_skew_seconds": 3601},
        {"max_concurrency": 0},
        {"dimensions": ["subsidiary"]},
        {"customer_columns": ["name"]},
        {"master_data": ["vendor"]},
        {"customer_ids": {"tax_id": "vatregnumber, r.email"}},
        {"product_ids": {"SKU": "itemid"}},
    ],
)
def test_options_are_checked_at_synth(wrong: dict[str, object]) -> None:
    """What would make every read fail, or no window protect, is refused before anything is deployed."""
    with pytest.raises(ValidationError):
        options_adapter(Options).validate_python(wrong)


def test_the_static_token_and_other_risks_are_off_without_options() -> None:
    """The defaults are the safe ones; book and group may be left out where an account has none."""
    assert not Options().allow_static_token
    assert Options().max_skew_seconds == 300
    assert options_adapter(Options).validate_python({"dimensions": ["location"]}).dimensions == ["location"]
    ids = {"erp_number": "custentity_erp_number"}
    assert options_adapter(Options).validate_python({"customer_ids": ids}).customer_ids == ids
    assert (
        options_adapter(Options).validate_python({"accounting_book": "", "group_subsidiary": ""}).accounting_book == ""
    )
