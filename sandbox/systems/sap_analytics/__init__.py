"""A simulated SAP Analytics Cloud tenant with planning models: `app.create_app` builds it."""
