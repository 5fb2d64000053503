"""Beside the line: compares what the sources list with what the ledger holds."""
