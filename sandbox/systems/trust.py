"""Whose certificates simulated systems trust when they post: read once, since reading takes 13 ms."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """Those that come with the HTTP client."""
    return httpx.create_ssl_context(trust_env=False)
