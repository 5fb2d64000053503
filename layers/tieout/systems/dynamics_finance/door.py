"""The answers that Dynamics 365 Finance and Azure Event Grid, in either of its schemas, understand, for the receive step.

Dynamics sends an event three times within seconds and then leaves it to a person, so a body that can never be used is answered
200 once it is kept. A wrong key is answered as a path that does not exist: the address is the credential.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tieout.arriving.cloudevents import CONTENT_TYPE_HEADER
from tieout.arriving.consent import consent
from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door, json_body
from tieout.systems.dynamics_finance.event_grid import is_validation, validation_code
from tieout.systems.dynamics_finance.options import Options

_NOT_FOUND = Answer(404, '{"message":"Not Found"}')  # what API Gateway says of a path that it does not know


def open_door(options: Options) -> Door:
    """The door of one environment, for what it posts itself and for what Event Grid posts for it."""
    return Door(
        content_headers=(CONTENT_TYPE_HEADER,),
        methods=("POST", "OPTIONS"),
        not_authentic=_NOT_FOUND,
        said=json_body,
        greet_proven=lambda delivery: greet(delivery, options.allowed_origins),
    )


def greet(delivery: Delivery, allowed_origins: Sequence[str]) -> Answer | None:
    """What Event Grid wants to hear when it asks whether its events are welcome; None where it does not ask.

    Of its own schema the code with which it asks; of CloudEvents consent, as anybody gets it who asks as their rules say.

    Raises:
        MalformedError: if it asks without a code.
    """
    if not is_validation(delivery):
        return consent(delivery, allowed_origins, 0)
    return Answer(200, json.dumps({"validationResponse": validation_code(delivery.body)}))
