"""The stack of the burn-rate alarms: for each flow and target, whether changes reach planning too late too often.

Nothing depends on it, and it holds nothing: it is apart because flows times targets are many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarms import FIVE_MINUTES, Alarms, Runbook
from infra.ids import pascal
from infra.observe import Board
from infra.outputs import tell
from tieout.freshness import Objective
from tieout.landscape import Flow, Landscape

if TYPE_CHECKING:
    from infra.line import LineStack
    from infra.stage import Stage

_HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Burning:
    """How fast an error budget may be spent: so many hundredths of it within the long window, and still within the short one.

    The short window ends the alarm soon after the trouble ends (Google's SRE workbook, chapter 5).
    """

    name: str
    percent: int
    long: Duration
    short: Duration

    def rate(self, window_days: int) -> float:
        """How many times faster than allowed: 14.4 and 6 for a budget of 30 days."""
        return self.percent * window_days * _HOURS_A_DAY / (100 * self.long.to_hours())


SPEEDS = (
    Burning("Fast", 2, Duration.hours(1), Duration.minutes(5)),
    Burning("Slow", 5, Duration.hours(6), Duration.minutes(30)),
)


class FreshnessStack(Stack):
    """The alarms over what the deliver functions count; they judge, so that no alarm knows the calendar."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, landscape: Landscape, line: LineStack
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Tieout {stage.name}: whether changes reach planning in time.",
            synthesizer=stage.synthesizer(),
        )
        self._landscape, self._namespace = landscape, stage.metric_namespace
        self._alarms = Alarms(line.alarms.topic)
        rates = {flow.name: self._rates(flow) for flow in landscape.flows}
        board = Board(self, "Freshness", alarms=self._alarms)
        for flow, each in rates.items():
            if each:
                board.row(flow, [rate.graph() for rate in each], [])
        tell(self, {"FreshnessDashboardName": board.dashboard.dashboard_name})

    def _rates(self, flow: Flow) -> list[BurnRate]:
        """The alarms of a flow, for each target in which an objective holds for it."""
        freshness, targets = self._landscape.freshness, [target.name for target in self._landscape.targets]
        found = {target: freshness.objective(flow.name, target) for target in targets}
        return [
            BurnRate(
                self,
                f"{pascal(flow.name)}In{pascal(target)}",
                objective=objective,
                target=target,
                owner=flow.owner,
                window_days=freshness.window_days,
                namespace=self._namespace,
                alarms=self._alarms,
            )
            for target, objective in found.items()
            if objective is not None
        ]


class BurnRate(Construct):
    """The alarms of one flow and target: at each speed one, of two that watch a window each and call nobody."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        objective: Objective,
        target: str,
        owner: str,
        window_days: int,
        namespace: str,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, construct_id)
        self._target, self._namespace = target, namespace
        self._dimensions = dimensions = {"target": target, "flow": objective.flow}
        for speed in SPEEDS:
            most_of_thousand = round(speed.rate(window_days) * objective.late_of_thousand, 3)
            windows = [
                self._watch(f"{speed.name}{name}", _late_of_thousand(namespace, dimensions, window), most_of_thousand)
                for name, window in (("Long", speed.long), ("Short", speed.short))
            ]
            alarms.raise_when_all(
                self,
                speed.name,
                of=windows,
                meaning=f"Flow {objective.flow}, target {target}: more than {most_of_thousand:g} of a thousand changes reach "
                f"planning late, {speed.percent} % of {window_days} days' error budget within {speed.long.to_hours()} h "
                f"(owner: {owner}).",
                runbook=Runbook.STALE_PLANNING,
            )

    def graph(self) -> cloudwatch.GraphWidget:
        """How many changes have reached the target, and how many late."""
        counts = _counts(self._namespace, self._dimensions, FIVE_MINUTES).values()
        return cloudwatch.GraphWidget(title=f"Changes in {self._target}", left=list(counts), width=12)

    def _watch(self, construct_id: str, late: cloudwatch.IMetric, above: float) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            construct_id,
            metric=late,
            threshold=above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description="One window of a burn-rate alarm: it calls nobody by itself.",
        )


def _late_of_thousand(namespace: str, dimensions: dict[str, str], window: Duration) -> cloudwatch.MathExpression:
    """How many of a thousand changes were late within a window; no value where nothing has arrived."""
    return cloudwatch.MathExpression(
        expression="1000 * FILL(late, 0) / changes",
        using_metrics=_counts(namespace, dimensions, window),
        period=window,
        label="Late of a thousand",
    )


def _counts(namespace: str, dimensions: dict[str, str], window: Duration) -> dict[str, cloudwatch.Metric]:
    """What the deliver functions count, by their words in an expression."""
    return {
        name.lower(): cloudwatch.Metric(
            namespace=namespace, metric_name=name, dimensions_map=dimensions, period=window, statistic="Sum"
        )
        for name in ("Changes", "Late")
    }
