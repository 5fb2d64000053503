"""What the outputs of a stage's stacks tell of its connections and queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from tieout.maintenance import Maintenance, maintenance_of_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A connection as its receive function knows it.

    Attributes:
        public_url: the URL the source calls, as it signs it; empty where nobody calls one.
        webhook_secret_arn: what proves its deliveries; empty where they come over a bus alone, or the gateway asks for a token.
        arrivals: the ways its changes reach us.
        flows: ledger entity to the flow that carries it.
        completion: `payload` or `both` where its records are completed from what is delivered, else `read`.
        options: what only its system knows.
        listed: the ledger's entities that can be listed.
        pages_per_minute, pages_per_day: how many pages of at most 200 records are listed at most.
    """

    name: str
    system: str
    arrivals: tuple[str, ...]
    completion: str
    public_url: str
    webhook_secret_arn: str
    flows: Mapping[str, str]
    options: Mapping[str, Any]
    listed: tuple[str, ...]
    pages_per_minute: int
    pages_per_day: int

    @property
    def entities(self) -> tuple[str, ...]:
        """The ledger's entities that some flow carries."""
        return tuple(sorted(self.flows))

    @property
    def keeps_payloads(self) -> bool:
        """Whether what is delivered says what its records are, or were, and so is kept for them."""
        return self.completion != "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowQueues:
    """The queues of a flow: its own, what failed in it, and what never reached it."""

    name: str
    queue_url: str
    dead_letter_queue_url: str
    undelivered_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayQueues:
    """The queues of a connection whose events come over a bus: those that wait, and those that could not be relayed."""

    name: str
    queue_url: str
    dead_letter_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetQueues:
    """The queues of a target: its flush requests, and those that failed; and when it is not called."""

    name: str
    flush_queue_url: str
    dead_letter_queue_url: str
    maintenance: Maintenance | None


def maintained(told: Mapping[str, Any]) -> dict[str, Any]:
    """What an output tells of a target, with its maintenance as `Maintenance`."""
    return {**told, "maintenance": maintenance_of_plain(told["maintenance"])}


def filled[Told: (FlowQueues, RelayQueues, TargetQueues)](kind: type[Told], told: Mapping[str, Any]) -> Told:
    """What an output tells, as far as it is asked for here."""
    return kind(**{each.name: told[each.name] for each in fields(kind)})
