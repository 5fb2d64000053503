"""What a HubSpot connection may set in the landscape."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from infra.option_types import options_adapter
from tieout.systems.hubspot.options import Options


def test_without_options_only_v3_within_five_minutes_is_taken() -> None:
    """The defaults are the safe ones."""
    assert Options() == Options(allow_signatures=("v3",), max_skew_seconds=300, portal_id=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"allow_signatures": ["v4"]},
        {"allow_signatures": "v3"},
        {"allow_signatures": []},
        {"max_skew_seconds": "soon"},
        {"max_skew_seconds": 0},
        {"max_skew_seconds": 3601},
        {"portal_id": -1},
        {"master_data": ["contact"]},
        {"company_ids": {"tax_id": "vat,name"}},
        {"product_ids": {"SKU": "hs_sku"}},
    ],
)
def test_options_are_checked_at_synth(wrong: dict[str, object]) -> None:
    """A scheme that does not exist, or a window that is none, is refused before anything is deployed."""
    with pytest.raises(ValidationError):
        options_adapter(Options).validate_python(wrong)


def test_options_of_the_landscape_are_taken_as_they_are() -> None:
    """Lists stay lists."""
    assert (
        options_adapter(Options).validate_python({"allow_signatures": ["v3", "v1"], "portal_id": 20_000_001}).portal_id
        == 20_000_001
    )


def test_verifying_and_splitting_load_nothing_heavy() -> None:
    """The receive step answers within HubSpot's five seconds from a cold start."""
    code = (
        "import sys, tieout.systems.hubspot.signature, tieout.systems.hubspot.payloads;"
        "print([each for each in ('httpx', 'pydantic', 'boto3', 'cryptography', 'asyncio', 'ssl') if each in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 our own code
    assert found.stdout.strip() == "[]"
