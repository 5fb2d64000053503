"""One folder per source system: signature, payloads, client, translate."""
