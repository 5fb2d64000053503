"""Joins a simulated tool to the sandbox: it proves itself as its connection asks, and is what its file in `tools/` says."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

from sandbox.systems.generic.app import create_app
from sandbox.systems.generic.settings import ToolSettings
from sandbox.systems.generic.signing import public_key_of
from sandbox.systems.joining import JoinedConnection
from tieout.landscape import Connection

_TOOLS = Path(__file__).parent / "tools"


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new tool that posts to `webhook_url`; a connection without a file in `tools/` gets a tool without peculiarities."""
    proof, file = str(connection.options["proof"]), _TOOLS / f"{connection.name}.json"
    secret = _new_secret(proof)
    settings = ToolSettings(
        name=connection.name,
        target_url=webhook_url,
        proof=proof,
        secret=secret,
        key_header=str(connection.options.get("key_header", "")),
        mode="structured" if connection.options.get("format") == "cloudevents" else "plain",
    )
    settings.change(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})
    verifying = public_key_of(secret) if proof == "v1a" else ""
    return JoinedConnection(app=create_app(settings), webhook_secret=secret, verifying_secret=verifying, credentials={})


def _new_secret(proof: str) -> str:
    """A fake secret of the form that a proof needs."""
    if proof == "v1a":
        return f"whsk_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    if proof == "v1":
        return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    return f"sandbox-not-a-secret-{secrets.token_hex(12)}"
