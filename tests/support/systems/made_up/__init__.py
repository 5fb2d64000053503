"""A system nobody sells: it signs the raw body, and its payloads state whole bookings at versions."""
