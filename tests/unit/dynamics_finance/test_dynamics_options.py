"""What a connection to Dynamics 365 Finance may set in the landscape."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from infra.door_options import door_has_key_in_path, door_options
from infra.option_types import options_adapter
from tieout.landscape import Connection
from tieout.systems.dynamics_finance.options import EVENTS, Options
from tieout.systems.dynamics_finance.rules import connection_problems

DOCUMENT = {
    "name": "rebate",
    "categories": ["Rebate"],
    "party": "customer",
    "entity_set": "Rebates",
    "number": "RebateNumber",
    "voucher": "Voucher",
    "account": "Account",
}


def connection(api_base_url: str = "https://made-up.operations.dynamics.com", **options: Any) -> Connection:  # noqa: ANN401
    """A connection with these options."""
    return Connection(
        name="dynamics-americas",
        system="dynamics_finance",
        legal_entity="AMERICAS",
        time_zone="America/Chicago",
        default_currency="USD",
        api_base_url=api_base_url,
        options=options,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"companies": ["USMF"]},
        {"companies": ["us'mf"]},
        {"companies": [""]},
        {"events": [{"id": "No event", "names": "voucher", "field": "Voucher"}]},
        {"events": [{"id": "Event", "names": "voucher", "field": "Voucher eq 1"}]},
        {"events": [{"id": "Event", "names": "voucher"}]},
        {"documents": [DOCUMENT | {"name": "voucher"}]},
        {"documents": [DOCUMENT | {"name": "Rebate"}]},
        {"documents": [DOCUMENT | {"party": "bank"}]},
        {"documents": [DOCUMENT | {"entity_set": "Rebates?cross-company=false"}]},
        {"documents": [DOCUMENT | {"day": "PostedOn or true"}]},
        {"documents": [DOCUMENT | {"voucher": "Voucher,dataAreaId"}]},
        {"documents": [DOCUMENT, DOCUMENT | {"categories": []}]},
        {"documents": [DOCUMENT, DOCUMENT | {"name": "other", "categories": ["REBATE"]}]},
        {"ledger_entries": "GeneralJournalEntries?cross-company=false"},
        {"ledger_lines": ""},
        {"dimensions": []},
        {"dimensions": ["cost_centre"]},
        {"dimensions": ["account", "account"]},
        {"dimensions": ["account", "department"]},
        {"dimension_delimiter": ""},
        {"dimension_delimiter": "--"},
        {"dimension_delimiter": "a"},
        {"dimension_delimiter": "\\"},
        {"cross_company": False},
    ],
)
def test_options_are_checked_at_synth(wrong: dict[str, object]) -> None:
    """What reads nothing, something else, or one company alone is refused before anything is deployed."""
    with pytest.raises((ValidationError, TypeError)):
        options_adapter(Options).validate_python(wrong, extra="forbid")


def test_options_that_are_sound_are_taken() -> None:
    """The defaults, and everything stated otherwise."""
    stated: dict[str, Any] = {
        "companies": ["usmf", "001"],
        "events": [{"id": "RebatePostedBusinessEvent", "names": "rebate", "field": "RebateId"}],
        "documents": [DOCUMENT],
        "dimensions": ["account", "unused", "unused", "cost_centre", "partner"],
        "dimension_delimiter": "~",
    }
    options_adapter(Options).validate_python(stated, extra="forbid")
    options = Options(**stated)
    told = options.event("RebatePostedBusinessEvent")
    document = options.document("rebate")
    assert told is not None
    assert told.field == "RebateId"
    assert document is not None
    assert document.entity_set == "Rebates"
    assert options.document("customer_invoice") is None


def test_an_event_that_is_stated_replaces_the_one_that_is_known() -> None:
    """Contracts differ between versions: the environment's own catalogue decides."""
    own = {"id": EVENTS[0].id, "names": "voucher", "field": "LedgerVoucher"}
    told = Options(events=[own]).event(EVENTS[0].id)  # type: ignore[list-item]  # as JSON
    assert told is not None
    assert (told.names, told.field) == ("voucher", "LedgerVoucher")


def test_the_door_is_told_only_what_it_needs() -> None:
    """Which events there are and whose are wanted: the rest is read by the record step."""
    stated: dict[str, Any] = {
        "companies": ["usmf"],
        "documents": [DOCUMENT],
        "dimensions": ["account"],
        "ledger_lines": "Lines",
    }
    assert door_options(connection(**stated)) == {"companies": ["usmf"]}
    Options(**door_options(connection(events=[{"id": "E", "names": "rebate", "field": "F"}], documents=[DOCUMENT])))


def test_the_key_of_its_senders_stands_in_the_path() -> None:
    """Of this system, and of no other that is declared without saying so."""
    assert door_has_key_in_path(connection())
    assert not door_has_key_in_path(Connection(
        name="n", system="netsuite", legal_entity="GROUP", time_zone="UTC", default_currency="USD"
    ))  # fmt: skip


@pytest.mark.parametrize("more", ["/data", "?cross-company=false", "/?cross-company=false"])
def test_an_address_with_more_than_its_host_is_refused(more: str) -> None:
    """A query that stood there would be asked beside ours, and rows of other companies missing without a word."""
    problems = list(connection_problems(connection(f"https://made-up.operations.dynamics.com{more}")))
    assert [place for place, _ in problems] == [("api_base_url",)]


def test_what_an_event_names_must_be_declared() -> None:
    """Also where the documents are replaced and an event that is known by itself names one that is gone."""
    assert not list(connection_problems(connection()))
    own = [{"id": "E", "names": "voucher", "field": "F"}, {"id": "G", "names": "rebate", "field": "F"}]
    assert [place for place, _ in connection_problems(connection(events=own))] == [("options", "events", 1, "names")]
    replaced = list(connection_problems(connection(documents=[DOCUMENT])))
    assert {place for place, _ in replaced} == {("options", "documents")}
    assert len(replaced) == len(EVENTS)
