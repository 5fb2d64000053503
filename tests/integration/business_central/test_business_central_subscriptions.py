"""How the simulated environment is kept telling us: consent at our door, renewal, rotation, and what comes after an end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.systems.faults import Fault
from tests.support.business_central_books import document_key
from tests.support.central_environment import SPAIN
from tests.support.central_reading import SECRETS, CentralReading
from tieout.errors import AccessDeniedError, ThrottledError, UnreadableRecordError
from tieout.facts.documents import PostedDocument
from tieout.facts.statement import Statement

Opening = Callable[..., CentralReading]


def test_our_door_consents_to_every_subscription(opening: Opening) -> None:
    """Its token does not survive being decoded twice, or not at all; an hour later nothing is due."""
    central = opening()
    assert central.keep_subscribed() == 9
    assert [each["taken"] for each in central.subscriptions.handshakes] == [True] * 9
    assert central.door.secret_reads == 0
    central.clock.advance(3_600)
    assert central.keep_subscribed() == 0
    assert {each.client_state for each in central.subscriptions.living()} == {SECRETS[0]}


def test_subscriptions_outlive_their_three_days(opening: Opening) -> None:
    """Renewed twice a day, whatever fails in between; the same ones, not new ones beside them."""
    central = opening()
    central.keep_subscribed()
    ids = {each.subscription_id for each in central.subscriptions.living()}
    renewed = 0
    for _ in range(10 * 24):
        central.clock.advance(3_600)
        renewed += central.keep_subscribed()
    assert {each.subscription_id for each in central.subscriptions.living()} == ids
    assert 9 * 18 <= renewed <= 9 * 20


def test_what_has_ended_or_was_deleted_is_made_anew(central: CentralReading) -> None:
    """After an answer that deletes, and after three days without a renewal."""
    central.answered = [404]
    central.post()
    central.heard()
    lost = 9 - len(central.subscriptions.living())
    assert lost > 0
    assert (
        central.keep_subscribed() == 9 - len(central.subscriptions.living()) or len(central.subscriptions.living()) == 9
    )
    assert len(central.subscriptions.living()) == 9
    central.clock.advance(3 * 86_400 + 1)
    assert central.subscriptions.living() == []
    assert central.keep_subscribed() == 9


def test_a_rotated_secret_is_told_at_the_next_hour_and_loses_nothing(central: CentralReading) -> None:
    """Until then the environment tells by the one before, which is still taken."""
    central.keep_subscribed(SECRETS[1])
    assert {each.client_state for each in central.subscriptions.living()} == {SECRETS[1]}
    central.post()
    assert central.heard()
    assert central.keep_subscribed() == 9
    assert {each.client_state for each in central.subscriptions.living()} == {SECRETS[0]}
    central.post()
    assert central.heard()


def test_a_wrong_secret_is_kept_and_deletes_no_subscription(central: CentralReading) -> None:
    """Business Central is answered like any other time, and we have what it said."""
    central.post()
    [*attempts] = central.deliver(client_state="not-the-secret-of-ours")
    assert {each.status for each in attempts} == {200}
    assert [each.deleted for each in attempts] == [()] * len(attempts)
    assert len(central.subscriptions.living()) == 9
    assert central.door.kept("rejected/")
    assert not central.door.bus.entries


def test_what_could_not_be_taken_is_told_again(central: CentralReading) -> None:
    """After 503 for as long as a day and a half, and nothing is lost."""
    central.answered = [503]
    _, number = central.post()
    assert central.heard() == []
    central.clock.advance(60)
    told = central.heard()
    assert f"Invoice {number}" in central.documents(told)


def test_a_door_that_does_not_consent_subscribes_to_nothing(opening: Opening) -> None:
    """The environment refuses, and says so."""
    central = opening()
    central.door.change_door(greet=lambda _delivery: None)
    opened = central.subscribed()
    first = opened.subscriptions()[0]
    with pytest.raises(UnreadableRecordError):
        opened.renew(first)
    assert central.subscriptions.living() == []


def test_limits_and_missing_permissions_are_told_as_such(opening: Opening) -> None:
    """And two hundred subscriptions are all there are."""
    central = opening(subscriptions_max=1)
    opened = central.subscribed()
    first, second, *_ = opened.subscriptions()
    opened.renew(first)
    with pytest.raises(UnreadableRecordError):
        opened.renew(second)
    central = opening(requests_max=0)
    with pytest.raises(ThrottledError):
        central.subscribed().subscriptions()


def test_another_environment_is_not_ours(opening: Opening) -> None:
    """The credentials name tenant and environment, and a token for one opens no other."""
    central = opening()
    central.settings.client_secret = "rotated"
    reader = central.reader()
    central.settings.client_secret = "rotated again"
    key = document_key("X", company=SPAIN)
    assert isinstance(reader.read([key])[key], AccessDeniedError)


@pytest.mark.parametrize("kind", ["throttle", "unavailable", "gateway_timeout", "expire_tokens"])
def test_trouble_in_the_middle_of_a_reading_passes(central: CentralReading, kind: str) -> None:
    """Whatever the environment answers, the next reading has it all."""
    central.post()
    told = central.heard()
    central.plan.plant(Fault(kind=kind, times=1, path="generalLedgerEntries"))
    first = central.reader().read(told)
    assert any(not isinstance(each, Statement) for each in first.values()) == (kind != "expire_tokens")
    facts = [each.fact for each in central.readings(told).values() if isinstance(each, Statement) and each.fact]
    assert [isinstance(each, PostedDocument) for each in facts] == [True]
