"""In which ways a Salesforce organisation tells of its changes: outbound messages, callouts of its own Apex, change events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.simulation.event_relay import EventRelay
from tests.simulation.sales_records import Change
from tests.simulation.senders import Event

MESSAGES, CALLOUTS, EVENTS = WAYS = ("messages", "callouts", "events")
_OPERATIONS = {"CREATE": "insert", "UPDATE": "update", "DELETE": "delete", "UNDELETE": "undelete"}
_GONE = frozenset({"DELETE", "UNDELETE"})
_Say = Callable[[list[Event]], None]


class Telling:
    """Tells of changes.

    That every change is told of in the end is promised here, and nowhere else:

    - Change events are told of everything; what the relay loses, or does not relay while it is paused, is owed, and told
      later by the event itself, a gap or an overflow (`EventRelay.make_up`, at the latest when everything has come to an end).
      What no listing finds any more is told by its id.
    - Callouts are told of everything and tried until they are taken, unless there are change events: then they may be given
      up, or not be made at all.
    - Messages are repeated until they are acknowledged. They tell of no deletion: an organisation that tells in no other
      way must delete nothing. What they say of a product that is gone they say of its opportunity.

    Args:
        ways: those in use.
        say_message: has notifications of an outbound message delivered.
        say_callout: has events of a callout delivered.
    """

    def __init__(
        self, random: Random, ways: Sequence[str], relay: EventRelay, say_message: _Say, say_callout: _Say
    ) -> None:
        self._random, self.ways, self._relay = random, ways, relay
        self._say_message, self._say_callout = say_message, say_callout
        self._count = 0

    def tell(self, changes: Sequence[Change]) -> None:
        """Tell of changes of one transaction."""
        if EVENTS in self.ways:
            self._tell_by_events(changes)
        called: list[Event] = []
        for change in changes:
            may_do_without = EVENTS in self.ways and self._random.random() < 0.5
            if CALLOUTS in self.ways and not may_do_without:
                called.append(_callout(change))
            if MESSAGES in self.ways and not (
                may_do_without or (CALLOUTS in self.ways and self._random.random() < 0.5)
            ):
                self._say_message([self._notification(each) for each in _told_by_message(change)])
        if called:
            self._say_callout(called)

    def is_told(self, deleted_id: str) -> bool:
        """Whether that a record was deleted was told by its id."""
        return EVENTS not in self.ways or deleted_id in self._relay.told

    def tell_oddly(self, change: Change) -> str:
        """Tell of what no flow wants, or nothing can be made of; the name of the fault."""
        is_unrouted = self._random.random() < 0.5
        odd = change._replace(kind="Renewal__c") if is_unrouted else change._replace(record_id="0063k000000")
        way = self._random.choice(self.ways)
        if way == EVENTS:
            self._relay.tell(odd.kind, "UPDATE", [odd.record_id])
        elif way == CALLOUTS:
            self._say_callout([_callout(odd), _callout(change)])
        else:
            self._say_message([self._notification(odd), self._notification(change)])
        return "unrouted_notice" if is_unrouted else "malformed_item"

    def _tell_by_events(self, changes: Sequence[Change]) -> None:
        """One event of all records of an object with which the same happened."""
        together: dict[tuple[str, str], list[str]] = {}
        for change in changes:
            together.setdefault((change.kind, change.operation), []).append(change.record_id)
        for (kind, operation), ids in together.items():
            self._relay.tell(kind, operation, ids)

    def _notification(self, change: Change) -> Event:
        self._count += 1
        record = change.record_id[: self._random.choice((15, 18))]
        return {"id": f"04l3k00{self._count:08d}", "object": change.kind, "record": record, "stamp": change.stamp}


def _callout(change: Change) -> Event:
    return {
        "object": change.kind,
        "id": change.record_id,
        "operation": _OPERATIONS[change.operation],
        "systemModstamp": change.stamp,
    }


def _told_by_message(change: Change) -> list[Change]:
    if change.operation not in _GONE:
        return [change]
    if change.parent:
        return [change._replace(kind="Opportunity", record_id=change.parent, operation="UPDATE", parent="")]
    return []
