"""What can be set of a simulated environment when it is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

AUDIENCE = "https://identity.oraclecloud.com/"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSettings:
    """One environment with one application, one integration user, a service administrator and one registered client.

    Attributes:
        public_key: of the client's certificate, in PEM; empty: no assertion is taken.
        refresh_token: the first one; each use gives another and ends it, and a week ends it too.
        token_seconds: how long an access token lives.
        password_days: how old the password, which is new when the environment is built, may become.
        requests_per_minute: size of the bucket of calls, refilled at that rate; 0: no limit (Oracle publishes none).
        most_listed: so many rejected cells are listed at most.
        rejects_whole_rows: whether one bad cell takes its row along, as was seen live.
        rejects_whole_grids: whether one bad cell takes its grid along.
        is_administrator: whether the user is a service administrator, who alone is told of members, and runs jobs over files.
        metadata_jobs: the jobs of type Import Metadata that are defined, with the dimension of each.
        refresh_job: that of type Refresh Database.
        administrator: another user, who is one.
        updated_key: how the count of updated cells is spelled; `numUpdatedCells` was seen live.
    """

    application: str = "Group"
    username: str = "tieout@example.com"
    password: str = "sandbox-password"
    administrator: str = "administrator@example.com"
    administrator_password: str = "sandbox-administrator-password"
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-client-secret"
    key_alias: str = "tieout"
    public_key: str = ""
    refresh_token: str = "sandbox-refresh-0"
    scope: str = "urn:opc:serviceInstanceID=1urn:opc:resource:consumer::all"
    token_seconds: int = 3600
    refresh_days: int = 7
    password_days: int = 60
    requests_per_minute: int = 0
    most_cells: int = 500_000
    most_listed: int = 100
    rejects_whole_rows: bool = False
    rejects_whole_grids: bool = False
    is_administrator: bool = False
    metadata_jobs: Mapping[str, str] = field(
        default_factory=lambda: {"Import customers": "Customer", "Import partners": "Intercompany"}
    )
    refresh_job: str = "Refresh database"
    updated_key: str = "numUpdateCells"
