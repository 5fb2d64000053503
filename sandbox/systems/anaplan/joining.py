"""Joins a simulated Anaplan tenant to the sandbox: a new authority, and the integration user's certificate it issued."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sandbox.systems.anaplan.app import create_app
from sandbox.systems.anaplan.certificates import issue_certificate
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.joining import JoinedTarget
from tieout.landscape import Target


def join_target(target: Target) -> JoinedTarget:
    """A new tenant that holds the model of the target and lets it log in either way."""
    issued = issue_certificate(datetime.now(UTC))
    settings = TenantSettings(
        model_id=str(target.options["model_id"]),
        authority_pem=issued.authority_pem,
        password=f"sandbox-not-a-password-{secrets.token_hex(8)}",
    )
    login = {"username": settings.username, "password": settings.password}
    return JoinedTarget(
        app=create_app(settings),
        credentials={**issued.credentials(), **login},
        address_options=("auth_base_url",),
    )
