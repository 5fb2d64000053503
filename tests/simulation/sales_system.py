"""The Salesforce connection of a simulated world: how it is declared, what its senders go by, and the real reader over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import cast

from tests.simulation import soap
from tests.simulation.companies import COMPANY_OF
from tests.simulation.sales_answers import SalesAnswers
from tests.simulation.sales_values import ORGANIZATION, OWN_CLIENT
from tests.simulation.signing import Wire, as_callout, as_callout_of_another
from tests.support.replaced import Replaced
from tieout.arrivals import BusArrival
from tieout.landscape import Connection, Option
from tieout.ports import Clock
from tieout.systems.salesforce import accounts, door, options, payloads, queries, signature
from tieout.systems.salesforce.access import Access, organization_of
from tieout.systems.salesforce.allowance import Allowance
from tieout.systems.salesforce.client import SalesforceClient
from tieout.systems.salesforce.rate_table import RateTable
from tieout.systems.salesforce.reader import SalesforceReader

SALES = "salesforce-apac"
CALLOUTS_OF_SALES = f"{SALES} callouts"  # a sender of its own, to the same address and with the same secret
_TRIES_OF_A_CALLOUT = 2
_OPTIONS = {
    "organization_id": ORGANIZATION[:15],
    "own_clients": (OWN_CLIENT,),
    "line_fields": {"recurring_amount": "Payment__c", "recurring_months": "Every__c", "term_months": "Term__c"},
    "contract_fields": {
        "value": "Worth__c",
        "renewal_amount": "Renewal__c",
        "renewal_date": "Renews__c",
        "probability": "Chance__c",
        "product": "Line__c",
    },
}


@cache
def organisation() -> Connection:
    """The organisation, which tells of its changes by posts and on a bus."""
    return Connection(
        name=SALES,
        system="salesforce",
        legal_entity=COMPANY_OF[SALES],
        time_zone="Australia/Sydney",
        default_currency="USD",
        api_base_url="https://apac.my.salesforce.example",
        arrivals=("webhook", "bus"),
        bus=BusArrival(name="salesforce"),
        options=cast("Mapping[str, Option]", _OPTIONS),
    )


def reader_of_sales(answers: SalesAnswers, clock: Clock) -> SalesforceReader:
    """The real reader over an organisation in memory."""
    return SalesforceReader(access_to_sales(answers, clock), RateTable(clock))


def access_to_sales(answers: SalesAnswers, clock: Clock) -> Access:
    """What a reader or a listing goes by, over an organisation in memory."""
    stated = options.Options(**organisation().options)  # type: ignore[arg-type]  # as the product does
    organization = organization_of(organisation(), stated)
    client, allowance = cast("SalesforceClient", answers), Allowance(stated.allowance_percent, clock)
    return Access(client=client, organization=organization, options=stated, allowance=allowance)


def arriving_of_sales() -> SimpleNamespace:
    """What receive and relay need of the system; looked up each time, so that a planted bug is met."""
    return SimpleNamespace(
        options=lambda: options.Options(**options.at_the_door(organisation().options)),
        door=door.open_door,
        verify=signature.verify,
        split=payloads.split,
    )


def message_wire() -> Wire:
    """Outbound messages, which prove themselves by the key in their address."""
    return Wire(
        soap.as_soap,
        most=soap.MOST_NOTIFICATIONS,
        is_dated=False,
        query=soap.keyed,
        is_taken=soap.is_acknowledged,
        of_another=soap.as_soap_of_another,
    )


def callout_wire(*, may_be_given_up: bool) -> Wire:
    """Callouts of the organisation's own Apex."""
    tries = _TRIES_OF_A_CALLOUT if may_be_given_up else None
    return Wire(as_callout, of_another=as_callout_of_another, most_tries=tries)


@contextmanager
def small_pages() -> Iterator[None]:
    """While this lasts a page of a listing has three records, and an account of which more than two are is listed."""
    with Replaced(queries, PAGE_ROWS=3, MOST_OF_ACCOUNTS=6), Replaced(accounts, MOST_OF_AN_ACCOUNT=2):
        yield
