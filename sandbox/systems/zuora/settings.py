"""What a simulated Zuora tenant is told: who may call it, how much, how its query jobs run, and what its callouts say to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.systems.changing import ChangingSettings


def _callouts() -> dict[str, dict[str, str]]:
    """The templates that the connection's own options expect, unless it is told otherwise: a name and what stands for it."""
    named = {
        "subscription": ("SubscriptionNumber", "{{DataSource.Subscription.Name}}"),
        "invoice": ("InvoiceId", "{{DataSource.Invoice.Id}}"),
        "credit_memo": ("CreditMemoId", "{{DataSource.CreditMemo.Id}}"),
        "debit_memo": ("DebitMemoId", "{{DataSource.DebitMemo.Id}}"),
        "payment": ("PaymentId", "{{DataSource.Payment.Id}}"),
        "refund": ("RefundId", "{{DataSource.Refund.Id}}"),
    }
    about = {"EventType": "{{Event.Type}}", "UpdatedOn": "{{Event.Date}}", "AccountId": "{{DataSource.Account.Id}}"}
    return {kind: {**about, name: stands} for kind, (name, stands) in named.items()}


@dataclass(kw_only=True)
class TenantSettings(ChangingSettings):
    """The settings of one tenant; any of them can be changed while it runs.

    Attributes:
        client_id, client_secret: of the OAuth client that may call it.
        token_seconds: how long an access token lives.
        time_zone: the tenant's, in which days are counted and moments are shown.
        calls_per_second: how many calls are answered before one is answered 429.
        page_rows: how many objects a page has at most, whatever is asked for.
        job_looks: how many looks at a query job find it unfinished.
        most_rows: with how many rows a query fails for having more.
        file_seconds: how long the file of a query job is there.
        webhook_url: where callouts go; empty: nowhere.
        username, password: what a callout shows whoever challenges it.
        preemptive: it shows them without being asked.
        templates: what a callout about each kind of object says: names, and texts with merge fields.
        tells: False: what happens meanwhile is told to nobody, ever.
        send: `immediately` when something happens, or `on_request` by `POST /_control/deliver`.
    """

    secret_names = frozenset({"client_secret", "password"})

    client_id: str = "11111111-2222-4333-8444-555555555555"
    client_secret: str = field(default="sandbox-not-a-secret", repr=False)
    token_seconds: int = 3598
    time_zone: str = "UTC"
    calls_per_second: int = 100
    page_rows: int = 99
    job_looks: int = 0
    most_rows: int = 100_000
    file_seconds: int = 3_600
    webhook_url: str = ""
    username: str = "zuora"
    password: str = field(default="sandbox-not-a-password", repr=False)
    preemptive: bool = False
    templates: dict[str, Any] = field(default_factory=_callouts)
    tells: bool = True
    send: str = "immediately"
