"""Chargebee: subscriptions, what they are billed, and what is collected, told by webhooks and read over REST."""
