"""What a simulated environment of Dynamics is told: who may call it, how much, and where it sends its business events."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.systems.changing import ChangingSettings

HTTPS, EVENT_GRID, CLOUD_EVENTS = "https", "event_grid", "cloud_events"


@dataclass(kw_only=True)
class EnvironmentSettings(ChangingSettings):
    """The settings of one environment; any of them can be changed while it runs.

    Attributes:
        token_seconds: how long an access token lives.
        default_company: the company the app belongs to: without `cross-company=true` it sees the rows of that one alone.
        hidden_companies: those whose rows the app's role does not see.
        page_rows: how many rows a page has at most.
        calls_in_window, window_seconds: how many calls the app may make in how long before it is answered 429.
        endpoint: `https`, events are posted by Dynamics itself, `event_grid`, Azure Event Grid carries them in its own schema, or
            `cloud_events`, in that of CloudEvents.
        endpoint_url: where they go, the key in its path included: what stands in the Key Vault.
        active_events: the events that are activated, by their ids; none: all.
        tells: False: what is posted meanwhile is told to nobody, ever.
        send: `immediately` when something is posted, or `on_request` by `POST /_control/deliver`.
        tries, pause_seconds: how often Dynamics posts an event, and how long it waits in between, before it leaves it to a person.
        grid_pauses_seconds: the pauses before further tries of Event Grid, whose list is longer.
        grid_batch: how many events Event Grid puts into one request at most; 1: each CloudEvent comes alone, and not in a batch.
    """

    secret_names = frozenset({"client_secret", "endpoint_url"})

    tenant_id: str = "00000000-0000-4000-8000-0000000000aa"
    client_id: str = "00000000-0000-4000-8000-0000000000bb"
    client_secret: str = field(default="sandbox-not-a-secret", repr=False)
    token_seconds: int = 3599
    default_company: str = "usmf"
    hidden_companies: tuple[str, ...] = ()
    page_rows: int = 10_000
    calls_in_window: int = 6_000
    window_seconds: int = 300
    endpoint: str = HTTPS
    endpoint_url: str = field(default="", repr=False)
    active_events: tuple[str, ...] = ()
    tells: bool = True
    send: str = "immediately"
    tries: int = 3
    pause_seconds: float = 1.0
    grid_pauses_seconds: tuple[float, ...] = (10.0, 30.0, 60.0, 300.0)
    grid_batch: int = 10
