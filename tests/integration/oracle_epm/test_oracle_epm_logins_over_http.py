"""The Oracle EPM writer against the simulated environment over real HTTP: tokens that end, and a password that grows old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sandbox.systems.oracle_epm.joining import join_target
from sandbox.systems.serving import serve
from tests.support.clock import ManualClock
from tests.support.oracle_epm import epm_target, epm_writer, pipeline_cell
from tests.support.oracle_epm_environment import OAUTH, SETTINGS, RunningEnvironment, running_environment
from tieout.errors import AccessDeniedError
from tieout.systems.oracle_epm.cells import OracleEpmWriter

DAY = 24 * 3600


@pytest.fixture
def own() -> Iterator[RunningEnvironment]:
    """An environment of the test's own, whose refresh token nobody has used."""
    with running_environment() as environment:
        yield environment


def oauth_writer(environment: RunningEnvironment) -> OracleEpmWriter:
    """A writer with the first refresh token."""
    return epm_writer(environment.url, environment.http, environment.clock, OAUTH, authentication="oauth")


def test_a_joined_environment_takes_each_login(environment: RunningEnvironment) -> None:
    """The sandbox's secret has what every way needs; an assertion needs no state that could be lost."""
    target = epm_target("http://127.0.0.1:1", scope=SETTINGS.scope)
    joined, clock = join_target(target), ManualClock(datetime.now(UTC))
    with serve(joined.app) as url:
        for way in ("assertion", "basic", "oauth"):
            writer = epm_writer(
                url, environment.http, clock, joined.credentials, authentication=way, scope=SETTINGS.scope
            )
            assert writer.write([pipeline_cell()]).refused == {}
        other = {**joined.credentials, "key_alias": "other"}
        writer = epm_writer(url, environment.http, clock, other, authentication="assertion", scope=SETTINGS.scope)
        with pytest.raises(AccessDeniedError):
            writer.write([pipeline_cell()])


def test_a_wrong_password_is_denied_and_its_age_is_named(environment: RunningEnvironment) -> None:
    """A person must change the secret."""
    wrong = {"username": SETTINGS.username, "password": "old"}
    with pytest.raises(AccessDeniedError, match="60 days"):
        epm_writer(environment.url, environment.http, environment.clock, wrong).write([pipeline_cell()])


def test_a_password_ends_after_sixty_days(own: RunningEnvironment) -> None:
    """It worked yesterday."""
    writer = own.writer()
    own.clock.advance(60 * DAY - 1)
    assert writer.write([pipeline_cell()]).refused == {}
    own.clock.advance(1)
    with pytest.raises(AccessDeniedError, match="60 days"):
        writer.write([pipeline_cell()])


def test_a_token_that_is_ended_early_is_replaced_in_the_same_write(own: RunningEnvironment) -> None:
    """401 in the middle of a run: one new token, one repetition, and the write is done once."""
    writer = oauth_writer(own)
    writer.write([pipeline_cell()])
    own.fault("expire_tokens")
    assert writer.write([pipeline_cell()]).refused == {}
    assert own.logins()["refresh"] == 2
    assert len(own.control("writes")["writes"]) == 2


def test_a_token_rejected_twice_is_a_matter_for_a_person(own: RunningEnvironment) -> None:
    """One repetition and no more."""
    writer = oauth_writer(own)
    writer.write([pipeline_cell()])
    own.fault("expire_tokens", times=2)
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])
    assert len(own.control("writes")["writes"]) == 1


def test_a_long_run_asks_for_a_token_before_it_ends(own: RunningEnvironment) -> None:
    """Over eight hours of writing every half an hour no write meets 401, each refresh token being used once."""
    writer = oauth_writer(own)
    for number in range(16):
        assert writer.write([pipeline_cell("a", str(number))]).refused == {}
        own.clock.advance(1800)
    assert own.logins()["refresh"] == 8
    assert len(own.control("writes")["writes"]) == 16


def test_a_refresh_token_that_was_used_elsewhere_is_denied(own: RunningEnvironment) -> None:
    """Each use ends it, so that a second process with the secret's token is a matter for a person."""
    oauth_writer(own).write([pipeline_cell()])
    with pytest.raises(AccessDeniedError, match="invalid_grant"):
        oauth_writer(own).write([pipeline_cell()])


def test_a_refresh_token_ends_after_a_week_without_use(own: RunningEnvironment) -> None:
    """A target that was not written to for a week needs a person."""
    clock = ManualClock(own.clock.now())
    own.clock.advance(7 * DAY)
    writer = epm_writer(own.url, own.http, clock, OAUTH, authentication="oauth")
    with pytest.raises(AccessDeniedError, match="invalid_grant"):
        writer.write([pipeline_cell()])
