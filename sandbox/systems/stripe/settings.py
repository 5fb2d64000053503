"""What a simulated Stripe account is told: who may call it, how much, in which form it speaks, and where it posts its events."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.systems.changing import ChangingSettings


@dataclass(kw_only=True)
class AccountSettings(ChangingSettings):
    """The settings of one account; any of them can be changed while it runs.

    Attributes:
        api_version: the account's own, of answers to those who name none, and of the endpoint's events.
        live: False: it is a sandbox.
        frozen_time: where the test clock of a sandbox stands, in ISO 8601, by which everything is stamped; empty: there is none.
        calls_per_second: how many calls are answered before one is answered 429.
        page_rows: how many objects a page has at most, whatever is asked for.
        embedded_lines: how many lines of an invoice or credit note are answered with it.
        webhook_url: where events are posted; empty: nowhere.
        webhook_secrets: what they are signed with; two while a secret is rolled.
        thin: events are posted without their objects.
        tells: False: what happens meanwhile is told to nobody, ever.
        send: `immediately` when something happens, or `on_request` by `POST /_control/deliver`.
        fee_per_mille, fee_fixed: what Stripe takes of a charge, and for each; and for each dispute.
    """

    secret_names = frozenset({"api_key", "webhook_secrets"})

    api_key: str = field(default="rk_test_sandbox-not-a-secret", repr=False)
    api_version: str = "2025-03-31.basil"
    live: bool = False
    frozen_time: str = ""
    calls_per_second: int = 100
    page_rows: int = 100
    embedded_lines: int = 10
    webhook_url: str = ""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    thin: bool = False
    tells: bool = True
    send: str = "immediately"
    fee_per_mille: int = 15
    fee_fixed: int = 25
    dispute_fee: int = 2_000
