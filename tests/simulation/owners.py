"""Worlds in which a connection owns the customers: how that is declared, and who knows the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.simulation.planning_lists import TOP
from tieout.member_sources import MemberSource

if TYPE_CHECKING:
    from tests.simulation.world import Scenario

THEME = "owners"
OWNER, KNOWS_TOO = "netsuite-group", "hubspot-emea"
CODES = "N_"
"""How the codes begin that follow from the owner's numbers."""
DIMENSION = "Customer"
SOURCES = {DIMENSION: MemberSource(table="customer", parent=TOP)}
"""Whose members are kept in planning: what the owner says of them is what they are called and where they stand."""
STUBBORN = frozenset({"M-73", f"{CODES}502"})
"""Members that planning does not take in some worlds, or not before somebody has seen to it."""
OWNERS: Sequence[Mapping[str, Any]] = (
    {
        "name": "customers",
        "connection": OWNER,
        "facts": ["Customer"],
        "codes": "N_{number}",
        "linked_by": ["domain"],
    },
    {
        "name": "opportunities",
        "connection": KNOWS_TOO,
        "facts": ["Opportunity"],
        "legal_entities": ["EMEA"],
    },
)
SELLS_TOO = {"hubspot-amer": "EMEA"}
"""A connection that has the opportunities of the same company, of which those of their owner are planned."""
OWNED = {  # number to the web address, as each system writes it
    "501": "https://www.nord.example/de",
    "502": "sud.example",
    "503": "WEST.example",
    "504": "west.example",
}
KNOWN_TOO = {"71": "nord.example", "72": "sud.example", "73": "west.example", "9001": ""}
MAY_BE: Mapping[str, Sequence[str]] = {"71": ("501",), "72": ("502",), "73": ("503", "504"), "9001": ()}
"""Which of the owner's customers each may be."""
_EVERY, _OF_THEM = 16, 13


def is_owned(scenario: Scenario) -> bool:
    """Whether a world's customers have an owner: in the theme of its own, and on one ordinary day of some."""
    if scenario.theme is not None:
        return scenario.theme == THEME
    return scenario.seed % _EVERY == _OF_THEM and scenario.fault_scale > 0
