"""Dynamics 365 Finance as a source: business events say that something was posted, and its posted ledger lines are read back."""
