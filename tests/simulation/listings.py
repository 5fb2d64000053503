"""The real listings of a simulated world, each over a system in memory instead of its API."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from functions.census import pipeline
from tests.simulation.books_system import BOOKS, access_to_books, small_answers
from tests.simulation.crm_answers import CrmAnswers
from tests.simulation.dataverse_system import DATAVERSE, listing_of_dataverse, small_rows
from tests.simulation.declared import landscape
from tests.simulation.finance_system import FINANCE, listing_of_finance, small_finds
from tests.simulation.sales_system import SALES, access_to_sales
from tests.simulation.sap_system import SAP, listing_of_sap, small_chunks
from tests.simulation.systems import CRMS, ERPS, taking_turns
from tests.support.replaced import Replaced
from tieout.arrivals import Census
from tieout.facts.listing import Listing
from tieout.facts.rate_changes import RateChanges
from tieout.landscape import Connection
from tieout.systems.business_central.listing import BusinessCentralListing
from tieout.systems.hubspot.client import HubSpotClient
from tieout.systems.hubspot.listing import HubSpotListing
from tieout.systems.netsuite import listing as netsuite_listing
from tieout.systems.netsuite.client import NetSuiteClient
from tieout.systems.netsuite.listing import NetSuiteListing
from tieout.systems.netsuite.options import Options as NetSuiteOptions
from tieout.systems.netsuite.rate_changes import NetSuiteRateChanges
from tieout.systems.salesforce import queries as salesforce_queries
from tieout.systems.salesforce.listing import SalesforceListing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.simulation.world import World


def listings(world: World) -> dict[str, Listing]:
    """The real listings, each over a system in memory instead of its API."""
    found: dict[str, Listing] = {}
    for name in CRMS:
        client = cast("HubSpotClient", CrmAnswers(world.crms[name]))
        found[name] = HubSpotListing(declared(name), client, world.schedule)
    for name in ERPS:
        found[name] = NetSuiteListing(cast("NetSuiteClient", world.erps[name]), declared(name))
    in_turn = {name for name, each in taking_turns(world).items() if each.is_part}
    return found | {name: opened() for name, opened in _listings_in_turn(world).items() if name in in_turn}


def _listings_in_turn(world: World) -> Mapping[str, Callable[[], Listing]]:
    """Of those that take turns and can be listed, by connection."""
    clock = world.schedule
    return {
        SALES: lambda: SalesforceListing(SALES, access_to_sales(world.selling.answers, clock)),
        BOOKS: lambda: BusinessCentralListing(BOOKS, access_to_books(world.bookkeeping.answers, clock)),
        SAP: lambda: listing_of_sap(world.trading.answers),
        FINANCE: lambda: listing_of_finance(world.posting.answers, clock),
        DATAVERSE: lambda: listing_of_dataverse(world.prospecting.answers, clock),
        **{name: each.listing for name, each in world.billing.items()},
    }


def rate_changes(world: World) -> dict[str, RateChanges]:
    """What compares the rates of each ERP in memory."""
    return {
        name: NetSuiteRateChanges(cast("NetSuiteClient", world.erps[name]), NetSuiteOptions(accounting_book="1"))
        for name in ERPS
    }


def declared(name: str) -> Connection:
    """The connection, which compares nothing by itself: its runs are begun by chance."""
    return replace(landscape().connection(name), census=Census(every_hours=0, pages_per_minute=50))


@contextmanager
def small_lists() -> Iterator[None]:
    """While this lasts a page has few records, and a window few days."""
    with ExitStack() as stack:
        stack.enter_context(Replaced(netsuite_listing, _PAGE_ROWS=1))
        stack.enter_context(small_answers(2))
        stack.enter_context(small_chunks(2))
        stack.enter_context(small_finds(2))
        stack.enter_context(small_rows(2))
        stack.enter_context(Replaced(salesforce_queries, PAGE_ROWS=2))
        stack.enter_context(Replaced(pipeline, _WINDOW=timedelta(minutes=150), _HERE_AT_ONCE=2))
        yield
