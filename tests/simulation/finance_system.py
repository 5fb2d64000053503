"""The Dynamics 365 Finance connection of a simulated world: how it is declared, what its senders go by, and its real reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from tests.simulation.announcing import JOURNAL_POSTED, PAYMENT_POSTED, VOUCHER_POSTED
from tests.simulation.companies import COMPANY_OF
from tests.simulation.finance_answers import FinanceAnswers
from tests.simulation.finance_values import DIMENSIONS, LEDGERS, TILL
from tests.simulation.signing import Event, WebhookSecretBox, Wire, Written
from tests.support.replaced import Replaced
from tieout.landscape import Connection, Option
from tieout.ports import Clock
from tieout.systems.dynamics_finance import door, options, payloads, queries, signature
from tieout.systems.dynamics_finance.listing import DynamicsListing, open_listing
from tieout.systems.dynamics_finance.reader import DynamicsReader, open_reader

if TYPE_CHECKING:
    import httpx

FINANCE = "dynamics-americas"
GRID_OF_FINANCE = f"{FINANCE} event grid"  # a sender of its own, to the same address
_TRIES = 3
_MOST_EVENTS = 20
_CREDENTIALS = {"tenant_id": "t", "client_id": "c", "client_secret": "s"}
_JSON = {"content-type": "application/json; charset=utf-8"}
_OPTIONS: Mapping[str, object] = {
    "companies": tuple(each.company for each in LEDGERS),
    "dimensions": DIMENSIONS,
    "cash_accounts": (TILL,),
    "events": (
        {"id": PAYMENT_POSTED, "names": "customer_payment", "field": "Voucher"},
        {"id": JOURNAL_POSTED, "names": "journal", "field": "JournalNumber"},
        {"id": VOUCHER_POSTED, "names": "voucher", "field": "Voucher"},
    ),
}


@cache
def finance_environment() -> Connection:
    """The environment, three companies of which are read by one connection."""
    return Connection(
        name=FINANCE,
        system="dynamics_finance",
        legal_entity=COMPANY_OF[FINANCE],
        time_zone="America/Chicago",
        default_currency="USD",
        api_base_url="https://finance.example",
        options=cast("Mapping[str, Option]", _OPTIONS),
    )


def reader_of_finance(answers: FinanceAnswers, clock: Clock) -> DynamicsReader:
    """The real reader and its client over an environment in memory."""
    return open_reader(finance_environment(), _CREDENTIALS, cast("httpx.Client", answers), clock)


def listing_of_finance(answers: FinanceAnswers, clock: Clock) -> DynamicsListing:
    """The real listing and its client over an environment in memory."""
    return open_listing(finance_environment(), _CREDENTIALS, cast("httpx.Client", answers), clock)


def arriving_of_finance() -> SimpleNamespace:
    """What the receive step needs of the system; looked up each time, so that a planted bug is met."""
    return SimpleNamespace(
        options=lambda: options.Options(**options.at_the_door(finance_environment().options)),
        door=door.open_door,
        verify=signature.verify,
        split=payloads.split,
    )


def finance_wire() -> Wire:
    """Business events as Dynamics posts them: one alone, three times, and again when a person finds it in the error log."""
    return Wire(_as_event, most=1, is_dated=False, query=_key, is_in_path=True, most_tries=_TRIES, is_sent_again=True)


def grid_wire() -> Wire:
    """Business events in the batches of Event Grid, which tries until they are taken."""
    return Wire(_as_batch, most=_MOST_EVENTS, is_dated=False, query=_key, is_in_path=True)


def question_of_grid(code: str) -> Written:
    """How Event Grid asks whether it is welcome."""
    asked = {"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": code}}
    return json.dumps([asked]).encode(), {**_JSON, "aeg-event-type": "SubscriptionValidation"}


def _key(box: WebhookSecretBox) -> str:
    return box.signing.decode()


def _as_event(events: list[Event], _random: Random) -> Written:
    [event] = events
    return json.dumps(event).encode(), _JSON


def _as_batch(events: list[Event], _random: Random) -> Written:
    items: list[dict[str, Any]] = [
        {
            "id": each["EventId"],
            "eventType": each["BusinessEventId"],
            "eventTime": each.get("EventTimeIso8601", ""),
            "subject": "",
            "dataVersion": "1.0",
            "metadataVersion": "1",
            "data": each,
        }
        for each in events
    ]
    return json.dumps(items).encode(), {**_JSON, "aeg-event-type": "Notification"}


@contextmanager
def small_finds(rows: int = 3) -> Iterator[None]:
    """While this lasts a page of a search or a listing has few rows, and an address room for few vouchers."""
    with Replaced(queries, PAGE_ROWS=rows, MOST_ADDRESS_BYTES=520):
        yield
