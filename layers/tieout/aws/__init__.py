"""The AWS services behind the ports, with botocore, and without any SDK for functions a sender waits for; nothing of the domain."""
