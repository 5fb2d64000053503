"""What a Salesforce connection may set of master data in the landscape."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from infra.option_types import options_adapter
from tieout.systems.salesforce.options import Options, at_the_door

ORGANIZATION = {"organization_id": "00D000000000001EAA"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"master_data": ["contact"]},
        {"account_ids": {"tax_id": "VAT__c, Phone"}},
        {"account_ids": {"Tax": "VAT__c"}},
        {"product_ids": {"sku": ""}},
    ],
)
def test_what_could_not_be_asked_for_is_refused_at_synth(wrong: dict[str, Any]) -> None:
    """Before anything is deployed."""
    with pytest.raises(ValidationError):
        options_adapter(Options).validate_python({**ORGANIZATION, **wrong})


def test_fields_of_master_data_are_none_of_the_doors_business() -> None:
    """They would only make its environment longer."""
    stated = {**ORGANIZATION, "account_ids": {"tax_id": "VAT__c"}, "product_ids": {}, "master_data": ["account"]}
    assert options_adapter(Options).validate_python(stated).account_ids == {"tax_id": "VAT__c"}
    assert at_the_door(stated) == ORGANIZATION
