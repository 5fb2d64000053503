"""What planning must hold while a company's month is closed, reckoned from what its sources said then and what they say now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tests.e2e.coming_late import COMPANY
from tests.e2e.reckoning import Cells
from tests.e2e.simulators import FIRST, MONTHS, SECOND

_BOOKED_IN_THE_NEXT_MONTH = "Operating expenses"  # what `landscape/periods.toml` says of spending; all else is held
_CLOSED, _NEXT = MONTHS[FIRST], MONTHS[SECOND]


@dataclass(frozen=True)
class ClosedBooks:
    """What became of late changes.

    Attributes:
        planned: what planning must hold.
        held: what waits, by the closed cell it is of.
        booked: what stands in the next month, by the closed cell it is of.
    """

    planned: Cells
    held: Cells
    booked: Cells


def closed_books(then: Cells, now: Cells) -> ClosedBooks:
    """Cells of the closed books as they were then, all others as they are now, and late spending in the next month."""
    late = {at: now.get(at, Decimal(0)) - then.get(at, Decimal(0)) for at in then.keys() | now.keys() if _is_closed(at)}
    late = {at: value for at, value in late.items() if value}
    booked = {at: value for at, value in late.items() if at[0] == _BOOKED_IN_THE_NEXT_MONTH}
    planned = dict(now)
    for at, value in late.items():
        planned[at] = planned.get(at, Decimal(0)) - value
    for at, value in booked.items():
        following = tuple(_NEXT if member == _CLOSED else member for member in at)
        planned[following] = planned.get(following, Decimal(0)) + value
    held = {at: value for at, value in late.items() if at not in booked}
    return ClosedBooks({at: value for at, value in planned.items() if value}, held, booked)


def _is_closed(at: tuple[str, ...]) -> bool:
    return {COMPANY, _CLOSED, "Actual"} <= set(at)
