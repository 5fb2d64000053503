"""The connections of a simulated world: which systems they are, how they sign, and the real readers over them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from tests.simulation.billing_systems import BILLING
from tests.simulation.books_system import (
    BOOKS,
    EVENTS_OF_BOOKS,
    arriving_of_books,
    environment,
    event_wire,
    notification_wire,
    reader_of_books,
    small_answers,
)
from tests.simulation.companies import COMPANY_OF
from tests.simulation.crm_answers import CrmAnswers
from tests.simulation.dataverse_system import (
    DATAVERSE,
    arriving_of_dataverse,
    context_wire,
    dataverse_environment,
    reader_of_dataverse,
    small_rows,
)
from tests.simulation.documents import ZONE
from tests.simulation.files_system import FILES, dropping_connection
from tests.simulation.finance_system import (
    FINANCE,
    GRID_OF_FINANCE,
    arriving_of_finance,
    finance_environment,
    finance_wire,
    grid_wire,
    reader_of_finance,
    small_finds,
)
from tests.simulation.sales_system import (
    CALLOUTS_OF_SALES,
    SALES,
    arriving_of_sales,
    callout_wire,
    message_wire,
    organisation,
    reader_of_sales,
    small_pages,
)
from tests.simulation.sap_system import SAP, arriving_of_sap, reader_of_sap, small_chunks, tenant
from tests.simulation.sap_system import event_wire as sap_wire
from tests.simulation.schedule import Schedule
from tests.simulation.signing import (
    WebhookSecretBox,
    Wire,
    as_cloudevents,
    as_json,
    bearer,
    hubspot_signer,
    netsuite_signer,
    standard_signer,
)
from tests.simulation.spending import EXPENSES, PROCUREMENT, TOOLS
from tests.simulation.weather import Weather
from tieout.arriving.payload import Payload
from tieout.errors import PermanentError
from tieout.facts.reading import Content, ContentsReader, SourceReader
from tieout.landscape import Connection
from tieout.systems.generic import contents as generic_contents
from tieout.systems.generic import door as generic_door
from tieout.systems.generic import options as generic_options
from tieout.systems.generic import payloads as generic_payloads
from tieout.systems.generic import signature as generic_signature
from tieout.systems.hubspot import door as hubspot_door
from tieout.systems.hubspot import options as hubspot_options
from tieout.systems.hubspot import payloads as hubspot_payloads
from tieout.systems.hubspot import signature as hubspot_signature
from tieout.systems.hubspot.client import HubSpotClient
from tieout.systems.hubspot.reader import HubSpotReader
from tieout.systems.legacy_files import contents as file_contents
from tieout.systems.netsuite import door as netsuite_door
from tieout.systems.netsuite import options as netsuite_options
from tieout.systems.netsuite import payloads as netsuite_payloads
from tieout.systems.netsuite import signature as netsuite_signature
from tieout.systems.netsuite.client import NetSuiteClient
from tieout.systems.netsuite.lines import Books
from tieout.systems.netsuite.reader import NetSuiteReader

if TYPE_CHECKING:
    from tests.simulation.turns import TakesTurns
    from tests.simulation.world import World

CRMS: Mapping[str, str] = {"hubspot-emea": "Europe/Berlin", "hubspot-amer": "America/New_York"}
ERPS = ("netsuite-group",)
SOURCES = (*CRMS, *ERPS, *TOOLS)
_STAGE = Path(__file__).parents[2] / "landscape/stages/sandbox"


@cache
def connections() -> tuple[Connection, ...]:
    """The connections as a landscape declares them, each of a company of its own."""
    systems = {**dict.fromkeys(CRMS, "hubspot"), **dict.fromkeys(ERPS, "netsuite")}
    read = (
        Connection(
            name=name,
            system=system,
            legal_entity=COMPANY_OF[name],
            time_zone=CRMS.get(name, ZONE.key),
            default_currency="EUR",
            api_base_url="",
        )
        for name, system in systems.items()
    )
    booking = (environment(), tenant(), finance_environment(), dropping_connection(), dataverse_environment())
    return (
        *read,
        organisation(),
        *(tool(name) for name in TOOLS),
        *booking,
        *(each.connection for each in BILLING.values()),
    )


@cache
def tool(name: str) -> Connection:
    """The connection of a tool as the sandbox declares it."""
    (declared,) = tomllib.loads((_STAGE / f"{name}.toml").read_text(encoding="utf-8"))["connections"]
    del declared["options"][
        "holds"
    ]  # what tools post here is flawed now and then, and no drift of theirs is looked for
    return Connection(**declared)


@cache
def misdeclared(name: str) -> Connection:
    """The same, with a slip in the declaration: its lines have their account where no payload says one."""
    plain = json.loads(json.dumps(tool(name).options))
    for each in plain["records"]:
        each["lines"]["fields"]["account"] = "line.no_such_thing"
    return replace(tool(name), options=plain)


def contents_reader(weather: Weather) -> Callable[[Connection], ContentsReader]:
    """The real reader of payloads, by the declaration of that moment."""

    def read(payload: Payload, connection: Connection) -> Sequence[Content]:
        if connection.system == "legacy_files":
            return file_contents.read_contents(payload, connection)
        if connection.name in BILLING:
            return BILLING[connection.name].read_contents(payload)
        if not weather.is_misdeclared:
            return generic_contents.read_contents(payload, connection)
        found = generic_contents.read_contents(payload, misdeclared(connection.name))
        if any(isinstance(each.reading, PermanentError) for each in found):
            weather.strike("payload_misread")
        return found

    return lambda _: read


def readers(world: World) -> dict[str, SourceReader]:
    """The real readers, each over a system in memory instead of its API."""
    clock = world.schedule
    found: dict[str, SourceReader] = {
        SALES: reader_of_sales(world.selling.answers, clock),
        BOOKS: reader_of_books(world.bookkeeping.answers, clock),
        SAP: reader_of_sap(world.trading.answers),
        FINANCE: reader_of_finance(world.posting.answers, clock),
        DATAVERSE: reader_of_dataverse(world.drifting.answers(DATAVERSE, world.prospecting.answers), clock),
        **{name: each.reader() for name, each in world.billing.items()},
    }
    for connection in connections():
        if connection.name in CRMS:
            client = cast("HubSpotClient", CrmAnswers(world.crms[connection.name]))
            found[connection.name] = HubSpotReader(connection, client)
    for name in ERPS:
        kept = Books(time_zone=ZONE.key, default_currency="USD", group_subsidiary="1")
        erp = world.drifting.erp(name, world.erps[name])
        options, watch = netsuite_options.Options(), getattr(erp, "watch", None)
        found[name] = NetSuiteReader(cast("NetSuiteClient", erp), kept, options, watch)
    return found


def signer(name: str, box: WebhookSecretBox, schedule: Schedule) -> Callable[[bytes, float], dict[str, str]]:
    """How a sender's deliveries are signed."""
    if name in {EXPENSES, CALLOUTS_OF_SALES}:
        return standard_signer(box, schedule)
    if name in {SALES, BOOKS, EVENTS_OF_BOOKS, FINANCE, GRID_OF_FINANCE, DATAVERSE}:
        return unsigned
    if name in {*TOOLS, SAP}:
        return bearer(box)
    if name in BILLING:
        return BILLING[name].signer(box, schedule)
    return hubspot_signer(box, url(name), schedule) if name in CRMS else netsuite_signer(box, schedule)


