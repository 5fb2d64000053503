"""A simulated Chargebee site: subscriptions, invoices, credit notes, transactions, its API, events and webhooks."""
