"""Step 3: notices become facts, contributions and cell totals in the ledger."""