def unsigned(_body: bytes, _skew_seconds: float) -> dict[str, str]:
    """No header proves anything: what proves a sender stands in the address it posts to, or in the body."""
    return {}


def wire(name: str, box: WebhookSecretBox, *, may_be_given_up: bool = False) -> Wire:
    """How a sender's events are written down; callouts may be given up where others tell of the same."""
    if name in {BOOKS, EVENTS_OF_BOOKS}:
        return (notification_wire if name == BOOKS else event_wire)(box)
    if name in {FINANCE, GRID_OF_FINANCE}:
        return finance_wire() if name == FINANCE else grid_wire()
    if name in {SALES, SAP}:
        return message_wire() if name == SALES else sap_wire()
    if name == DATAVERSE or name in BILLING:
        return context_wire() if name == DATAVERSE else BILLING[name].wire()
    if name == CALLOUTS_OF_SALES:
        return callout_wire(may_be_given_up=may_be_given_up)
    return Wire(as_cloudevents, most=1, is_dated=False) if name == PROCUREMENT else Wire(as_json)


def receiving(name: str) -> SimpleNamespace:
    """What the receive step needs of a connection's system; looked up each time, so that a planted bug is met."""
    if name in TOOLS:
        return SimpleNamespace(
            options=lambda: generic_options.options_of(generic_options.at_the_door(tool(name).options)),
            door=generic_door.open_door,
            verify=generic_signature.verify,
            split=generic_payloads.split,
        )
    arriving = {
        SALES: arriving_of_sales,
        BOOKS: arriving_of_books,
        SAP: arriving_of_sap,
        FINANCE: arriving_of_finance,
        DATAVERSE: arriving_of_dataverse,
        **{each: system.arriving for each, system in BILLING.items()},
    }
    if name in arriving:
        return arriving[name]()
    modules = (
        (hubspot_options, hubspot_door, hubspot_signature, hubspot_payloads)
        if name in CRMS
        else (netsuite_options, netsuite_door, netsuite_signature, netsuite_payloads)
    )
    options, door, signature, payloads = modules
    return SimpleNamespace(
        options=options.Options,
        door=door.open_door,
        verify=signature.verify,
        split=payloads.split,
    )


def url(name: str) -> str:
    """The address a source calls, as it signs it."""
    return f"https://tieout.example/webhooks/{name}"


@contextmanager
def small_answers_of_all() -> Iterator[None]:
    """While this lasts the pages of every system that takes turns have few records."""
    with small_pages(), small_answers(), small_chunks(), small_finds(), small_rows():
        yield


def taking_turns(world: World) -> Mapping[str, TakesTurns]:
    """The systems that take turns by connection, in the order of `OWN_THEMES`."""
    found: dict[str, TakesTurns] = {SALES: world.selling, BOOKS: world.bookkeeping, SAP: world.trading}
    return {
        **found,
        FINANCE: world.posting,
        FILES: world.dropping,
        DATAVERSE: world.prospecting,
        **world.billing,
    }
