"""The billing systems of a simulated world; a system more is a line more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulation.billing_system import BillingSystem
from tests.simulation.chargebee_system import Chargebee
from tests.simulation.stripe_system import Stripe
from tests.simulation.zuora_system import Zuora

BILLING: Mapping[str, BillingSystem[Any, Any]] = {each.name: each for each in (Stripe(), Chargebee(), Zuora())}
