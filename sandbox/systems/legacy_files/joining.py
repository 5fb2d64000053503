"""Joins a simulated legacy ERP to the sandbox: it has no API and no secret, and drops files once it knows where."""

from __future__ import annotations

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.legacy_files.app import create_app
from tieout.landscape import Connection


def join_connection(connection: Connection, _webhook_url: str) -> JoinedConnection:
    """A new system that writes the feeds its connection declares."""
    feeds = connection.options["feeds"]
    assert isinstance(feeds, list)
    app = create_app({each["name"]: each for each in feeds if isinstance(each, dict)})
    return JoinedConnection(app=app, webhook_secret="", credentials={}, open_drop=app.state.system.open_drop)
