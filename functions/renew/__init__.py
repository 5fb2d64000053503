"""Beside the line: subscriptions by which sources tell of their changes are renewed before they end."""
