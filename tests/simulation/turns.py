"""Which of the systems that take turns is in which worlds: one at a time, so that a day costs no more for there being more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.world import World

# Each is called by the theme of seeds that look for trouble in it.
SALES_THEME, BOOKS_THEME, SAP_THEME = OWN_THEMES = ("sales", "books", "sap")
_TURNS = (BOOKS_THEME, SAP_THEME, SALES_THEME, BOOKS_THEME, SALES_THEME, SALES_THEME)


def has_turn(world: World, theme: str) -> bool:
    """Whether the system of that theme takes part in the world's story.

    Where its own theme or another system's is asked for, that decides. Where any other is, none does but Salesforce.
    """
    scenario = world.scenario
    if world.theme in OWN_THEMES:
        return world.theme == theme
    if scenario.theme is not None:
        return theme == SALES_THEME and scenario.seed % 3 != 0
    return _TURNS[scenario.seed % len(_TURNS)] == theme
