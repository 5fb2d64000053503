"""HubSpot: thin, signed, batched notices about deals, completed from the CRM API."""
