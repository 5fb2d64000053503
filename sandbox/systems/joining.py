"""What a simulated system needs to be joined to the sandbox; each system's folder has a `joining.py` that makes it.

`sandbox/systems/<system>/joining.py` has either `join_connection(connection, webhook_url) -> JoinedConnection` or
`join_target(target) -> JoinedTarget`. It draws new fake secrets each time, gives the simulator its side of them, and
returns ours.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.buses import PutEvents
from sandbox.drops import Drop
from tieout.landscape import Connection, Target

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedConnection:
    """A simulated source that posts to one connection of the sandbox.

    Attributes:
        webhook_secret: what signs its deliveries.
        credentials: the secret with which its API is called; none where its records are completed from what it posts.
        address_credentials: the credentials that hold an address of the same simulator, such as where it gives tokens.
        address_options: the options of the connection that do, such as whose tokens its deliveries bear.
        open_relay: lets it put its changes on an event bus too, once it is given what puts them there; None where it has no
            such way out.
        open_drop: lets it drop files, once it is given what drops them; None where it drops none.
        verifying_secret: what proves its deliveries to us, where that is not what signs them (a public key).
    """

    app: ASGIApp
    webhook_secret: str = field(repr=False)
    credentials: Mapping[str, str] = field(repr=False)
    address_credentials: tuple[str, ...] = ()
    address_options: tuple[str, ...] = ()
    open_relay: Callable[[PutEvents], None] | None = None
    open_drop: Callable[[Drop], None] | None = None
    verifying_secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedTarget:
    """A simulated planning system that one target of the sandbox writes to.

    Attributes:
        credentials: the secret with which its API is called.
        address_options: the options of the target that hold a further address of the same simulator.
    """

    app: ASGIApp
    credentials: Mapping[str, str] = field(repr=False)
    address_options: tuple[str, ...] = ()


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new simulated source for a connection; it posts to `webhook_url`."""
    module = importlib.import_module(f"sandbox.systems.{connection.system}.joining")
    joined = module.join_connection(connection, webhook_url)
    assert isinstance(joined, JoinedConnection)
    return joined


def join_target(target: Target) -> JoinedTarget:
    """A new simulated planning system for a target."""
    joined = importlib.import_module(f"sandbox.systems.{target.system}.joining").join_target(target)
    assert isinstance(joined, JoinedTarget)
    return joined
