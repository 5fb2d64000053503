"""What a simulated S/4HANA tenant is told: who may read what of it, how much, and how Event Mesh tells of its changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.systems.changing import ChangingSettings

STRUCTURED, BINARY, BATCHED = "structured", "binary", "batched"
MODES = (STRUCTURED, BINARY, BATCHED)


@dataclass(kw_only=True)
class TenantSettings(ChangingSettings):
    """The settings of one tenant and of the webhook subscription of its Event Mesh; any can be changed while it runs.

    Attributes:
        tenant_number: the end of the `source` of its events.
        group_currency: the first additional currency of every company code.
        other_ledgers: the non-leading ledgers in which every document is posted too, with amounts of its own.
        leading_zeros: whether OData shows document numbers of sales documents, and numbers of master data, with ten digits.
        page_size: the most entities in one answer; what is left follows at `__next`.
        address_bytes_max: the longest path and query that is read.
        calls_a_minute_max: of OData, by all users together; more are answered 429.
        client_id, client_secret: of the communication user that reads.
        token_seconds: how long a token for reading holds.
        forbidden_services: services that the communication user may not call at all.
        hidden_sets: entity sets that answer him with no rows, for lack of an authorization that no error tells of.
        hidden_company_codes: company codes whose rows he does not get, for the same reason.
        tells: False: what changes meanwhile is told to nobody, ever.
        webhook_url: what the subscription pushes to; empty: events wait in the queue.
        origin: what Event Mesh says of itself when it asks for consent.
        request_rate: the requests a minute it asks for; 0 asks for none.
        exempt_handshake: push without having asked.
        mode: `structured`, `binary` or `batched`.
        batch_size: the most events in one request, where they are batched.
        qos: 1 keeps an event until it is answered 2xx, 0 forgets it once it was sent.
        max_redelivery: after how many tries more an event is dropped, since the queue has no dead-message queue; 0: never.
        retry_seconds: the pause before a further try.
        automatic: push by itself, `collect_seconds` after a change; otherwise only when told to.
        sales_context: events of sales orders carry organisational data beside the key.
        timeout_seconds: how long a receiver may take.
        issuer: of the tokens that pushes carry; empty: the address at which the tenant was called last.
        audience: of those tokens.
        mesh_client_id, webhook_secret: with which Event Mesh gets them.
        mesh_scope: their scope.
        mesh_token_seconds: how long they hold.
    """

    secret_names = frozenset({"client_secret", "webhook_secret"})

    tenant_number: str = "100200300"
    group_currency: str = "USD"
    other_ledgers: tuple[str, ...] = ("2L",)
    leading_zeros: bool = False
    page_size: int = 1000
    address_bytes_max: int = 8000
    calls_a_minute_max: int = 6000
    client_id: str = "sandbox-client"
    client_secret: str = field(default="sandbox-not-a-secret-of-reads", repr=False)
    token_seconds: int = 3600
    forbidden_services: tuple[str, ...] = ()
    hidden_sets: tuple[str, ...] = ()
    hidden_company_codes: tuple[str, ...] = ()
    tells: bool = True
    webhook_url: str = ""
    origin: str = "eventmesh.sandbox.example"
    request_rate: int = 600
    exempt_handshake: bool = False
    mode: str = STRUCTURED
    batch_size: int = 10
    qos: int = 1
    max_redelivery: int = 0
    retry_seconds: float = 1.0
    automatic: bool = False
    collect_seconds: float = 0.05
    sales_context: bool = True
    timeout_seconds: float = 30.0
    issuer: str = ""
    audience: str = "tieout"
    mesh_client_id: str = "sandbox-event-mesh"
    webhook_secret: str = field(default="sandbox-not-a-secret-of-pushes", repr=False)
    mesh_scope: str = "tieout/push"
    mesh_token_seconds: int = 3600
