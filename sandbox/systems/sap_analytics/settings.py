"""What a simulated SAP Analytics Cloud tenant is told: who may call it, and how patient and how quick it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.systems.changing import ChangingSettings

KEPT, CLEARED = "kept", "cleared"


@dataclass(kw_only=True)
class TenantSettings(ChangingSettings):
    """The settings of one tenant with one OAuth client; any can be changed while it runs.

    Attributes:
        client_id, client_secret: of the OAuth client.
        token_seconds: how long a token lives.
        most_jobs_of_user, most_jobs_of_model: import jobs that are not finished; the real limits are not published.
        job_seconds: how long a job writes.
        job_life_seconds: a job that is neither run nor removed is forgotten after so long.
        missing_measures: `cleared` empties a measure that a row does not have, but others of its job have; `kept` leaves it.
            Which of the two the real one does is not documented.
        largest_page: more rows than this are never exported at once, whatever `pagesize` asks.
    """

    secret_names = frozenset({"client_secret"})

    client_id: str = "sb-tieout"
    client_secret: str = field(default="sandbox-not-a-secret", repr=False)
    token_seconds: int = 3600
    most_jobs_of_user: int = 5
    most_jobs_of_model: int = 3
    job_seconds: int = 1
    job_life_seconds: int = 3600
    missing_measures: str = CLEARED
    largest_page: int = 10_000
