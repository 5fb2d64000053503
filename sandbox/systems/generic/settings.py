"""What one simulated tool is and how it posts; changed at run time through the control routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.systems.changing import ChangingSettings

Mode = Literal["plain", "binary", "structured", "batched"]


@dataclass(kw_only=True)
class ToolSettings(ChangingSettings):
    """Everything about a tool that a test or an operator may choose.

    Attributes:
        name: of the connection it posts to, and of the folder of its event cases.
        target_url: where it posts.
        proof: `v1` and `v1a` as Standard Webhooks sign, `bearer` or `key_header` to show the secret.
        secret: what it signs with or shows: `whsec_...`, `whsk_...` (the private key) or a text.
        key_header: the header in which it shows its secret, where that is its proof.
        mode: `plain` JSON, or a mode of CloudEvents.
        source: of its CloudEvents.
        origin: what it says of itself when it asks whether its events are welcome.
        batch_size: the most events in one request, in modes that can carry several.
        send: `immediately`, or `on_request` by `POST /_control/deliver`.
        max_retries: further attempts after the first, unless it is answered 2xx, or 410 for good.
    """

    secret_names = frozenset({"secret"})

    name: str = "tool"
    target_url: str = ""
    proof: str = "v1"
    secret: str = field(default="", repr=False)
    key_header: str = ""
    mode: Mode = "plain"
    source: str = "/tools/any"
    origin: str = ""
    batch_size: int = 1
    send: Literal["immediately", "on_request"] = "immediately"
    max_retries: int = 3
    retry_delay_seconds: float = 0.5
    timeout_seconds: float = 20.0
