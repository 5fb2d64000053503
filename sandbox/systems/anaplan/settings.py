"""What can be set of a simulated tenant when it is built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """One tenant with one workspace, one model and one integration user.

    Attributes:
        authority_pem: the certificate authority whose certificates may log in; empty: none may.
        token_seconds: how long a token lives; 35 minutes were seen live.
        refresh_keeps_value: a refresh gives the same value with a later end; both ways are reported of the real one.
        requests_per_minute: size of the token bucket, refilled at that rate; 0: no limit.
        largest_page: more items than this are never given at once, whatever `limit` asks.
    """

    workspace_id: str = "8A8196B15E1F4C2D015E2D7C3B4A5F60"
    model_id: str = "1A2B3C4D5E6F70819203A4B5C6D7E8F9"
    username: str = "tieout@example.com"
    password: str = "sandbox-password"
    authority_pem: str = ""
    token_seconds: int = 2100
    refresh_keeps_value: bool = False
    requests_per_minute: int = 600
    most_cells_per_write: int = 100_000
    most_items_per_call: int = 100_000
    largest_page: int = 5000
