"""A simulated HubSpot account: deals, companies and pipelines behind the vendor's API, and signed webhooks about every change."""
