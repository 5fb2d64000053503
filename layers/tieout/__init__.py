"""Tieout's own package: everything the functions share, one module per thing or step."""

__version__ = "0.1.0"  # kept with every fact; the same as in pyproject.toml
