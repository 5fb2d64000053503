"""What a simulated environment of Dataverse is told: who may call it, how much, and where its steps post."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.systems.changing import ChangingSettings

HEADER, CODE = "header", "code"


@dataclass(kw_only=True)
class EnvironmentSettings(ChangingSettings):
    """The settings of one environment; any of them can be changed while it runs.

    Attributes:
        token_seconds: how long an access token lives.
        page_rows: how many rows a page has at most, whatever is asked for.
        calls_in_window, window_seconds: how many calls the app may make in how long before it is answered 429.
        tracking_seconds: for how long what has changed is known (`ExpireChangeTrackingInDays`).
        webhook_url: where the steps post; empty: nowhere.
        webhook_key: the value that goes along, in the header `key_name` or, by `key_in`, as that parameter of the query.
        images: whether the steps were registered with images.
        most_bytes: the size above which a context is posted without what it says of the row.
        tells: False: what is changed meanwhile is told to nobody, ever.
        send: `immediately` when something is changed, or `on_request` by `POST /_control/deliver`.
    """

    secret_names = frozenset({"client_secret", "webhook_key"})

    tenant_id: str = "00000000-0000-4000-8000-0000000000aa"
    client_id: str = "00000000-0000-4000-8000-0000000000bb"
    client_secret: str = field(default="sandbox-not-a-secret", repr=False)
    organization_id: str = "5a1e5000-0000-4000-8000-0000000000f0"
    token_seconds: int = 3599
    page_rows: int = 5_000
    calls_in_window: int = 6_000
    window_seconds: int = 300
    tracking_seconds: int = 604_800
    webhook_url: str = ""
    webhook_key: str = field(default="", repr=False)
    key_in: str = HEADER
    key_name: str = "x-tieout-key"
    images: bool = True
    most_bytes: int = 262_144
    tells: bool = True
    send: str = "immediately"
