"""The bucket that sources of the sandbox drop files into."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.aws import EmulatedAws

Drop = Callable[[str, bytes], None]
"""Drops a file of a name: it is there whole when this returns."""


def dropping_into(aws: EmulatedAws, bucket: str, connection: str) -> Drop:
    """What drops files for a connection, as whoever moves them would: by putting objects under its name."""
    s3 = aws.client("s3")

    def drop(name: str, content: bytes) -> None:
        s3.put_object(Bucket=bucket, Key=f"incoming/{connection}/{name}", Body=content)

    return drop
