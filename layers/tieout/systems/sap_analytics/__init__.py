"""SAP Analytics Cloud as a target: everything about writing facts of its planning models."""
