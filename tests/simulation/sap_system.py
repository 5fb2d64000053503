"""The S/4HANA connection of a simulated world: how it is declared, what its sender goes by, and the real reader over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from tests.simulation.companies import COMPANY_OF
from tests.simulation.sap_answers import SapAnswers
from tests.simulation.sap_telling import as_forged, as_told
from tests.simulation.sap_values import CASH, CLOSING_TYPE, EUROPE, LEADING, OWN_SUPPLIER_TYPE
from tests.simulation.signing import Wire
from tests.support.replaced import Replaced
from tieout.landscape import Connection, Option
from tieout.systems.sap_s4hana import door, listed_queries, options, payloads, queries, signature
from tieout.systems.sap_s4hana.client import S4Client
from tieout.systems.sap_s4hana.lines import Books
from tieout.systems.sap_s4hana.listing import S4Listing
from tieout.systems.sap_s4hana.reader import S4Reader

SAP = "sap-europe"
ORIGIN, STRANGER = "eventmesh.example", "stranger.example"
_ISSUER, _AUDIENCE = "https://tokens.example", "tieout"
_OPTIONS: Mapping[str, object] = {
    "issuer": _ISSUER,
    "audience": (_AUDIENCE,),
    "allowed_origins": (ORIGIN,),
    "ledger": LEADING,
    "group_amount": "1",
    "calendar_year_companies": (EUROPE.code,),
    "cash_accounts": (CASH,),
    "document_types": {OWN_SUPPLIER_TYPE: "supplier"},
    "closing_document_types": (CLOSING_TYPE,),
}


@cache
def tenant() -> Connection:
    """The tenant, two company codes of which are read by one connection."""
    return Connection(
        name=SAP,
        system="sap_s4hana",
        legal_entity=COMPANY_OF[SAP],
        time_zone="Europe/Berlin",
        default_currency="EUR",
        api_base_url="https://sap.example",
        options=cast("Mapping[str, Option]", _OPTIONS),
    )


def reader_of_sap(answers: SapAnswers) -> S4Reader:
    """The real reader over a tenant in memory."""
    return S4Reader(cast("S4Client", answers), Books.of(_stated()))


def listing_of_sap(answers: SapAnswers) -> S4Listing:
    """The real listing over a tenant in memory."""
    return S4Listing(cast("S4Client", answers), SAP, _stated().ledger)


def arriving_of_sap() -> SimpleNamespace:
    """What the receive step needs of the system; looked up each time, so that a planted bug is met."""
    return SimpleNamespace(
        options=lambda: options.Options(**options.at_the_door(tenant().options)),
        door=door.open_door,
        verify=signature.verify,
        split=payloads.split,
    )


def event_wire() -> Wire:
    """Events, whose token the gateway verified; or refused, or took for somebody else's, where a forger sends them."""
    return Wire(
        as_told,
        most=100,
        is_dated=False,
        of_another=as_forged,
        context=_verified({"iss": _ISSUER, "aud": _AUDIENCE}),
        other_contexts=(
            {},
            _verified({"iss": "https://tokens.example/other", "aud": _AUDIENCE}),
            _verified({"iss": _ISSUER, "aud": "[another one]"}),
            _verified({"iss": _ISSUER, "client_id": "another"}),
        ),
    )


def _stated() -> options.Options:
    return options.Options(**tenant().options)  # type: ignore[arg-type]  # as the product does


def _verified(claims: Mapping[str, str]) -> Mapping[str, Any]:
    """What the gateway adds to a request whose token it verified."""
    return {"authorizer": {"jwt": {"claims": claims}}}


@contextmanager
def small_chunks(records: int = 3) -> Iterator[None]:
    """While this lasts few records are asked for at once, and a page of a listing has few."""
    with (
        Replaced(queries, KEYS_PER_QUERY=4),
        Replaced(listed_queries, PAGE_RECORDS=records, PAGE_ITEMS=4 * records),
    ):
        yield
