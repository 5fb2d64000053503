"""The Anaplan writer against the simulated tenant over real HTTP: logins, refreshes and tokens that end."""

from __future__ import annotations

import pytest

from sandbox.systems.anaplan.certificates import issue_certificate
from tests.support.anaplan import anaplan_writer, cash_cell, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tieout.errors import (
    AccessDeniedError,
)


def test_a_certificate_writes_cells(tenant: RunningTenant) -> None:
    """The login unattended functions use."""
    writer = anaplan_writer(
        tenant.url, tenant.http, tenant.clock, tenant.certificate.credentials(), authentication="certificate"
    )
    assert writer.write([pipeline_cell()]).refused == {}


def test_a_certificate_of_a_foreign_authority_is_denied(tenant: RunningTenant) -> None:
    """Anaplan trusts no certificate that its authorities did not issue."""
    foreign = issue_certificate(tenant.clock.now()).credentials()
    writer = anaplan_writer(tenant.url, tenant.http, tenant.clock, foreign, authentication="certificate")
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])


def test_a_wrong_password_is_denied(tenant: RunningTenant) -> None:
    """A person must change the secret."""
    writer = anaplan_writer(
        tenant.url, tenant.http, tenant.clock, {"username": "tieout@example.com", "password": "old"}
    )
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])


def test_a_token_that_is_ended_early_is_replaced_in_the_same_write(tenant: RunningTenant) -> None:
    """401 in the middle of a run: one login, one repetition, and the write is done once."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    before = tenant.logins()["authenticate"]
    tenant.fault("expire_tokens")
    assert writer.write([pipeline_cell()]).refused == {}
    assert tenant.logins()["authenticate"] == before + 1
    assert len(tenant.control("writes")["writes"]) == 2


def test_a_token_rejected_twice_is_a_matter_for_a_person(tenant: RunningTenant) -> None:
    """One repetition and no more: a new token that is rejected too means that something is wrong with the account."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    tenant.fault("expire_tokens", times=2)
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])
    assert len(tenant.control("writes")["writes"]) == 1


def test_a_long_run_refreshes_before_the_token_ends(tenant: RunningTenant) -> None:
    """Over hours of writing every five minutes, no write meets 401 and no login by credentials is repeated."""
    writer = tenant.writer()
    before = tenant.logins()
    for number in range(48):
        assert writer.write([pipeline_cell("a", str(number))]).refused == {}
        tenant.clock.advance(300)
    after = tenant.logins()
    assert after["authenticate"] == before["authenticate"] + 1
    assert 6 <= after["refresh"] - before["refresh"] <= 8


def test_a_run_that_slept_past_the_end_logs_in_again(tenant: RunningTenant) -> None:
    """A function frozen for an hour does not try to refresh what has ended."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    before = tenant.logins()
    tenant.clock.advance(3600)
    writer.write([cash_cell()])
    after = tenant.logins()
    assert (after["authenticate"] - before["authenticate"], after["refresh"] - before["refresh"]) == (1, 0)
