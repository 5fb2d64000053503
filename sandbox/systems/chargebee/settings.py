"""What a simulated Chargebee site is told: who may call it, how much, how many rows it shows, and where it posts its events."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.systems.changing import ChangingSettings


@dataclass(kw_only=True)
class SiteSettings(ChangingSettings):
    """The settings of one site; any of them can be changed while it runs.

    Attributes:
        time_machine: where the clock of a test site stands, in ISO 8601, by which everything is stamped; empty: there is none.
        base_currency: what amounts are converted to where the site reports.
        calls_per_minute: how many calls are answered before one is answered 429.
        page_rows: how many rows a page has at most, whatever is asked for.
        most_lines: how many lines of an invoice or credit note are answered with it.
        invoice_prefix, credit_note_prefix: what their numbers begin with, which may be nothing.
        webhook_url: where events are posted; empty: nowhere.
        webhook_login: what they are proven by, `user:password`; empty: by nothing.
        webhook_key: what stands in the query instead; empty: nothing does.
        tells: False: what happens meanwhile is told to nobody, ever.
        send: `immediately` when something happens, or `on_request` by `POST /_control/deliver`.
    """

    secret_names = frozenset({"api_key", "webhook_login", "webhook_key"})

    api_key: str = field(default="test_sandbox-not-a-secret", repr=False)
    time_machine: str = ""
    base_currency: str = "USD"
    calls_per_minute: int = 6_000
    page_rows: int = 100
    most_lines: int = 300
    invoice_prefix: str = ""
    credit_note_prefix: str = "CN-"
    webhook_url: str = ""
    webhook_login: str = field(default="", repr=False)
    webhook_key: str = field(default="", repr=False)
    tells: bool = True
    send: str = "immediately"
