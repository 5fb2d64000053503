"""The answers HubSpot understands, for the receive step.

It repeats any 4xx or 5xx ten times over a day, so a body that can never be used is answered 200 once it is kept.
"""

from __future__ import annotations

from tieout.arriving.door import SenderRules
from tieout.systems.hubspot.signature import SIGNATURE, SIGNATURE_V3, SIGNATURE_VERSION, TIMESTAMP

RULES = SenderRules(
    unusable_status=200,
    too_large_status=200,
    signature_headers=(SIGNATURE_V3, TIMESTAMP, SIGNATURE, SIGNATURE_VERSION),
)
