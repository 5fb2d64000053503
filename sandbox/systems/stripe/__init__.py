"""A simulated Stripe account: invoices, credit notes, charges, refunds, disputes, payouts, its API, events and signed webhooks."""
