"""In which ways a Dynamics 365 Sales environment tells of its changes: the contexts that its steps post."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from tests.simulation.dataverse import Change, Opportunity
from tests.simulation.dataverse_values import ACCOUNTS, ORGANIZATION, OTHER_ORGANIZATION, OWN_USER
from tests.simulation.senders import Event
from tests.simulation.signing import Written

_CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
_NOBODY = "00000000-0000-0000-0000-000000000000"
_AROUND: Event = {  # what stands in every context, and is not read
    **dict.fromkeys(("BusinessUnitId", "CorrelationId", "UserId"), "b0000000-0000-4000-8000-0000000000a5"),
    "OrganizationName": "unqf0000001",
    "SecondaryEntityName": "none",
    **dict.fromkeys(("IsolationMode", "Mode", "Stage"), 1),
    **dict.fromkeys(("IsExecutingOffline", "IsInTransaction", "IsOfflinePlayback"), False),
}
_CUT = ("InputParameters", "PreEntityImages", "PostEntityImages")
_JSON = {"content-type": "application/json; charset=utf-8"}
_Say = Callable[[list[Event]], None]


class DataverseTelling:
    """Tells of changes.

    That every change is told of in the end is promised here, and by whoever finds a system job that failed, and nowhere else.
    A product's change says of which opportunity it was, by an image, or by the opportunity's own message where there is one.
    """

    def __init__(self, random: Random, say: _Say) -> None:
        self._random, self._say = random, say
        self._count = 0

    def tell(self, changes: Sequence[Change]) -> None:
        """Tell of changes of one transaction, perhaps by two steps each."""
        for change in changes:
            event = self._context(change)
            self._say([event])
            if self._random.random() < 0.1:
                self._say([{**event, "OwningExtension": _reference("sdkmessageprocessingstep", self._next_id("a1"))}])

    def tell_oddly(self, opportunity: Opportunity) -> str:
        """Tell of what no flow wants, of what nothing can be made, or of what we did ourselves; the name of the fault."""
        kind = self._random.choice(("unrouted_notice", "unrouted_notice", "malformed_item", "echo"))
        event = self._context(Change("Update", (opportunity,)))
        if kind == "malformed_item":
            odd = self._random.choice(("null", _NOBODY, "12", ""))  # of its type all the same, or it would have drifted
            event |= {"PrimaryEntityId": odd, "InputParameters": []}
        elif kind == "echo":
            event["InitiatingUserId"] = OWN_USER
        elif self._random.random() < 0.5:
            event["Depth"] = 9
        else:
            event |= {"PrimaryEntityName": "account", "PrimaryEntityId": ACCOUNTS[0]}
        self._say([event])
        return kind

    def _context(self, change: Change) -> Event:
        table = "opportunityproduct" if change.product else "opportunity"
        ids = [change.product] if change.product else [each.record_id for each in change.opportunities]
        many = change.message.endswith("Multiple")
        modified = change.opportunities[0].fields["modifiedon"]
        event: Event = {
            "OrganizationId": self._random.choice((ORGANIZATION, ORGANIZATION.upper())),
            "MessageName": change.message,
            "PrimaryEntityName": table,
            "PrimaryEntityId": _NOBODY if many else ids[0],
            "OperationId": self._next_id("e0"),
            "OperationCreatedOn": "/Date(1772442000000-0700)/",
            "OwningExtension": _reference("sdkmessageprocessingstep", "a0000000-0000-4000-8000-0000000000a5"),
            "InitiatingUserId": "10000000-0000-4000-8000-0000000000a5",
            "Depth": self._random.choice((1, 1, 2, 3)),
            **_AROUND,
            "InputParameters": self._inputs(change, table, ids),
            "PreEntityImages": [],
            "PostEntityImages": [_pair("AsynchronousStepPrimaryName", _entity(table, ids[0], {"name": modified}))],
        }
        if change.product:
            parent = {"opportunityid": _reference("opportunity", change.opportunities[0].record_id)}
            event["PreEntityImages" if change.message == "Delete" else "PostEntityImages"] = [
                _pair("image", _entity(table, change.product, parent))
            ]
        is_cut = self._random.random() < 0.08 and not change.product
        return {name: each for name, each in event.items() if name not in _CUT} | {"cut": True} if is_cut else event

    def _inputs(self, change: Change, table: str, ids: Sequence[str]) -> list[Any]:
        if change.message in {"Win", "Lose"}:
            closing = {"opportunityid": _reference("opportunity", ids[0].upper())}
            closed = _entity("opportunityclose", self._next_id("cc"), closing)
            return [_pair("OpportunityClose", closed), _pair("Status", {"Value": 3})]
        if change.message.endswith("Multiple"):
            return [_pair("Targets", [_entity(table, each, {f"{table}id": each}) for each in ids])]
        if change.message == "Delete":
            return [_pair("Target", _reference(table, ids[0]))]
        return [_pair("Target", _entity(table, ids[0], {"estimatedvalue": {"Value": 12.5}}))]

    def _next_id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count:06x}-0000-4000-8000-0000000000d5"


def as_context(events: list[Event], _random: Random) -> Written:
    """One context, as a step posts it; a header says of one that was too large that it lacks the most."""
    [event] = events
    said = {name: value for name, value in event.items() if name != "cut"}
    headers = _JSON | ({"x-ms-dynamics-msg-size-exceeded": "true"} if event.get("cut") else {})
    return json.dumps(said).replace("/", "\\/").encode(), headers


def as_context_of_another(_random: Random) -> Written:
    """What an environment posts that was copied from ours, with its webhooks and their keys."""
    named = {"MessageName": "Update", "PrimaryEntityName": "opportunity", "PrimaryEntityId": ACCOUNTS[0]}
    return json.dumps({"OrganizationId": OTHER_ORGANIZATION, **named}).encode(), _JSON


def _pair(name: str, value: object) -> dict[str, object]:
    return {"key": name, "value": value}


def _reference(table: str, row_id: str) -> dict[str, object]:
    return {"__type": f"EntityReference:{_CONTRACTS}", "Id": row_id, "LogicalName": table, "Name": None}


def _entity(table: str, row_id: str, attributes: Mapping[str, object]) -> dict[str, object]:
    pairs = [_pair(name, value) for name, value in attributes.items()]
    return {"__type": f"Entity:{_CONTRACTS}", "Attributes": pairs, "Id": row_id, "LogicalName": table}
