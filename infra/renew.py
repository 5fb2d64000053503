"""Beside the line: the renewal of subscriptions, run every hour, and the alarms for those that end all the same."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from aws_cdk import Duration
from constructs import Construct

from functions.renew.settings import EVERY_MINUTES, RUN_SECONDS, RenewSettings
from infra.alarms import Alarms, Runbook, counted_of_each
from infra.grants import read_secrets, use_key
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.receive import Door
from infra.schedule import Schedule
from tieout.landscape import Connection, Landscape

SHAPE = Shape(memory_mb=256, timeout=Duration.seconds(RUN_SECONDS))
# Two runs: so the alarm of what ends stays raised from one run to the next, and one run that failed calls nobody.
_COUNTED_OVER = Duration.minutes(2 * EVERY_MINUTES)
# What it counts by connection, and above how many of it is somebody's business.
_COUNTS_THAT_ALARM = (
    (
        "SubscriptionEnding",
        0,
        "a subscription of its source ended, or ends within 24 hours and could not be renewed: then nothing is told.",
    ),
    ("SubscriptionsUnknown", 1, "its source has not said for two hours which subscriptions there are."),
)


def subscribed_connections(landscape: Landscape) -> list[Connection]:
    """The connections whose sources tell only those who subscribe: their systems have the capability `subscription`."""
    return [
        each
        for each in landscape.connections
        if "webhook" in each.arrivals
        and importlib.util.find_spec(f"tieout.systems.{each.system}.subscription") is not None
    ]


class Renew(Construct):
    """Keeps connections subscribed: it asks their sources with their API credentials, and gives them their webhook secrets."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        connections: Sequence[Connection],
        door: Door,
        ledger: LedgerStack,
        landscape: str,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        names = [each.name for each in connections]
        self.settings = RenewSettings(
            public_urls={each.name: door.public_url(each) for each in connections},
            webhook_secret_arns={name: ledger.webhook_secrets[name] for name in names},
            directory_arn=ledger.directory_arn,
            metric_namespace=parts.stage.metric_namespace,
        )
        secrets = [*self.settings.webhook_secret_arns.values(), *(ledger.api_secrets[name] for name in names)]
        self.function = PythonFunction(
            self,
            "Renew",
            parts=parts,
            step="renew",
            shape=SHAPE,
            environment=self.settings.environment(),
            description="Renews the subscriptions by which sources tell of their changes.",
            permissions=[*read_secrets([ledger.directory_arn, *secrets]), use_key(ledger.key)],
            extra_files={self.settings.landscape_file: landscape},
            no_dead_letters_because="Its event says nothing: the next hour's run does the same work.",
        )
        self.schedule = Schedule(
            self,
            "Schedule",
            function=self.function,
            every=Duration.minutes(EVERY_MINUTES),
            what="The renewal of subscriptions",
            silence="within three days no source tells of anything.",
            runbook=Runbook.ENDING_SUBSCRIPTIONS,
            key=ledger.key,
            alarms=parts.alarms,
        )
        self._watch(parts.alarms, parts.stage.metric_namespace)

    def _watch(self, alarms: Alarms, namespace: str) -> None:
        for counted_as, above, meaning in _COUNTS_THAT_ALARM:
            alarms.raise_when(
                self,
                counted_as,
                metric=counted_of_each(namespace, counted_as, "connection", _COUNTED_OVER),
                above=above,
                meaning=f"A connection, which the notification names: {meaning}",
                runbook=Runbook.ENDING_SUBSCRIPTIONS,
            )
