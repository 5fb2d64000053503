"""Arriving: what systems send us, as deliveries, notices and envelopes, and what is kept of it on its way to the bus."""
