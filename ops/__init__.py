"""The operator's command line: what the ledger holds, what waits, what failed, and how it goes on."""
