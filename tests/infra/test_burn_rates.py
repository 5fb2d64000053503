"""Burn-rate alarms: for each flow and target two speeds, each over a long and a short window of what deliver counts."""

from __future__ import annotations

import re

from infra.freshness import SPEEDS
from tests.support.synthesis import Synthesis, written

PERIODS = {"Fast": {3600, 300}, "Slow": {21_600, 1_800}}
MOST_OF_THOUSAND = {"Fast": 134.4, "Slow": 56}  # of a budget of ten in a thousand and 28 days


def test_each_flow_and_target_has_an_alarm_at_each_speed(prod: Synthesis) -> None:
    """Raised while both of its windows are; it names the flow, the target and the owner."""
    composites = prod.properties("AWS::CloudWatch::CompositeAlarm")
    flows = ("ForecastToPlan", "RecordToReport", "OrderToCash", "SpendToPlan")
    assert len(composites) == 2 * len(flows)
    for flow in flows:
        for speed in ("Fast", "Slow"):
            [alarm] = [
                each for name, each in composites.items() if re.match(rf"{flow}InAnaplan{speed}[0-9A-F]{{8}}", name)
            ]
            rule = written(alarm["AlarmRule"])
            names = re.findall(r'ALARM\("<(\w+)\.Arn>"\)', rule)
            assert rule == "({} AND {})".format(*(f'ALARM("<{name}.Arn>")' for name in names))
            assert {_period(prod, name) for name in names} == PERIODS[speed]
            assert "target anaplan" in alarm["AlarmDescription"]
            assert "owner: " in alarm["AlarmDescription"]


def test_a_window_compares_late_changes_with_all_of_one_flow_and_target(prod: Synthesis) -> None:
    """Where nothing arrived nothing burns; where none was late, there is no count of late ones."""
    windows = {name: each for name, each in prod.properties("AWS::CloudWatch::Alarm").items() if "Metrics" in each}
    burning = {name: each for name, each in windows.items() if "InAnaplan" in name}
    assert len(burning) == 16
    for name, alarm in burning.items():
        if name.startswith("ForecastToPlan"):
            assert alarm["Threshold"] == MOST_OF_THOUSAND["Fast" if "Fast" in name else "Slow"]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert "AlarmActions" not in alarm
        [expression] = [each["Expression"] for each in alarm["Metrics"] if "Expression" in each]
        assert expression == "1000 * FILL(late, 0) / changes"
        stats = {each["Id"]: each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each}
        assert {word: each["MetricName"] for word, each in stats.items()} == {"changes": "Changes", "late": "Late"}
        dimensions = [{each["Name"]: each["Value"] for each in stat["Dimensions"]} for stat in stats.values()]
        assert dimensions[0] == dimensions[1]
        assert dimensions[0]["target"] == "anaplan"


def test_a_budget_of_thirty_days_burns_as_the_workbook_has_it() -> None:
    """14.4 and 6 times too fast."""
    assert [round(each.rate(30), 6) for each in SPEEDS] == [14.4, 6]


def _period(synthesis: Synthesis, name: str) -> int:
    """The window an alarm watches."""
    [period] = {
        each["MetricStat"]["Period"]
        for each in synthesis.properties("AWS::CloudWatch::Alarm")[name]["Metrics"]
        if "MetricStat" in each
    }
    return int(period)
