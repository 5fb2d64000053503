"""Lambda entry point of the census: wires the minute's schedule to the sources' lists, the ledger and the bus."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger

from functions.census.due import period_dimensions, settled, sources_of
from functions.census.pipeline import CensusReport, CensusStep, census
from functions.census.settings import CensusSettings
from functions.census.silence import silent
from functions.census.telling import Telling
from tieout.arriving.log import DeliveryLog
from tieout.aws.clients import open_client
from tieout.aws.dynamo import DynamoTable
from tieout.aws.queues import SqsQueue
from tieout.aws.secrets import JsonSecrets
from tieout.aws.without_sdk import EventBus, ObjectKeeper
from tieout.census import Purpose, Run
from tieout.facts.listing import Listing, Window
from tieout.facts.rate_changes import RateChanges
from tieout.landscape import Landscape
from tieout.ledger.censuses import CensusLedger
from tieout.ledger.outcomes import OutcomeLedger
from tieout.moments import parse_moment
from tieout.sources import Sources
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import has_capability

_STUCK_SECONDS = 3600  # how long a source may refuse to be listed before somebody is told


class CensusFunction:
    """What one warm function keeps between minutes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        settings = CensusSettings.of_environment(environ)
        clock, entropy = SystemClock(), SystemEntropy()
        landscape = Landscape.of_json(Path(settings.landscape_file).read_bytes())
        secrets = JsonSecrets(open_client("secretsmanager"), clock)
        self._namespace = settings.metric_namespace
        self._logger = Logger(service="census")
        self._clock = clock
        self._connections = landscape.connections
        self._flows = landscape.flows_by_entity()
        self._urls = settings.flow_queue_urls
        self._at_once = {flow.name: flow.max_concurrency for flow in landscape.flows}
        self._listings: Sources[Listing] = Sources("listing", landscape, settings.directory_arn, secrets, clock)
        self._rate_changes: Sources[RateChanges] = Sources(
            "rate_changes", landscape, settings.directory_arn, secrets, clock
        )
        self._with_rates = frozenset(
            each.name for each in landscape.connections if has_capability(each.system, "rate_changes")
        )
        table = DynamoTable(open_client("dynamodb"), settings.ledger_table, clock, entropy)
        self._outcomes = OutcomeLedger(table)
        self.step = CensusStep(
            sources=sources_of(landscape),
            ledger=CensusLedger(table, landscape.retention.outcomes),
            listing_of=self._listings,
            rate_changes_of=self._rate_changes_of,
            telling=Telling(
                self._flows,
                EventBus(settings.bus_name, environ, clock, entropy),
                ObjectKeeper(settings.archive_bucket, environ, clock, entropy),
                clock,
                entropy,
            ),
            is_busy=self._is_busy,
            period_dimensions=period_dimensions(landscape),
            clock=clock,
            note_failure=self._note_failure,
        )

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """Do a minute's work; or, where the event is an `estimate`, say how many records a listing would have."""
        asked = event.get("estimate")
        if asked is not None:
            return self._estimate(asked)
        self._say(census(self.step), silent(self._connections, self._outcomes, self._clock.now()))
        return None

    def _estimate(self, asked: Mapping[str, str]) -> dict[str, Any]:
        source = next(each for each in self.step.sources if each.connection.name == asked["connection"])
        until = (
            parse_moment(asked["until"]) if asked.get("until") else settled(source, Purpose.BACKFILL, self._clock.now())
        )
        window = Window(parse_moment(asked["since"]), until)
        return {"records": self._listings(asked["connection"]).count(asked["entity"], window)}

    def _rate_changes_of(self, connection: str) -> RateChanges | None:
        return self._rate_changes(connection) if connection in self._with_rates else None

    def _is_busy(self, entity: str) -> bool:
        """Whether every worker of the entity's flow has a message to come back to already."""
        flow = self._flows[entity]
        return SqsQueue(open_client("sqs"), self._urls[flow]).waiting() >= self._at_once[flow]

    def _note_failure(self, error: Exception, run: Run) -> None:
        fields = {"connection": run.connection, "entity": run.entity, "purpose": str(run.purpose)}
        self._logger.error("failed", extra={**fields, "error": type(error).__name__})

    def _say(self, report: CensusReport, silent_ones: Sequence[str]) -> None:
        """One line a connection, which is its metrics too: counts, never contents."""
        at = self._clock.now()
        for name in (each.name for each in self._connections):
            counts = {
                "Pages": report.pages.get(name, 0),
                "Missed": report.missed.get(name, 0),
                "Accepted": report.sent.get(name, 0),
                "ListingFailed": report.failing.get(name, 0),
                "Silent": int(name in silent_ones),
                "ListingStuck": int(report.stuck_seconds.get(name, 0) >= _STUCK_SECONDS),
            }
            if any(counts.values()):
                log = DeliveryLog("census", name, namespace=self._namespace)
                log.note("unavailable" if counts["ListingFailed"] else "compared", at, counts, {})


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any] | None:
    """Compare, or estimate: see `CensusFunction.handle`."""
    return _function().handle(event)


@functools.cache
def _function() -> CensusFunction:
    return CensusFunction(os.environ)
