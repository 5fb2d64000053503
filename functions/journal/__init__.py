"""Beside the line: keeps every change of the ledger in the archive."""
