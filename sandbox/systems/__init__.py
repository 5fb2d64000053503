"""Simulated source and planning systems: one folder each, speaking the vendor's HTTP with its state and its errors."""
