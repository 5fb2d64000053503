"""The answers Dataverse understands, for the receive step.

It sends a delivery again once, and only after 502, 503 or 504; after anything else, 429 and 500 among it, the change is never
told again. So what may pass is answered 503, and a body that can never be used 200 once it is kept.
"""

from __future__ import annotations

from tieout.arriving.door import Door, json_body
from tieout.systems.dynamics_sales.options import Options
from tieout.systems.dynamics_sales.payloads import SIZE_EXCEEDED_HEADER


def open_door(_options: Options) -> Door:
    """The door of one environment; that a body was cut for its size is part of what it says."""
    return Door(content_headers=(SIZE_EXCEEDED_HEADER,), said=json_body)
