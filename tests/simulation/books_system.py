"""The Business Central connection of a simulated world: how it is declared, what its senders go by, and the real reader over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from tests.simulation.books_answers import BooksAnswers
from tests.simulation.books_values import (
    CASH,
    CLOSING_NUMBER,
    COST_CENTRE,
    FORGED,
    LEDGERS,
    PARTNER,
    PAYABLE,
    RECEIVABLE,
)
from tests.simulation.companies import COMPANY_OF
from tests.simulation.signing import WebhookSecretBox, Wire, Written
from tests.support.replaced import Replaced
from tieout.arriving.door import Answer
from tieout.landscape import Connection, Option
from tieout.ports import Clock
from tieout.systems.business_central import door, options, payloads, queries, signature
from tieout.systems.business_central.access import Access
from tieout.systems.business_central.client import BusinessCentralClient
from tieout.systems.business_central.companies import Companies
from tieout.systems.business_central.reader import BusinessCentralReader

BOOKS = "central-iberia"
EVENTS_OF_BOOKS = f"{BOOKS} business events"  # a sender of its own, to the same address and with the same secret
_TRIED_AGAIN_AFTER = frozenset({408, 429})
_MOST_NOTIFICATIONS = 100
_JSON = {"content-type": "application/json"}
_OPTIONS: Mapping[str, object] = {
    "companies": tuple(each.company for each in LEDGERS),
    "receivable_accounts": (RECEIVABLE,),
    "payable_accounts": (PAYABLE,),
    "cash_accounts": (CASH,),
    "dimensions": {"cost_centre": COST_CENTRE, "partner": PARTNER},
    "group_currency": "USD",
    "closing_numbers": (CLOSING_NUMBER,),
}


@cache
def environment() -> Connection:
    """The environment, two companies of which are read by one connection."""
    return Connection(
        name=BOOKS,
        system="business_central",
        legal_entity=COMPANY_OF[BOOKS],
        time_zone="Europe/Madrid",
        default_currency="EUR",
        api_base_url="https://central.example",
        options=cast("Mapping[str, Option]", _OPTIONS),
    )


def reader_of_books(answers: BooksAnswers, clock: Clock) -> BusinessCentralReader:
    """The real reader over an environment in memory."""
    return BusinessCentralReader(access_to_books(answers, clock))


def access_to_books(answers: BooksAnswers, clock: Clock) -> Access:
    """What a reader or a listing goes by, over an environment in memory."""
    stated = options.Options(**environment().options)  # type: ignore[arg-type]  # as the product does
    companies = Companies(environment().default_currency, clock, has_periods=stated.accounting_periods)
    return Access(client=cast("BusinessCentralClient", answers), companies=companies, options=stated)


def arriving_of_books() -> SimpleNamespace:
    """What the receive step needs of the system; looked up each time, so that a planted bug is met."""
    return SimpleNamespace(
        options=lambda: options.Options(**options.at_the_door(environment().options)),
        door=door.open_door,
        verify=signature.verify,
        split=payloads.split,
    )


def notification_wire(box: WebhookSecretBox) -> Wire:
    """Notifications of subscriptions, which prove themselves by what they repeat."""
    return _wire(partial(_as_notifications, box), most=_MOST_NOTIFICATIONS, of_another=_as_forged)


def event_wire(box: WebhookSecretBox) -> Wire:
    """Business events, one in a delivery."""
    return _wire(partial(_as_business_event, box), most=1, of_another=_as_forged_event)


def deletes_subscription(answer: Answer) -> bool:
    """Whether it is answered so that it never tells again: by anything but 2xx, 408, 429 and 5xx."""
    is_tried_again = answer.status in _TRIED_AGAIN_AFTER or answer.status >= 500
    return not (is_tried_again or 200 <= answer.status < 300)


def _wire(
    write: Callable[[list[dict[str, Any]], Random], Written], *, most: int, of_another: Callable[[Random], Written]
) -> Wire:
    return Wire(
        write,
        most=most,
        is_dated=False,
        of_another=of_another,
        tells_forgeries=False,
        is_goodbye=deletes_subscription,
    )


def _as_notifications(box: WebhookSecretBox, events: list[dict[str, Any]], _random: Random) -> Written:
    items = [{**each, "clientState": box.signing.decode()} for each in events]
    return json.dumps({"value": items}).encode(), _JSON


def _as_business_event(box: WebhookSecretBox, events: list[dict[str, Any]], _random: Random) -> Written:
    [event] = events
    return json.dumps({**event, "clientState": box.signing.decode()}).encode(), _JSON


def _as_forged(random: Random) -> Written:
    """Somebody who found out the address, and guesses at what is to be repeated."""
    company = random.choice(LEDGERS).company
    item = {"resource": f"api/v2.0/companies({company})/salesInvoices({FORGED})", "changeType": "updated"}
    guess = random.choice(({}, {"clientState": ""}, {"clientState": "0" * 64}, {"clientState": None}))
    return json.dumps({"value": [{**item, **guess}]}).encode(), _JSON


def _as_forged_event(random: Random) -> Written:
    payload = {"salesInvoiceAPIId": FORGED}
    event = {"eventName": "salesinvoiceposted", "timestamp": "2026-03-31T10:27:35Z", "payload": payload}
    return json.dumps({**event, "companyId": random.choice(LEDGERS).company, "clientState": "0" * 20}).encode(), _JSON


@contextmanager
def small_answers(entries: int = 5) -> Iterator[None]:
    """While this lasts a page of a listing has few entries, and few documents are asked for at once."""
    with Replaced(queries, PAGE_ENTRIES=entries, _AT_ONCE=3):
        yield
