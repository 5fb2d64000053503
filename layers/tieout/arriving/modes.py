"""The modes in which CloudEvents travel over HTTP, as a connection's options name them."""

from __future__ import annotations

from typing import Literal

Mode = Literal["binary", "structured", "batched"]
