"""The Dynamics 365 Sales connection of a simulated world: how it is declared, what its sender goes by, and its real reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from tests.simulation.companies import COMPANY_OF
from tests.simulation.dataverse_answers import DataverseAnswers
from tests.simulation.dataverse_telling import as_context, as_context_of_another
from tests.simulation.dataverse_values import ORGANIZATION, OWN_USER
from tests.simulation.signing import WebhookSecretBox, Wire
from tests.support.replaced import Replaced
from tieout.arriving.door import Answer
from tieout.landscape import Connection, Option
from tieout.ports import Clock
from tieout.systems.dynamics_sales import door, options, payloads, queries, signature
from tieout.systems.dynamics_sales.listing import DataverseListing, open_listing
from tieout.systems.dynamics_sales.reader import DataverseReader, open_reader

if TYPE_CHECKING:
    import httpx

DATAVERSE = "sales-americas"
_TRIES = 2
_NEVER_AGAIN = frozenset({429, 500})
_CREDENTIALS = {"tenant_id": "t", "client_id": "c", "client_secret": "s"}
_OPTIONS: Mapping[str, object] = {
    "organization_id": ORGANIZATION,
    "own_users": (OWN_USER,),
    "base_currency": "USD",
}


@cache
def dataverse_environment() -> Connection:
    """The environment."""
    return Connection(
        name=DATAVERSE,
        system="dynamics_sales",
        legal_entity=COMPANY_OF[DATAVERSE],
        time_zone="America/Chicago",
        default_currency="USD",
        api_base_url="https://sales.example",
        options=cast("Mapping[str, Option]", _OPTIONS),
    )


def reader_of_dataverse(answers: DataverseAnswers, clock: Clock) -> DataverseReader:
    """The real reader and its client over an environment in memory."""
    return open_reader(dataverse_environment(), _CREDENTIALS, cast("httpx.Client", answers), clock)


def listing_of_dataverse(answers: DataverseAnswers, clock: Clock) -> DataverseListing:
    """The real listing and its client over an environment in memory."""
    return open_listing(dataverse_environment(), _CREDENTIALS, cast("httpx.Client", answers), clock)


def arriving_of_dataverse() -> SimpleNamespace:
    """What the receive step needs of the system; looked up each time, so that a planted bug is met."""
    return SimpleNamespace(
        options=lambda: options.Options(**options.at_the_door(dataverse_environment().options)),
        door=door.open_door,
        verify=signature.verify,
        split=payloads.split,
    )


def context_wire() -> Wire:
    """Contexts as Dataverse posts them: one alone, twice at most, and again when a person finds a job that failed."""
    return Wire(
        as_context,
        most=1,
        is_dated=False,
        query=_key,
        of_another=as_context_of_another,
        most_tries=_TRIES,
        is_sent_again=True,
        is_goodbye=_is_goodbye,
    )


def _is_goodbye(answer: Answer) -> bool:
    """Whether a change is never told again after an answer: nobody knows whether a person looks."""
    return answer.status in _NEVER_AGAIN


def _key(box: WebhookSecretBox) -> str:
    return f"code={box.signing.decode()}"


@contextmanager
def small_rows(rows: int = 3) -> Iterator[None]:
    """While this lasts a page of a listing has few rows, and an address room for few ids."""
    with Replaced(queries, PAGE_ROWS=rows, IDS_PER_QUERY=3):
        yield
