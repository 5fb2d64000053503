"""The answers that Dynamics 365 Finance and Azure Event Grid understand, for the receive step.

Dynamics sends an event three times within seconds and then leaves it to a person, so a body that can never be used is answered
200 once it is kept. A wrong key is answered as a path that does not exist: the address is the credential.
"""

from __future__ import annotations

import json

from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door
from tieout.systems.dynamics_finance.event_grid import is_validation, validation_code
from tieout.systems.dynamics_finance.options import Options

_NOT_FOUND = Answer(404, '{"message":"Not Found"}')  # what API Gateway says of a path that it does not know


def open_door(_options: Options) -> Door:
    """The door of one environment, for what it posts itself and for what Event Grid posts for it."""
    return Door(not_authentic=_NOT_FOUND, greet_proven=greet)


def greet(delivery: Delivery) -> Answer | None:
    """The code with which Event Grid asks whether its events are welcome, given back to it; None for anything else.

    Raises:
        MalformedError: if it asks without a code.
    """
    if not is_validation(delivery):
        return None
    return Answer(200, json.dumps({"validationResponse": validation_code(delivery.body)}))
