"""The demo: signed webhooks of simulated systems become planning cells, and what happens when something is missing or bad."""

from __future__ import annotations

from sandbox.demo.run import main

__all__ = ["main"]
