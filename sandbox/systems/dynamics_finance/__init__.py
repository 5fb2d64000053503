"""A simulated environment of Dynamics 365 Finance: books of several companies, OData, business events, and its traps."""
