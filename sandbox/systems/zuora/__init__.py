"""A simulated Zuora tenant: its subscriptions, what it bills and collects, and the callouts by which it tells of that."""
