"""What of a connection's options its door is told in its environment, and what the door needs besides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from functions.receive.request import KEY_PARAMETER
from tieout.arriving.bearer_tokens import TokenIssuer
from tieout.landscape import Connection
from tieout.systems import capability

# Lambda gives all variables of a function 4 KB together. The others of a door take up to 2 KB, with every name at its
# longest and a dozen flows; `tests/infra` holds both.
MAX_DOOR_OPTIONS_BYTES = 2_048


def door_options(connection: Connection) -> Mapping[str, Any]:
    """The options a connection's receive function is given: all, unless its system says which its door never asks for.

    What is left out is read by the record step, from the landscape in its asset, where there is room. None where it has no
    door: where its source is asked, or drops files.
    """
    if not {"webhook", "bus"}.intersection(connection.arrivals):
        return {}
    module = capability(connection.system, "options")
    if hasattr(module, "at_the_door"):
        found: Mapping[str, Any] = module.at_the_door(connection.options)
        return found
    return connection.options


def door_needs_libraries(connection: Connection) -> bool:
    """Whether a connection's door loads a library, so that its function needs the layer that holds them."""
    module = capability(connection.system, "options")
    return hasattr(module, "needs_libraries") and bool(module.needs_libraries(connection.options))


def door_token_issuer(connection: Connection) -> TokenIssuer | None:
    """Whose tokens the gateway asks of what is posted to a connection; None where its function judges alone, by a secret."""
    module = capability(connection.system, "options")
    if not hasattr(module, "token_issuer"):
        return None
    found: TokenIssuer | None = module.token_issuer(connection.options)
    return found


def door_has_key_in_path(connection: Connection) -> bool:
    """Whether the senders of a connection prove themselves by the last part of the path they post to, behind its name."""
    module = capability(connection.system, "options")
    return hasattr(module, "has_key_in_path") and bool(module.has_key_in_path(connection.options))


def door_path(connection: Connection) -> str:
    """The path of the API that a connection's senders post to; `{key}` in it stands for a part of their own."""
    return f"/webhooks/{connection.name}" + (f"/{{{KEY_PARAMETER}}}" if door_has_key_in_path(connection) else "")


def size_of(options: Mapping[str, Any]) -> int:
    """How many bytes options take in an environment."""
    return len(json.dumps(options, sort_keys=True, separators=(",", ":")).encode())
