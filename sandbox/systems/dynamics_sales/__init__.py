"""A simulated environment of Dynamics 365 Sales: opportunities, products, Web API, change tracking, webhooks, and its traps."""
