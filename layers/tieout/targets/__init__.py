"""One folder per planning system: client and writer."""
