"""What a stack tells about itself: plain values, and one JSON text for each thing the landscape declares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aws_cdk import CfnOutput

if TYPE_CHECKING:
    from constructs import Construct

type Told = dict[str, dict[str, object]]
"""By the key of an output, what is told of one declared thing: a single output for all would outgrow CloudFormation's."""


def tell(stack: Construct, told: Mapping[str, str | Mapping[str, object]]) -> None:
    """Add the outputs, which operators, their command line and the sandbox find by their keys, whichever stack has them."""
    for key, value in told.items():
        CfnOutput(stack, key, value=value if isinstance(value, str) else json.dumps(value, sort_keys=True))
