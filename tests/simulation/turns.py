"""Which of the systems that take turns is in which worlds: one at a time, so that a day costs no more for there being more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tests.simulation.world import World

# Each is called by the theme of seeds that look for trouble in it.
OWN_THEMES = ("sales", "books", "sap", "finance", "files", "dataverse", "stripe", "chargebee", "zuora")
SALES_THEME, BOOKS_THEME, SAP_THEME, FINANCE_THEME, FILES_THEME, DATAVERSE_THEME, *_BILLING_THEMES = OWN_THEMES
STRIPE_THEME, CHARGEBEE_THEME, ZUORA_THEME = _BILLING_THEMES
DRIFTS_THEME = "drifts"  # in which whoever has a turn on that day drifts, too
# An odd number, so that even seeds and odd ones, which are judged apart, have each of them.
_TURNS = (BOOKS_THEME, SAP_THEME, SALES_THEME, FINANCE_THEME, FILES_THEME, SALES_THEME, SALES_THEME)
# Of Salesforce's turns, and of Finance's, every other one is given away: one of an odd seed, then one of an even one.
_SHARED_TURNS, _GIVEN_AWAY = {2: DATAVERSE_THEME, 3: ZUORA_THEME, 5: STRIPE_THEME, 6: CHARGEBEE_THEME}, (1, 2)


class TakesTurns(Protocol):
    """A system of a world with all that stands around it.

    Attributes:
        is_part: whether it takes part in the world's story.
    """

    is_part: bool

    def plan(self, span: int) -> None:
        """Have its changes happen within a span of milliseconds, and what goes wrong around it."""
        ...

    def end(self) -> None:
        """Do what is done when nothing goes wrong any more."""
        ...


def has_turn(world: World, theme: str) -> bool:
    """Whether the system of that theme takes part in the world's story.

    Where its own theme or another system's is asked for, that decides. Where any other is, none does but Salesforce.
    """
    scenario = world.scenario
    if world.theme in OWN_THEMES:
        return world.theme == theme
    if scenario.theme not in {None, DRIFTS_THEME}:
        return theme == SALES_THEME and scenario.seed % 3 != 0
    return _on_an_ordinary_day(scenario.seed) == theme


def _on_an_ordinary_day(seed: int) -> str:
    """Whose turn it is."""
    round_, turn = divmod(seed, len(_TURNS))
    return _SHARED_TURNS[turn] if turn in _SHARED_TURNS and round_ % 4 in _GIVEN_AWAY else _TURNS[turn]
