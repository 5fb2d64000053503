"""What the outputs of a stage's stacks tell, as operators ask for it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ops.told import Entrance, FlowQueues, RelayQueues, TargetQueues, filled, maintained
from tieout.errors import PermanentError
from tieout.ownership import Owner, Ownership, owner_of_plain
from tieout.retention import Retention


class UnknownNameError(PermanentError):
    """The stage has no connection or target of that name; the message names those it has."""


class StageOutputs(ABC):
    """What a stage tells of itself."""

    @property
    @abstractmethod
    def outputs(self) -> Mapping[str, str]:
        """By key, what the stacks tell."""

    @cached_property
    def undelivered_runs(self) -> Mapping[str, str]:
        """Of what runs by the clock the queue for runs that could not be started."""
        told = {
            name.lower(): self.outputs[name]
            for name in ("Sweeper", "Census", "Readback", "Renewal", "Reconcile")
            if name in self.outputs
        }
        return {name: str(json.loads(each)["undelivered_queue_url"]) for name, each in told.items()}

    @cached_property
    def census_function(self) -> str:
        """The name of the function that lists what the sources have."""
        return str(json.loads(self.outputs["Census"])["function_name"])

    @cached_property
    def closing(self) -> Mapping[str, list[str]]:
        """The plan versions that are closed where none is named, and the companies the landscape knows."""
        return dict(json.loads(self.outputs["Closing"]))

    @cached_property
    def retention(self) -> Retention:
        """For how long the ledger keeps what only tells of the past, whoever wrote it."""
        return Retention(**json.loads(self.outputs["Retention"]))

    @cached_property
    def undelivered_files(self) -> str | None:
        """The queue for files of which the state machine could not be told; None where no connection drops any."""
        return str(json.loads(self.outputs["Intake"])["undelivered_queue_url"]) if "Intake" in self.outputs else None

    @cached_property
    def file_machine(self) -> str:
        """The ARN of the state machine that takes a file through the line.

        Raises:
            UnknownNameError: no connection of the stage drops files.
        """
        if "Intake" not in self.outputs:
            raise UnknownNameError("no connection of this stage drops files")
        return str(json.loads(self.outputs["Intake"])["state_machine_arn"])

    @cached_property
    def connections(self) -> tuple[str, ...]:
        """The names of the stage's connections."""
        return tuple(each["name"] for each in self.declared("Connection"))

    def connection(self, name: str) -> Entrance:
        """The connection of that name.

        Raises:
            UnknownNameError: there is none.
        """
        declared = self.named("Connection", name)
        return Entrance(
            name=name,
            system=declared["system"],
            arrivals=tuple(declared["arrivals"]),
            completion=declared["completion"],
            public_url=declared.get("url", ""),
            webhook_secret_arn=declared.get("webhook_secret_arn", ""),
            flows=declared["flows"],
            options=declared["options"],
            listed=tuple(declared.get("listed", ())),
            pages_per_minute=declared.get("pages_per_minute", 0),
            pages_per_day=declared.get("pages_per_day", 0),
        )

    @cached_property
    def legal_entities(self) -> Mapping[str, str]:
        """Connection to the company whose records it has where they do not say."""
        return {each["name"]: each["legal_entity"] for each in self.declared("Connection")}

    @cached_property
    def owners(self) -> tuple[Owner, ...]:
        """Whoever is believed about some facts or fields."""
        return tuple(owner_of_plain(each) for each in self.declared("Owner"))

    @cached_property
    def ownership(self) -> Ownership:
        """Who owns which facts and fields."""
        return Ownership(self.owners)

    @cached_property
    def flows(self) -> tuple[FlowQueues, ...]:
        """The queues of every flow, the one for notices no flow wants included."""
        return tuple(filled(FlowQueues, each) for each in self.declared("Flow"))

    @cached_property
    def relays(self) -> tuple[RelayQueues, ...]:
        """The queues of every connection whose events come over a bus."""
        return tuple(filled(RelayQueues, each) for each in self.declared("Relay"))

    @cached_property
    def targets(self) -> tuple[TargetQueues, ...]:
        """The queues of every target."""
        return tuple(filled(TargetQueues, maintained(each)) for each in self.declared("Target"))

    def deliver_function(self, target: str) -> str:
        """The name of the function that writes to a target, and checks it.

        Raises:
            UnknownNameError: there is no such target.
        """
        return str(self.named("Target", target)["function_name"])

    def named(self, prefix: str, name: str) -> dict[str, Any]:
        """The JSON output of a declared thing.

        Raises:
            UnknownNameError: there is none of that name.
        """
        declared = {str(each["name"]): each for each in self.declared(prefix)}
        if name not in declared:
            raise UnknownNameError(f"there is no {prefix.lower()} {name}; the stage has {', '.join(declared)}")
        return declared[name]

    def declared(self, prefix: str) -> list[dict[str, Any]]:
        """The JSON outputs whose key is `prefix` and a name, in order of that name."""
        found = [json.loads(value) for key, value in sorted(self.outputs.items()) if _is_declared(key, prefix)]
        return [each for each in found if isinstance(each, dict)]


def _is_declared(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and key[len(prefix) : len(prefix) + 1].isupper()
