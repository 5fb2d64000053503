"""What a simulated NetSuite account is told: who may call it, how much, and what its script posts where."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.systems.changing import ChangingSettings


@dataclass(kw_only=True)
class AccountSettings(ChangingSettings):
    """The settings of one account; any of them can be changed while it runs.

    Attributes:
        time_zone: the account's own, in which it answers queries.
        certificate_public_key: PEM; token requests must be signed with its private key.
        token_seconds: how long an access token lives.
        concurrency_limit: how many API calls may run at once.
        over_limit_status: 429 as the REST API answers, or 400 with `SSS_REQUEST_LIMIT_EXCEEDED` as RESTlets do.
        unknown: tables and columns no query may name: of features that are switched off, or that the role may not see.
        old_casing: REST records as in 2020: `postingperiod`, `trandate`, `status` a plain word.
        webhook_url: where the script posts; empty: events are only logged.
        webhook_secret: signs what the script posts, or is sent bare (`authentication`).
        authentication: `signed`, `static_token` as scripts in the wild do, or `none`.
        shape: `documented` as our own script, `wild` as `JSON.stringify(newRecord)`.
        content_type: False sends no Content-Type, as the wild script does by mistake.
        tells: False: of what changes meanwhile nobody is ever told, as where the script does not run.
        send: `immediately` inside the save, or `on_request` by `POST /_control/deliver`.
    """

    secret_names = frozenset({"webhook_secret", "certificate_public_key"})

    account_id: str = "1234567_SB1"
    time_zone: str = "America/Los_Angeles"
    client_id: str = "sandbox-client"
    certificate_id: str = "sandbox-certificate"
    certificate_public_key: str = ""
    token_seconds: int = 3600
    concurrency_limit: int = 5
    over_limit_status: int = 429
    unknown: tuple[str, ...] = ()
    old_casing: bool = False
    webhook_url: str = ""
    webhook_secret: str = ""
    authentication: str = "signed"
    shape: str = "documented"
    content_type: bool = True
    tells: bool = True
    send: str = "immediately"
