"""Tieout's own package: everything the functions share, one module per thing or step."""
