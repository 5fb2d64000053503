"""Beside the line: reads back what planning holds, and keeps which cells differ from the ledger."""
