"""Dashboards in the order of the line: what came in at the door; what waits, was recorded, and is held by planning."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import batched

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.alarms import FIVE_MINUTES, Alarms, Runbook
from infra.census import Census
from infra.deliver import Deliver, FlushQueue
from infra.intake import Intake
from infra.journal import Journal
from infra.lake import Lake
from infra.python_function import PythonFunction
from infra.readback import ReadPlanningBack
from infra.receive import Door, Receive
from infra.record import Record
from infra.relay import Relay
from infra.renew import Renew
from infra.route import Route
from infra.sweep import Sweep
from tieout.ledger.table import INDEXES

_HALF, _FULL = 12, 24
_MINUTE = Duration.minutes(1)
_ALARMS_SHOWN = 100  # what an alarm widget of CloudWatch takes


class Board(Construct):
    """A dashboard that opens with the alarms of its stack, followed by one row per step."""

    def __init__(self, scope: Construct, construct_id: str, *, alarms: Alarms) -> None:
        super().__init__(scope, construct_id)
        self.dashboard = cloudwatch.Dashboard(self, "Board", default_interval=Duration.hours(6))
        for some in batched(alarms.raised, _ALARMS_SHOWN, strict=False):
            self.dashboard.add_widgets(
                cloudwatch.AlarmStatusWidget(title="What is wrong", width=_FULL, alarms=list(some))
            )

    def row(self, title: str, widgets: Sequence[cloudwatch.IWidget], functions: Sequence[PythonFunction]) -> None:
        """A title, and below it two widgets abreast: first those given, then those of the step's functions."""
        self.dashboard.add_widgets(cloudwatch.TextWidget(markdown=f"## {title}", width=_FULL, height=1))
        for pair in batched([*widgets, *(_function_widgets(functions) if functions else [])], 2, strict=False):
            self.dashboard.add_widgets(*pair)


class ObserveDoor(Construct):
    """The dashboard of the door."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        door: Door,
        receives: Sequence[Receive],
        relays: Sequence[Relay],
        renew: Renew | None,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, construct_id)
        board = Board(self, "Door", alarms=alarms)
        self.dashboard = board.dashboard
        board.row("1 receive", _door_widgets(door, receives), [each.function for each in receives])
        if relays:
            queues = [each.work.queue for each in relays]
            parked = _depths("Not relayed", [each.work.dead_letters for each in relays])
            board.row(
                "1 relay", [*_queue_widgets("Waiting for relay", queues), parked], [each.function for each in relays]
            )
        if renew is not None:
            board.row("Beside the line: renewal of subscriptions", [], [renew.function])


class Observe(Construct):
    """The dashboard of the line, and the alarms of the ledger table."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        routes: Sequence[Route],
        records: Sequence[Record],
        flushes: Sequence[FlushQueue],
        delivers: Sequence[Deliver],
        sweep: Sweep,
        census: Census,
        readback: ReadPlanningBack,
        journal: Journal,
        lake: Lake,
        intake: Intake | None,
        table: dynamodb.ITable,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, construct_id)
        throttled = _throttled(table)
        alarms.raise_when(
            self,
            "LedgerThrottled",
            metric=throttled,
            above=0,
            periods=2,
            meaning="The ledger refuses reads or writes: one cell or record takes more than a partition can give.",
            runbook=Runbook.THROTTLED_LEDGER,
        )
        board = Board(self, "Line", alarms=alarms)
        self.dashboard = board.dashboard
        if intake is not None:
            board.row("1 take files", [], list(intake.functions.values()))
        board.row("2 route", _queue_widgets("Waiting for record", [each.work.queue for each in routes]), [])
        outcomes = [graph(f"Outcomes of {each.settings.flow}", each.outcomes()) for each in records]
        board.row("3 record", outcomes, [each.function for each in records])
        board.row(
            "4 deliver",
            _planning_widgets(flushes, delivers, sweep),
            [each.function for each in delivers],
        )
        board.row(
            "Beside the line: sweep, census, read-back, journal and lake",
            _readback_widgets(readback),
            [each.function for each in (sweep, census, readback, journal, lake)],
        )
        parked = [each.dead_letters for each in (*(route.work for route in routes), *(flush.work for flush in flushes))]
        parked += [
            *(each.undelivered for each in routes),
            *(each.schedule.undelivered for each in (sweep, census, readback)),
            *(journal.unkept, *lake.parked),
            *([intake.undelivered] if intake is not None else []),
        ]
        board.row("Parked, and the ledger", [_depths("Parked", parked), graph("Ledger throttles", [throttled])], [])


