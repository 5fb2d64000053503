"""The lake: what the journal tells of the ledger, as tables that SQL reads."""
