"""The AWS services behind the ports: one module per service, and nothing of the domain."""
