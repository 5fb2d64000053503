"""Stripe as a source: its events, by webhook or over its partner bus, say which record changed, and records are read back."""
