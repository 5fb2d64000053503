"""A connection whose source is asked: what is deployed for it, and which declarations of asking it are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tests.support.synthesis import REPOSITORY, Synthesis, synthesise
from tieout.arrivals import Census, Expected, Poll
from tieout.landscape import Landscape

DECLARED = """
[[connections]]
name = "crm-group"
system = "{system}"
legal_entity = "GROUP"
time_zone = "Europe/Berlin"
default_currency = "EUR"
api_base_url = "https://api.example.com"
"""
POLLED = ['arrivals = ["poll"]', "poll = { every_minutes = 15 }"]


def overlay(folder: Path, *fields: str, system: str = "hubspot") -> Path:
    """The connection, with these fields more."""
    file = folder / "overlay.toml"
    file.write_text("\n".join([DECLARED.format(system=system), *fields]))
    return file


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The production stage with a connection that is only asked."""
    folder = tmp_path_factory.mktemp("polled")
    return synthesise(folder, "prod", overlay=overlay(folder, *POLLED))


def test_the_landscape_is_read_and_travels_whole(tmp_path: Path) -> None:
    """The census reads in its asset what was declared."""
    more = ['expected = { within_hours = 4, days = ["mon", "sat"] }', "census = { every_hours = 6 }"]
    declared = read_landscape(REPOSITORY, "prod", overlay(tmp_path, *POLLED, *more))
    connection = declared.connection("crm-group")
    assert connection.arrivals == ("poll",)
    assert (connection.poll, connection.census) == (Poll(every_minutes=15), Census(every_hours=6))
    assert connection.expected == Expected(within_hours=4, days=("mon", "sat"))
    assert Landscape.of_json(compile_landscape(declared).encode()) == declared


def test_nobody_calls_it(polled: Synthesis) -> None:
    """No route, no receive function and no webhook secret; its credentials can be read by the census."""
    texts = [str(each) for each in polled.properties("AWS::SecretsManager::Secret").values()]
    assert not any("connection crm-group posts" in text for text in texts)
    assert any("read hubspot connection crm-group" in text for text in texts)
    routes = [each["RouteKey"] for each in polled.properties("AWS::ApiGatewayV2::Route").values()]
    assert not any("crm-group" in each for each in routes)


@pytest.mark.parametrize(
    ("fields", "place", "problem"),
    [
        (['arrivals = ["poll"]'], "poll", "is missing: how often is the source asked?"),
        (["poll = { every_minutes = 15 }"], "poll", "arrivals does not name 'poll'"),
        ([POLLED[0], "poll = { every_minutes = 0 }"], "poll every_minutes", "0 is not between 1 and 1440"),
        ([POLLED[0], "poll = { every_minutes = 1441 }"], "poll every_minutes", "1441 is not between 1 and 1440"),
        (["census = { every_hours = -1 }"], "census every_hours", "-1 is not between 0 and 744"),
        (["census = { settle_minutes = 0 }"], "census settle_minutes", "0 is not between 1 and 1440"),
        (["census = { pages_per_minute = 0 }"], "census pages_per_minute", "0 is not between 1 and 1000"),
        (["census = { pages_per_day = 0 }"], "census pages_per_day", "0 is not between 1 and 1000000"),
        (["expected = { within_hours = 0 }"], "expected within_hours", "0 is not between 1 and 80 business hours"),
        (
            ["expected = { within_hours = 1, month_end_within_hours = 81 }"],
            "expected month_end_within_hours",
            "81 is not between 0 and 80 business hours",
        ),
        (
            ["expected = { within_hours = 1, opens = 18, closes = 18 }"],
            "expected closes",
            "18 is not behind 18, within a day of 24 hours",
        ),
        (["expected = { within_hours = 1, days = [] }"], "expected days", "none is declared, or one twice"),
        (
            ['expected = { within_hours = 1, days = ["mon", "mon"] }'],
            "expected days",
            "none is declared, or one twice",
        ),
    ],
)
def test_a_flaw_is_named(tmp_path: Path, fields: list[str], place: str, problem: str) -> None:
    """In one sentence that says what is wrong with it."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(REPOSITORY, "prod", overlay(tmp_path, *fields))
    assert any(each.endswith(f'connections "crm-group" {place}: {problem}') for each in caught.value.problems)


def test_what_cannot_be_listed_cannot_be_polled(tmp_path: Path) -> None:
    """The system has to have the capability."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(REPOSITORY, "prod", overlay(tmp_path, *POLLED, system="anaplan"))
    assert any("cannot be a source that is asked what has changed" in each for each in caught.value.problems)
