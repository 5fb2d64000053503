"""What a simulated Business Central environment is told: who may call it, how much, and how it notifies."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.systems.changing import ChangingSettings

# How a notification writes the address of what changed.
RESOURCE_FORMS = ("mixed", "bare", "slash", "address")


@dataclass(kw_only=True)
class EnvironmentSettings(ChangingSettings):
    """The settings of one environment; any of them can be changed while it runs.

    The numbers are the vendor's:
    https://learn.microsoft.com/dynamics365/business-central/dev-itpro/administration/operational-limits-online

    Attributes:
        tenant_id: of the Entra tenant, in the token address and in that of the API.
        environment: the environment's name, in the address of the API.
        token_seconds: how long an access token lives.
        page_size: how many records an answer has at most.
        requests_max: how many calls are taken within `window_seconds`, by all users of ours together.
        concurrent_requests: how many calls run at once; `queued_requests` more wait, `queue_seconds` at most.
        retry_after_seconds: what a refused call is told to wait.
        longest_address: of a call, in bytes.
        forbidden: entity sets that the caller lacks the permission to read.
        filtered: entity sets of which security filters of its permissions let no record through, without a word.
        escaped_enumerations: write `Credit_x0020_Memo`, as tenants answer; else `Credit Memo`, as the vendor's samples do.
        closing_date_form: how the day of a year-end closing is written, which is not known: `plain` as any day, `letter` as
            `C2026-12-31`, `last_second` as `2026-12-31T23:59:59Z`.
        memos_as_corrections: credit memos post negative debits and credits, where the company's set-up says so.
        subscription_seconds: how long a subscription lives unless it is renewed.
        handshake_seconds: within which an address must answer its validation.
        delay_seconds: from the first change of anything until the notification of it; the vendor's is 30.
        most_notifications: above so many changed records of a subscription it is told of the collection alone.
        resource_form: `bare` without a leading slash, `slash` with one, `address` in full, `mixed` as in the vendor's sample:
            records bare and collections with a slash.
        retry_pauses_seconds: before each further try of a request that is to be tried again; the last goes on.
        give_up_seconds: after which it is no longer tried.
        timeout_seconds: within which a notification must be answered.
        automatic: send by itself what is due; else only by `POST /_control/deliver`.
        tells: False: what changes meanwhile is told to nobody, ever.
        lost_share: which part of all notifications is never sent, from 0 to 1, by chance.
    """

    secret_names = frozenset({"client_secret"})

    tenant_id: str = "5c1e7d0a-0000-4000-8000-0000000000aa"
    environment: str = "Production"
    client_id: str = "5c1e7d0a-0000-4000-8000-0000000000c1"
    client_secret: str = "sandbox-not-a-secret"
    token_seconds: int = 3599
    page_size: int = 20_000
    requests_max: int = 6_000
    window_seconds: float = 300.0
    concurrent_requests: int = 5
    queued_requests: int = 95
    queue_seconds: float = 480.0
    retry_after_seconds: int = 10
    longest_address: int = 16_384
    forbidden: tuple[str, ...] = ()
    filtered: tuple[str, ...] = ()
    escaped_enumerations: bool = True
    closing_date_form: str = "plain"
    memos_as_corrections: bool = False
    subscription_seconds: float = 259_200.0
    subscriptions_max: int = 200
    client_state_max: int = 2_048
    handshake_seconds: float = 5.0
    delay_seconds: float = 30.0
    most_notifications: int = 1_000
    resource_form: str = "mixed"
    retry_pauses_seconds: tuple[float, ...] = (60.0, 300.0, 1_800.0, 7_200.0)
    give_up_seconds: float = 129_600.0
    timeout_seconds: float = 30.0
    automatic: bool = False
    tells: bool = True
    lost_share: float = 0.0
