"""What a connection to Chargebee may declare."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.door_options import door_options, door_path
from tieout.landscape import Connection
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.rules import connection_problems


def connection(**options: Any) -> Connection:  # noqa: ANN401 options of any kind
    """A connection with these options."""
    return Connection(
        name="billing",
        system="chargebee",
        legal_entity="EMEA",
        time_zone="UTC",
        default_currency="EUR",
        options=options,
    )


@pytest.mark.parametrize(
    ("options", "flaw"),
    [
        ({"proof": "none"}, "proof is none of"),
        ({"key_parameter": ""}, "key_parameter is no name"),
        ({"key_parameter": "a&b"}, "key_parameter is no name"),
        ({"cash_account": ""}, "is empty"),
        ({"receivable_account": ""}, "is empty"),
        ({"cash_account": "a", "receivable_account": "a"}, "the same as"),
    ],
)
def test_what_lets_nobody_in_or_mixes_up_books_is_refused(options: dict[str, Any], flaw: str) -> None:
    """At synth, by the option's name."""
    with pytest.raises(ValueError, match=flaw):
        Options(**options)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "/webhooks/billing"),
        ({"proof": "basic"}, "/webhooks/billing"),
        ({"proof": "query"}, "/webhooks/billing"),
        ({"proof": "path"}, "/webhooks/billing/{key}"),
    ],
)
def test_the_address_has_a_key_only_where_that_is_the_proof(options: dict[str, Any], path: str) -> None:
    """Of one connection, whatever another of the same system declares."""
    assert door_path(connection(**options)) == path


def test_the_door_is_told_only_what_it_needs() -> None:
    """Accounts are read by the record step."""
    stated = {"proof": "query", "key_parameter": "token", "cash_account": "1000", "receivable_account": "1200"}
    assert door_options(connection(**stated)) == {"proof": "query", "key_parameter": "token"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"api_base_url": "https://made-up.chargebee.com"}, None),
        ({"api_base_url": "https://made-up.chargebee.com/"}, None),
        ({"api_base_url": "https://made-up.chargebee.com/api/v2"}, "api_base_url"),
        ({"api_base_url": "https://made-up.chargebee.com?site=x"}, "api_base_url"),
        ({"completion": "both"}, None),
        ({"completion": "payload"}, "completion"),
    ],
)
def test_a_connection_that_would_find_nothing_is_told(changes: dict[str, str], place: str | None) -> None:
    """An address with more than the site's host, or records that are kept nowhere."""
    problems = [*connection_problems(replace(connection(), **changes))]  # type: ignore[arg-type]  # texts
    assert [found for found, _ in problems] == ([(place,)] if place else [])
