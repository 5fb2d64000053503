"""Joins a simulated SAP Analytics Cloud tenant to the sandbox, with a model for each cube that the target names."""

from __future__ import annotations

import secrets

from sandbox.systems.joining import JoinedTarget
from sandbox.systems.sap_analytics.app import create_app
from sandbox.systems.sap_analytics.definition import sandbox_models
from sandbox.systems.sap_analytics.settings import TenantSettings
from tieout.landscape import Target


def join_target(target: Target) -> JoinedTarget:
    """A new tenant whose models have the ids that the target knows them by, and whose client has a new secret."""
    named = target.options["models"]
    assert isinstance(named, dict)
    secret = f"sandbox-not-a-secret-{secrets.token_hex(12)}"
    settings = TenantSettings(client_secret=secret, job_seconds=0)  # whoever tries things out waits for no job
    return JoinedTarget(
        app=create_app(settings, models=sandbox_models(named)),
        credentials={"client_id": settings.client_id, "client_secret": settings.client_secret},
        address_options=("auth_base_url",),
    )
