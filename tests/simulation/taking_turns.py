"""The systems of a world that take turns: each is in every world, and tells only where it has a turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulation.billing_systems import BILLING
from tests.simulation.bookkeeping import Bookkeeping
from tests.simulation.collecting import Collecting
from tests.simulation.dropping import Dropping
from tests.simulation.posting import Posting
from tests.simulation.prospecting import Prospecting
from tests.simulation.sap_trading import Trading
from tests.simulation.selling import Selling

if TYPE_CHECKING:
    from tests.simulation.world import World


class TakingTurns:
    """What a world has of them; a system more is a line more, here and in `systems.taking_turns`, or in `billing_systems`."""

    selling: Selling
    bookkeeping: Bookkeeping
    trading: Trading
    posting: Posting
    prospecting: Prospecting
    billing: Mapping[str, Collecting]
    dropping: Dropping

    def make_those_that_tell(self, world: World) -> None:
        """Those that post or put on a bus what happens in them, and are read."""
        self.selling = Selling(world)
        self.bookkeeping, self.trading = Bookkeeping(world), Trading(world)
        self.posting, self.prospecting = Posting(world), Prospecting(world)
        self.billing = {name: Collecting(world, each) for name, each in BILLING.items()}

    def make_those_that_drop(self, world: World) -> None:
        """Those that drop files, once there is a line to take them in."""
        self.dropping = Dropping(world)
