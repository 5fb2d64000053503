"""Anaplan as a target: everything about writing cells of one Anaplan model."""
