"""Zuora: subscriptions with all their versions, and what is billed and collected of them."""
