"""Joins a simulated environment to the sandbox: with a new key, passwords and a refresh token."""

from __future__ import annotations

import secrets

from sandbox.systems.joining import JoinedTarget
from sandbox.systems.oracle_epm.app import create_app
from sandbox.systems.oracle_epm.keys import make_key
from sandbox.systems.oracle_epm.settings import EnvironmentSettings
from tieout.landscape import Target
from tieout.systems.oracle_epm.options import Options


def join_target(target: Target) -> JoinedTarget:
    """A new environment that holds the target's application and lets it log in in each of the three ways."""
    key = make_key()
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    settings = EnvironmentSettings(
        application=options.application,
        password=f"sandbox-not-a-password-{secrets.token_hex(8)}",
        administrator_password=f"sandbox-not-a-password-{secrets.token_hex(8)}",
        client_secret=f"sandbox-not-a-secret-{secrets.token_hex(8)}",
        refresh_token=f"sandbox-not-a-token-{secrets.token_hex(8)}",
        public_key=key.public_key,
        scope=options.scope or EnvironmentSettings().scope,
    )
    names = ("username", "password", "client_id", "client_secret", "refresh_token", "key_alias")
    return JoinedTarget(
        app=create_app(settings),
        credentials={
            "private_key": key.private_key,
            "administrator_username": settings.administrator,
            "administrator_password": settings.administrator_password,
            **{name: str(getattr(settings, name)) for name in names},
        },
        address_options=("auth_base_url",),
    )
