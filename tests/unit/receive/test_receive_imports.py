"""What a cold receive function loads while a sender waits."""

from __future__ import annotations

import pytest

from tests.support.cold_imports import DEAR, loaded_by

TOO_DEAR = DEAR | {"jmespath", "defusedxml", "xml", "dataclasses", "inspect"}
NOT_NEEDED = {
    "tieout.facts",
    "tieout.periods",
    "tieout.ports",
    "tieout.landscape",
    "tieout.ledger",
    "zoneinfo",
    "random",
    "pathlib",
    "uuid",
}


@pytest.mark.parametrize(
    "system",
    [
        "business_central",
        "dynamics_finance",
        "dynamics_sales",
        "generic",
        "hubspot",
        "netsuite",
        "salesforce",
        "sap_s4hana",
        "stripe",
    ],
)
def test_nothing_dear_is_imported_on_the_way_in(system: str) -> None:
    """The whole path of a delivery stands on the standard library."""
    parts = (f"tieout.systems.{system}.{part}" for part in ("options", "signature", "payloads", "door"))
    loaded = loaded_by("functions.receive.handler", *parts)
    assert "functions.receive.pipeline" in loaded
    assert not loaded & (TOO_DEAR | NOT_NEEDED)
