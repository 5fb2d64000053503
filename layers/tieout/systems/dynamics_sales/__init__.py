"""Dynamics 365 Sales, which stands on Dataverse, as a source: webhooks say which row changed, and opportunities are read back."""
