"""Dynamics 365 Business Central: posted documents of several companies, told of by subscriptions and completed by API v2.0."""
