"""What planning must hold of a whole world: the oracle asked about each of its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.books_system import BOOKS
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.finance_system import FINANCE
from tests.simulation.oracle import Expected, expected
from tests.simulation.oracle_of_files import add_files
from tests.simulation.sales_system import SALES
from tests.simulation.sap_system import SAP
from tests.simulation.stripe_system import STRIPE

if TYPE_CHECKING:
    from tests.simulation.world import World


def truth_of(world: World) -> Expected:
    """The truth, by what every source has at the end."""
    truth = expected(
        world.zones,
        world.erps,
        world.tools,
        {SALES: world.selling.sales},
        {BOOKS: world.bookkeeping.books},
        {SAP: world.trading.tenant},
        {FINANCE: world.posting.finance},
        {DATAVERSE: world.prospecting.dataverse},
        {STRIPE: world.collecting.stripe},
        world.mappings,
    )
    add_files(truth, world.dropping.files, world.mappings)
    return truth
