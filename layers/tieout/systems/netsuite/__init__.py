"""NetSuite as a source: a script in the account posts that a record changed, and its posted ledger lines are read back."""