def _planning_widgets(
    flushes: Sequence[FlushQueue], delivers: Sequence[Deliver], sweep: Sweep
) -> list[cloudwatch.IWidget]:
    written = [metric for each in delivers for metric in (each.written, each.refused)]
    contradicted = [each.contradicted for each in delivers[:1]]  # of each connection, whoever compares
    return [
        *_queue_widgets("Asked to flush", [each.work.queue for each in flushes]),
        graph("Cells written and refused", written),
        graph("Oldest cell not written, seconds", list(sweep.oldest_dirty.values())),
        graph("New conflicts with owners of master data", contradicted),
    ]


def _readback_widgets(readback: ReadPlanningBack) -> list[cloudwatch.IWidget]:
    return [
        graph("Cells that differ in planning", [readback.different]),
        graph("What they are off, in minor units of the reporting currency", [readback.off]),
    ]


def _throttled(table: dynamodb.ITable) -> cloudwatch.MathExpression:
    """What the table refused and what its indexes did, which DynamoDB counts apart: a write that one of them refuses is refused."""
    own = {"TableName": table.table_name}
    counted = [own, *({**own, "GlobalSecondaryIndexName": name} for name in INDEXES)]
    metrics = {
        f"{what.lower()}{place}": table.metric(
            f"{what}ThrottleEvents", period=FIVE_MINUTES, statistic="Sum", dimensions_map=dimensions
        )
        for place, dimensions in enumerate(counted)
        for what in ("Read", "Write")
    }
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({each}, 0)" for each in metrics),
        using_metrics=metrics,
        period=FIVE_MINUTES,
        label="Throttled requests",
    )


def _door_widgets(door: Door, receives: Sequence[Receive]) -> list[cloudwatch.IWidget]:
    answers = {
        "requests": door.api.metric_count,
        "4xx": door.api.metric_client_error,
        "5xx": door.api.metric_server_error,
    }
    return [
        graph("Webhooks", [metric(label=label, period=_MINUTE, statistic="Sum") for label, metric in answers.items()]),
        graph("Webhook latency, milliseconds", [door.api.metric_latency(period=_MINUTE, statistic="p99")]),
        graph("Rejected deliveries", [each.rejected for each in receives]),
    ]


def _queue_widgets(title: str, queues: Sequence[sqs.IQueue]) -> list[cloudwatch.IWidget]:
    ages = [each.metric_approximate_age_of_oldest_message(period=_MINUTE, statistic="Maximum") for each in queues]
    return [_depths(title, queues), graph(f"{title}: oldest, seconds", ages)]


def _depths(title: str, queues: Sequence[sqs.IQueue]) -> cloudwatch.GraphWidget:
    return graph(
        title,
        [each.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum") for each in queues],
    )


def _function_widgets(functions: Sequence[PythonFunction]) -> list[cloudwatch.IWidget]:
    each = [one.function for one in functions]
    return [
        graph("Invocations", [one.metric_invocations(period=_MINUTE, statistic="Sum") for one in each]),
        graph("Errors", [one.metric_errors(period=_MINUTE, statistic="Sum") for one in each]),
        graph("Duration, milliseconds", [one.metric_duration(period=_MINUTE, statistic="p99") for one in each]),
        graph("Throttles", [one.metric_throttles(period=_MINUTE, statistic="Sum") for one in each]),
    ]


def graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    """Metrics in one picture, half as wide as the dashboard."""
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=_HALF)
