"""How two stages of a value are compared."""
