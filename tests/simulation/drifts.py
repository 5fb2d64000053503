"""What may drift in a simulated day: in which answers and deliveries, from some moment on, of fields that nothing planned needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulation.billing_systems import BILLING
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.finance_system import FINANCE
from tests.simulation.sap_system import SAP
from tests.simulation.turns import DRIFTS_THEME

if TYPE_CHECKING:
    from tests.simulation.world import Scenario

THEME = DRIFTS_THEME
ERP, CRMS = "netsuite-group", ("hubspot-emea", "hubspot-amer")
_EVERY, _OF_THEM = 16, 11
_Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plant:
    """A drift that is planted.

    Attributes:
        kind: of the answer, or of the part of a delivery, as it is told.
        drift: in which way, as it is told.
        change: has one part drift; whether it did.
        seen_as: what the shape of a part with it says of the field; empty: nothing, since it is not there.
    """

    connection: str
    kind: str
    field: str
    drift: str
    change: Callable[[_Part], bool]
    seen_as: str


def is_drifting(scenario: Scenario) -> bool:
    """Whether sources of a world drift: in the theme of its own, and on one ordinary day of some."""
    if scenario.theme is not None:
        return scenario.theme == THEME
    return scenario.seed % _EVERY == _OF_THEM and scenario.fault_scale > 0


def _sets(name: str, value: object, unless: Callable[[_Part], bool] = lambda _: False) -> Callable[[_Part], bool]:
    def change(part: _Part) -> bool:
        if unless(part):
            return False
        part[name] = value
        return True

    return change


def _leaves_out(name: str) -> Callable[[_Part], bool]:
    return lambda part: part.pop(name, None) is not None


def _counts(name: str) -> Callable[[_Part], bool]:
    def change(part: _Part) -> bool:
        part[name] = int(part[name])
        return True

    return change


def _is_eliminated(line: _Part) -> bool:
    return line.get("accounteliminate") == "T"


def _is_no_edit(event: _Part) -> bool:
    """A deletion has to say that it is one."""
    return event.get("eventType") != "edit"


def _stripe_status(event: _Part) -> bool:
    """What an event says of an invoice is not what the invoice is."""
    held = event.get("data", {}).get("object", {})
    if held.get("object") != "invoice":
        return False
    held["status"] = "frozen"
    return True


def _named(connection: str, kind: str, *of_them: tuple[str, str, Callable[[_Part], bool], str]) -> tuple[Plant, ...]:
    return tuple(Plant(connection, kind, field, drift, change, seen_as) for field, drift, change, seen_as in of_them)


_STRIPE, _CHARGEBEE = (
    next(name for name, each in BILLING.items() if each.connection.system == system)
    for system in ("stripe", "chargebee")
)

# As a client is answered it: what it hands on is text again, without what is null.
ANSWERS: tuple[Plant, ...] = (
    *_named(
        *(ERP, "transaction"),
        ("custbody_fresh", "unknown", _sets("custbody_fresh", "x"), "string"),
        ("memovoid", "null", _sets("memovoid", None), "null"),
        ("currencyprecision", "exponent", _sets("currencyprecision", "4"), "string"),
    ),
    *_named(
        *(ERP, "ledger_line"),
        ("line", "retyped", _counts("line"), "number"),
        ("accounteliminate", "new_value", _sets("accounteliminate", "X", _is_eliminated), "string"),
    ),
    *_named(DATAVERSE, "opportunities", ("fresh", "unknown", _sets("fresh", 1), "number")),
)
DELIVERIES: tuple[Plant, ...] = (
    *(
        each
        for name in CRMS
        for each in _named(
            *(name, "delivered:event"),
            ("freshField", "unknown", _sets("freshField", "x"), "string"),
            ("attemptNumber", "retyped", _sets("attemptNumber", "0"), "string"),
            ("appId", "null", _sets("appId", None), "null"),
            ("changeFlag", "new_value", _sets("changeFlag", "FROZEN"), "string"),
            ("subscriptionId", "absent", _leaves_out("subscriptionId"), ""),
        )
    ),
    *_named(
        *(ERP, "delivered:event"),
        ("freshField", "unknown", _sets("freshField", {"a": 1}), "object"),
        ("eventType", "new_value", _sets("eventType", "frozen", _is_no_edit), "string"),
        ("accountId", "retyped", _sets("accountId", 7), "number"),
    ),
    *_named(DATAVERSE, "delivered:context", ("Fresh", "unknown", _sets("Fresh", []), "array")),
    *_named(DATAVERSE, "delivered:context", ("Stage", "null", _sets("Stage", None), "null")),
    *_named(SAP, "delivered:event", ("fresh", "unknown", _sets("fresh", 7, lambda part: "data" not in part), "number")),
    *_named(
        FINANCE,
        "delivered:event",
        ("MinorVersion", "retyped", _sets("MinorVersion", "0", lambda part: "data" in part), "string"),
    ),
    *_named(_STRIPE, "delivered:invoice", ("status", "new_value", _stripe_status, "string")),
    *_named(
        _CHARGEBEE, "delivered:event", ("webhook_status", "new_value", _sets("webhook_status", "frozen"), "string")
    ),
)
