"""The answers a NetSuite script understands, for the receive step.

NetSuite repeats nothing by itself and `https.post` does not throw on a 4xx: the script's author sees in the account's own
script log what was wrong, while the body is kept on our side all the same.
"""

from __future__ import annotations

from tieout.arriving.door import Door, json_body, refusal
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER


def open_door(_options: Options) -> Door:
    """The door of one NetSuite company."""
    return Door(
        signature_headers=(SIGNATURE_HEADER, TIMESTAMP_HEADER),  # never `authorization`: it may hold the static token
        unusable=lambda reason: refusal(400, reason),
        too_large=lambda reason: refusal(413, reason),
        said=json_body,
        enumerated=("eventType",),
    )
