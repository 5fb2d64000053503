"""Compares two stages of a value, such as what is billed with what is booked: what ties out, and what breaks, and why. Pure."""
