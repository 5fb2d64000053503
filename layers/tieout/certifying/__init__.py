"""Derives from the ledger, and nothing else, the certificate that a company's period ties out: the same bytes for everybody."""
