"""The answers a NetSuite script understands, for the receive step.

NetSuite repeats nothing by itself and `https.post` does not throw on a 4xx: the script's author sees in the account's own
script log what was wrong, while the body is kept on our side all the same.
"""

from __future__ import annotations

from tieout.arriving.door import SenderRules
from tieout.systems.netsuite.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER

RULES = SenderRules(
    unusable_status=400,
    too_large_status=413,
    signature_headers=(SIGNATURE_HEADER, TIMESTAMP_HEADER),  # never `authorization`: it may hold the static token
)
