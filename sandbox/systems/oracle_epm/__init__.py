"""A simulated Oracle EPM Planning environment: one application, and the identity domain that gives tokens for it."""
