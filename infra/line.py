"""The stack of the line behind the door: route, record, deliver, and what runs beside them. It holds no state."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs

from infra.alarms import Alarms, AlarmTopic
from infra.census import Census
from infra.deliver import Deliver, FlushQueue
from infra.ids import pascal
from infra.intake import Intake
from infra.journal import Journal
from infra.lake import Lake
from infra.landscape import compile_landscape
from infra.landscape_rules import UNROUTED
from infra.ledger import LedgerStack
from infra.member_rules import compile_members, follows_owners
from infra.observe import Observe
from infra.outputs import Told, tell
from infra.people import PeopleRoles, StartedByHand
from infra.python_function import Bundler, FunctionParts
from infra.readback import ReadPlanningBack
from infra.record import Record, payload_prefixes
from infra.route import Route
from infra.stage import Stage
from infra.sweep import Sweep
from tieout.landscape import Flow, Landscape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from constructs import Construct

# What no flow wants is recorded as ignored: it reads no source, so it may wait and needs no speed.
_CATCH_ALL = Flow(name=UNROUTED, entities=(), owner="Integration", max_concurrency=2, freshness_minutes=60)


class LineStack(Stack):
    """Everything behind the door that a deploy may replace at any time."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        landscape: Landscape,
        root: Path,
        ledger: LedgerStack,
        bundler: Bundler,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Tieout {stage.name}: notices in, planning cells out.",
            synthesizer=stage.synthesizer(),
        )
        self.landscape = landscape
        self.ledger = ledger
        compiled = compile_landscape(landscape)
        self.alarms = Alarms(AlarmTopic(self, "Alarms", key=ledger.key).topic)
        self.parts = FunctionParts(self, "Parts", stage=stage, bundler=bundler, alarms=self.alarms)
        self.bus = events.EventBus(self, "Bus", description=f"Tieout {stage.name}: notices by flow.")
        self.routes = self._routes()
        self.flushes = {
            target.name: FlushQueue(
                self, f"{pascal(target.name)}Flush", target=target, stage=stage, ledger=ledger, alarms=self.alarms
            )
            for target in landscape.targets
        }
        self.records = self._records(compiled)
        self.delivers = {name: self._deliver(flushes, compiled, root) for name, flushes in self.flushes.items()}
        self.sweep = self._sweep()
        self.census = self._census(compiled)
        self.readback = ReadPlanningBack(self, "ReadBack", ledger=ledger, landscape=compiled, parts=self.parts)
        self.intake = self._intake(compiled)
        self.people = self._people(stage)
        self.journal = Journal(self, "KeepJournal", ledger=ledger, parts=self.parts)
        self.lake = Lake(self, "KeepLake", feeds=landscape.feeds, ledger=ledger, parts=self.parts)
        self.observe = self._observe()
        self._tell(stage)

    def _routes(self) -> dict[str, Route]:
        declared = [flow.name for flow in self.landscape.flows]
        wanted: Mapping[str, list[object]] = {name: [name] for name in declared}
        return {
            flow.name: Route(
                self,
                f"{pascal(flow.name)}Route",
                flow=flow,
                detail_type=wanted.get(flow.name, [{"anything-but": declared}]),
                bus=self.bus,
                key=self.ledger.key,
                alarms=self.alarms,
            )
            for flow in (*self.landscape.flows, _CATCH_ALL)
        }

    def _records(self, compiled: str) -> dict[str, Record]:
        payloads = payload_prefixes(self.landscape)
        return {
            name: Record(
                self,
                f"{pascal(name)}Record",
                route=route,
                ledger=self.ledger,
                reads_sources=name != UNROUTED,
                flush_queues={} if name == UNROUTED else self._flush_queues(),
                payloads=payloads if name != UNROUTED else [],
                landscape=compiled,
                parts=self.parts,
            )
            for name, route in self.routes.items()
        }

    def _deliver(self, flushes: FlushQueue, compiled: str, root: Path) -> Deliver:
        return Deliver(
            self,
            f"{pascal(flushes.target.name)}Deliver",
            flushes=flushes,
            ledger=self.ledger,
            landscape=compiled,
            members=compile_members(root, flushes.target),
            follows_owners=follows_owners(flushes.target, self.landscape),
            parts=self.parts,
        )

    def _sweep(self) -> Sweep:
        return Sweep(
            self,
            "Sweep",
            bus=self.bus,
            ledger=self.ledger,
            flush_queues=self._flush_queues(),
            landscape=self.landscape,
            parts=self.parts,
        )

    def _census(self, compiled: str) -> Census:
        return Census(
            self,
            "CompareSources",
            bus=self.bus,
            ledger=self.ledger,
            flow_queues={name: self.routes[name].work.queue for name in self.records if name != UNROUTED},
            landscape=compiled,
            parts=self.parts,
        )

    def _intake(self, compiled: str) -> Intake | None:
        """What takes files through the line, where a connection drops any."""
        dropping = [each for each in self.landscape.connections if "objects" in each.arrivals]
        if not dropping:
            return None
        return Intake(
            self,
            "TakeFiles",
            connections=dropping,
            bus=self.bus,
            ledger=self.ledger,
            flow_queues={name: self.routes[name].work.queue for name in self.records if name != UNROUTED},
            landscape=compiled,
            parts=self.parts,
        )

    def _flush_queues(self) -> dict[str, sqs.IQueue]:
        return {name: flushes.work.queue for name, flushes in self.flushes.items()}

    def _observe(self) -> Observe:
        return Observe(
            self,
            "Observe",
            routes=list(self.routes.values()),
            records=list(self.records.values()),
            flushes=list(self.flushes.values()),
            delivers=list(self.delivers.values()),
            sweep=self.sweep,
            census=self.census,
            readback=self.readback,
            journal=self.journal,
            lake=self.lake,
            intake=self.intake,
            table=self.ledger.table,
            alarms=self.alarms,
        )

    def _people(self, stage: Stage) -> PeopleRoles:
        started = StartedByHand(
            functions=[
                self.census.function,
                self.readback.function,
                *(each.function for each in self.delivers.values()),
            ],
            machine=self.intake.machine.arn if self.intake else None,
        )
        people = self.landscape.people
        return PeopleRoles(self, "People", stage=stage, people=people, ledger=self.ledger, started=started)

    def _tell(self, stage: Stage) -> None:
        """State as outputs what operators, their command line and the sandbox look for."""
        plain = {
            "Stage": stage.name,
            "BusName": self.bus.event_bus_name,
            "LedgerTableName": self.ledger.table.table_name,
            "ArchiveBucketName": self.ledger.archive.bucket_name,
            "AlarmTopicArn": self.alarms.topic.topic_arn,
            "DashboardName": self.observe.dashboard.dashboard_name,
        }
        tell(
            self,
            {
                **plain,
                **self._flows_told(),
                **self._targets_told(),
                **self._others_told(),
                **self._intake_told(),
                **self.people.told(),
            },
        )

    def _flows_told(self) -> Told:
        return {
            f"Flow{pascal(name)}": {
                "name": name,
                "queue_url": route.work.queue.queue_url,
                "dead_letter_queue_url": route.work.dead_letters.queue_url,
                "undelivered_queue_url": route.undelivered.queue_url,
                "function_name": self.records[name].function.function.function_name,
            }
            for name, route in self.routes.items()
        }

    def _targets_told(self) -> Told:
        return {
            f"Target{pascal(name)}": {
                "name": name,
                "system": flushes.target.system,
                "api_base_url": flushes.target.api_base_url,
                "options": dict(flushes.target.options),
                "maintenance": asdict(flushes.target.maintenance) if flushes.target.maintenance else None,
                "secret_arn": self.ledger.target_secrets[name],
                "flush_queue_url": flushes.work.queue.queue_url,
                "dead_letter_queue_url": flushes.work.dead_letters.queue_url,
                "function_name": self.delivers[name].function.function.function_name,
            }
            for name, flushes in self.flushes.items()
        }

    def _others_told(self) -> Told:
        companies = {each.legal_entity for each in self.landscape.connections}
        companies |= {each.name for each in self.landscape.legal_entities}
        declared = (("Owner", self.landscape.owners), ("Approval", self.landscape.approvals))
        return {
            **{f"{kind}{pascal(each.name)}": asdict(each) for kind, some in declared for each in some},
            "Closing": {"versions": list(self.landscape.closing.versions), "legal_entities": sorted(companies)},
            "Rates": asdict(self.landscape.rates),
            "Retention": asdict(self.landscape.retention),
            "Sweeper": {
                "function_name": self.sweep.function.function.function_name,
                "undelivered_queue_url": self.sweep.schedule.undelivered.queue_url,
            },
            "Census": {
                "function_name": self.census.function.function.function_name,
                "undelivered_queue_url": self.census.schedule.undelivered.queue_url,
            },
            "Readback": {
                "function_name": self.readback.function.function.function_name,
                "undelivered_queue_url": self.readback.schedule.undelivered.queue_url,
            },
            "Journal": {
                "function_name": self.journal.function.function.function_name,
                "stream_arn": self.ledger.stream_arn,
                "unkept_queue_url": self.journal.unkept.queue_url,
            },
            "Lake": self.lake.told(self.ledger),
        }

    def _intake_told(self) -> Told:
        if self.intake is None:
            return {}
        drops: Told = {
            f"Drop{pascal(name)}": {"name": name, "policy_arn": policy.managed_policy_arn}
            for name, policy in self.intake.drops.items()
        }
        return drops | {
            "Intake": {
                "bucket_name": self.ledger.incoming_bucket,
                "state_machine_arn": self.intake.machine.arn,
                "undelivered_queue_url": self.intake.undelivered.queue_url,
                "function_names": {name: each.function.function_name for name, each in self.intake.functions.items()},
            }
        }
