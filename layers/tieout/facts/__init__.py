"""Facts: the canonical, versioned, immutable statements of what a record is, whatever system it came from; a module a family."""
