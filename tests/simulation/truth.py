"""What planning must hold of a whole world: the oracle asked about each of its sources."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.billing_systems import BILLING
from tests.simulation.books_system import BOOKS
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.finance_system import FINANCE
from tests.simulation.oracle import Expected, add, expected
from tests.simulation.oracle_of_billing import Books
from tests.simulation.oracle_of_files import add_files
from tests.simulation.oracle_of_masters import entries_of, planned_of
from tests.simulation.sales_system import SALES
from tests.simulation.sap_system import SAP

if TYPE_CHECKING:
    from tests.simulation.world import World


def truth_of(world: World) -> Expected:
    """The truth, by what every source has at the end."""
    mappings = entries_of(world)
    truth = expected(
        planned_of(world),
        world.erps,
        world.tools,
        {SALES: world.selling.sales},
        {BOOKS: world.bookkeeping.books},
        {SAP: world.trading.tenant},
        {FINANCE: world.posting.finance},
        {DATAVERSE: world.prospecting.dataverse},
        mappings,
    )
    add_files(truth, world.dropping.files, mappings)
    for name, system in BILLING.items():
        if not world.billing[name].is_part:
            continue  # nothing happens in it: to ask it would be to make it
        books, site = Books(name, mappings), world.billing[name].site
        for entity, record_id, cells_of in system.truth(site, books):
            add(truth, (name, entity, record_id), cells_of)
        for each in system.subscribed(site):
            add(truth, (name, "subscription", each.record_id), partial(books.moved, each))
    return truth
