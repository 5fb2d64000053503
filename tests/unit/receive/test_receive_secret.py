"""How old a webhook secret may be, and when it is asked for again."""

from __future__ import annotations

import pytest

from functions.receive.secret import WebhookSecret, secrets_in
from tests.support.clock import ManualClock
from tieout.errors import UnavailableError


class Vault:
    """Holds a secret's text, or fails."""

    def __init__(self, text: str | None) -> None:
        self.text, self.reads, self.is_down = text, 0, False

    def read(self) -> str | None:
        """What it holds."""
        self.reads += 1
        if self.is_down:
            raise UnavailableError("down")
        return self.text


def test_a_secret_is_kept_five_minutes_and_no_longer() -> None:
    """A withdrawn secret must not live on in a busy function."""
    vault, clock = Vault('{"current":"one","previous":"zero"}'), ManualClock()
    secret = WebhookSecret(vault.read, clock)
    assert secret.live() == (b"one", b"zero")
    vault.text = '{"current":"two"}'
    clock.advance(299)
    assert secret.live() == (b"one", b"zero")
    clock.advance(1)
    assert secret.live() == (b"two",)
    assert vault.reads == 2


def test_an_old_secret_does_not_outlive_a_vault_that_is_down() -> None:
    """It may have been withdrawn meanwhile: 503 until that is known."""
    vault, clock = Vault('{"current":"one"}'), ManualClock()
    secret = WebhookSecret(vault.read, clock)
    assert secret.live()
    vault.is_down = True
    clock.advance(301)
    with pytest.raises(UnavailableError):
        secret.live()


def test_renewal_is_rare_and_only_news_counts() -> None:
    """Asked again after ten seconds, and None where there is nothing new."""
    vault, clock = Vault('{"current":"one"}'), ManualClock()
    secret = WebhookSecret(vault.read, clock)
    secret.live()
    assert secret.renewed() is None
    assert vault.reads == 1
    clock.advance(9.999)
    assert secret.renewed() is None
    assert vault.reads == 1
    clock.advance(0.001)
    assert secret.renewed() is None
    assert vault.reads == 2
    clock.advance(10)
    vault.text = '{"current":"two"}'
    assert secret.renewed() == (b"two",)
    assert secret.live() == (b"two",)


def test_before_it_was_ever_fetched_nothing_is_known_and_all_is_news() -> None:
    """Whoever asks first is told the truth of that moment."""
    secret = WebhookSecret(Vault('{"current":"one"}').read, ManualClock())
    assert secret.known() == ()
    assert secret.renewed() == (b"one",)


def test_a_secret_of_odd_characters_is_a_secret() -> None:
    """It fits no signature, which is no reason to fail."""
    assert secrets_in('{"current":"\\ud800"}') == (b"\xed\xa0\x80",)


def test_while_a_renewal_fails_nobody_knows_whether_there_is_news() -> None:
    """A flood of forgeries still costs one read in ten seconds, and the secrets at hand stay as they were."""
    vault, clock = Vault('{"current":"one"}'), ManualClock()
    secret = WebhookSecret(vault.read, clock)
    secret.live()
    clock.advance(10)
    vault.is_down = True
    for seconds in (0, 9.999):
        clock.advance(seconds)
        with pytest.raises(UnavailableError):
            secret.renewed()
    assert vault.reads == 2
    assert secret.live() == (b"one",)
    clock.advance(0.001)
    vault.is_down = False
    assert secret.renewed() is None
    assert secret.renewed() is None
    assert vault.reads == 3


def test_secrets_fetched_in_time_end_the_doubt_about_them() -> None:
    """Whether the kept ones grew old or a proof failed: what was fetched since then is the truth."""
    vault, clock = Vault('{"current":"one"}'), ManualClock()
    secret = WebhookSecret(vault.read, clock)
    secret.live()
    clock.advance(299)
    vault.is_down = True
    with pytest.raises(UnavailableError):
        secret.renewed()
    clock.advance(1)
    vault.is_down = False
    assert secret.live() == (b"one",)
    assert secret.renewed() is None


def test_a_clock_that_was_set_back_makes_it_be_read_again() -> None:
    """A secret from the future has no age."""
    vault, clock = Vault('{"current":"one"}'), ManualClock()
    secret = WebhookSecret(vault.read, clock)
    secret.live()
    clock._now = clock.now().replace(year=2025)
    secret.live()
    assert vault.reads == 2
