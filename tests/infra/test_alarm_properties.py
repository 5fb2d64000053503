from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from infra.alarms import Runbook
from tests.support.synthesis import Synthesis, logical_id, written
from tieout.ledger.table import INDEXES


def has_subscriptions(synthesis: Synthesis) -> bool:
    """Whether the stage has a source that wants to be subscribed to."""
    return any("KeepSubscribed" in name for name in synthesis.resources)


def takes_files(synthesis: Synthesis) -> bool:
    """Whether the stage has a source that drops files."""
    return any("TakeFiles" in name for name in synthesis.resources)


def alarms(synthesis: Synthesis) -> dict[str, Mapping[str, Any]]:
    """Those over metrics, and those over other alarms."""
    return synthesis.properties("AWS::CloudWatch::Alarm") | synthesis.properties("AWS::CloudWatch::CompositeAlarm")


def windows_of_others(synthesis: Synthesis) -> set[str]:
    """The alarms that others are made of."""
    rules = [written(each["AlarmRule"]) for each in synthesis.properties("AWS::CloudWatch::CompositeAlarm").values()]
    return {name for rule in rules for name in re.findall(r"<(\w+)\.Arn>", rule)}


def test_every_function_is_watched_for_errors_and_throttles(synthesis: Synthesis) -> None:
    """A function that fails or is refused concurrency tells somebody within minutes."""
    for metric in ("Errors", "Throttles"):
        watched = {
            logical_id(dimension["Value"])
            for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
            if alarm.get("MetricName") == metric and alarm["Namespace"] == "AWS/Lambda"
            for dimension in alarm["Dimensions"]
        }
        assert watched == set(synthesis.of_type("AWS::Lambda::Function"))


def test_every_alarm_reaches_the_topic_and_names_its_page(synthesis: Synthesis) -> None:
    """Whoever is called reads what it means and which page to open; every kind of page is used where there is what it is of."""
    pages = set()
    calling = {name: each for name, each in alarms(synthesis).items() if "AlarmActions" in each}
    assert alarms(synthesis).keys() - calling.keys() == windows_of_others(synthesis)
    for name, alarm in calling.items():
        assert [logical_id(action) in synthesis.of_type("AWS::SNS::Topic") for action in alarm["AlarmActions"]] == [
            True
        ]
        page = re.fullmatch(r".+[.:] Runbook: docs/runbooks/([a-z-]+)\.md", alarm["AlarmDescription"])
        assert page, name
        pages.add(page[1])
    pages_of_some = [
        ("Relay", "unrelayed-events"),
        ("KeepSubscribed", "ending-subscriptions"),
        *(("TakeFiles", f"{how}-files") for how in ("refused", "stopped", "late", "waiting")),
    ]
    without = {page for word, page in pages_of_some if not any(word in name for name in synthesis.resources)}
    assert pages == {str(runbook) for runbook in Runbook} - without


def test_what_an_index_of_the_ledger_refuses_is_told_too(synthesis: Synthesis) -> None:
    """DynamoDB counts it apart from what the table does: all dirty cells of a target share one value of an index."""
    [alarm] = [each for each in alarms(synthesis).values() if "throttled-ledger.md" in each["AlarmDescription"]]
    expression, *metrics = sorted(alarm["Metrics"], key=lambda each: "Expression" not in each)
    watched = {
        (each["MetricStat"]["Metric"]["MetricName"], name_of_index(each["MetricStat"]["Metric"]["Dimensions"]))
        for each in metrics
    }
    assert watched == {(f"{what}ThrottleEvents", index) for what in ("Read", "Write") for index in (None, *INDEXES)}
    assert all(f"FILL({each['Id']}, 0)" in expression["Expression"] for each in metrics)


def name_of_index(dimensions: list[dict[str, Any]]) -> str | None:
    """Which index of the table is meant; None for the table alone."""
    return next((each["Value"] for each in dimensions if each["Name"] == "GlobalSecondaryIndexName"), None)


def test_silence_of_what_runs_by_the_clock_is_an_alarm(synthesis: Synthesis) -> None:
    """For everything else no data means no trouble; a function that is not run sends no data either."""
    breaching = [
        name
        for name, alarm in synthesis.properties("AWS::CloudWatch::Alarm").items()
        if alarm["TreatMissingData"] == "breaching"
    ]
    scheduled = [
        "CompareSources",
        "ReadBack",
        "Reconcile",
        "Sweep",
        *(["KeepSubscribed"] if has_subscriptions(synthesis) else []),
    ]
    assert sorted(name.partition("ScheduleSilent")[0] for name in breaching) == sorted(scheduled)


def test_late_planning_is_told_by_the_age_of_the_oldest_changed_cell(synthesis: Synthesis) -> None:
    """A target that is locked empties its queue all the same, so the sweeper's own count is what is watched, for each target."""
    filters = [
        each for each in synthesis.properties("AWS::Logs::MetricFilter").values() if "dirty" in str(each).lower()
    ]
    targets = [
        json.loads(written(told))["name"] for name, told in synthesis.outputs().items() if name.startswith("Target")
    ]
    (metric,) = {each["MetricName"] for filter_ in filters for each in filter_["MetricTransformations"]}
    watching = [
        alarm["Dimensions"]
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == metric
    ]
    assert sorted(watching, key=str) == [[{"Name": "Target", "Value": name}] for name in sorted(targets)]
    assert sorted(each["FilterPattern"] for each in filters) == [
        f'{{ ($.target = "{name}") && ($.oldest_dirty_seconds >= 0) }}' for name in sorted(targets)
    ]


def test_spooled_objects_that_can_never_be_published_call_a_person(synthesis: Synthesis) -> None:
    """They hold nobody up and would lie there unseen until they expire, so the sweeper's count of them is an alarm."""
    (filter_,) = [
        each
        for each in synthesis.properties("AWS::Logs::MetricFilter").values()
        if "unpublish" in each["FilterPattern"]
    ]
    assert filter_["FilterPattern"] == "{ $.unpublishable > 0 }"
    (transformation,) = filter_["MetricTransformations"]
    (alarm,) = [
        alarm
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == transformation["MetricName"]
    ]
    assert (alarm["Namespace"], alarm["Threshold"]) == (transformation["MetricNamespace"], 0)
    assert "docs/runbooks/spooled-deliveries.md" in alarm["AlarmDescription"]


def test_what_connections_count_is_watched_for_each_of_them_by_one_alarm(synthesis: Synthesis) -> None:
    """The alarm asks for every connection apart, so that its notification names the one; a new one joins by itself."""
    namespace = f"Tieout/{synthesis.outputs()['Stage']}"
    asked = {
        metrics[0]["Expression"].replace(f'"{namespace}"', "<own>")
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if (metrics := alarm.get("Metrics")) and "SELECT" in metrics[0]["Expression"]
    }
    query = 'SELECT SUM("%s") FROM SCHEMA(<own>, connection) GROUP BY connection ORDER BY SUM() DESC'
    names = ["Rejected", "SecretMissing", "Malformed", "Drifted", "Spooled", "Missed", "ListingStuck"]
    names += ["SubscriptionEnding", "SubscriptionsUnknown"] if has_subscriptions(synthesis) else []
    names += ["FileRefused", "FileUnknown", "FileWaiting"] if takes_files(synthesis) else []
    targets = {query.replace("connection", "target") % name for name in ("Different", "ReadbackLate")}
    control = {query.replace("connection", "reconciliation") % "NewBreaks"}
    assert asked >= {query % name for name in names} | targets | control
    assert len(asked) - len(names) - len(targets) - len(control) in {
        0,
        1,
    }  # the silence of sources, where any is expected to tell


def test_new_conflicts_with_owners_are_shown_and_call_nobody(synthesis: Synthesis) -> None:
    """Nothing waits for them: whoever looks after master data looks."""
    line = synthesis.line["Resources"].values()
    [board] = [each for each in line if each["Type"] == "AWS::CloudWatch::Dashboard"]
    assert 'SUM(\\"Conflicts\\")' in written(board["Properties"]["DashboardBody"])
    assert "Conflicts" not in str([each for each in line if each["Type"] == "AWS::CloudWatch::Alarm"])


def test_the_dashboards_stand_in_the_order_of_the_line(synthesis: Synthesis) -> None:
    """Whoever opens them reads from the webhook to planning."""
    titles = {
        name: re.findall(r"## ([^\"\\]+)", written(dashboard["DashboardBody"]))
        for name, dashboard in synthesis.properties("AWS::CloudWatch::Dashboard").items()
    }
    assert list(titles.values()) == [
        [
            *(["1 take files"] if takes_files(synthesis) else []),
            *("2 route", "3 record", "4 deliver"),
            *("Beside the line: sweep, census, read-back, journal and lake", "Parked, and the ledger"),
        ],
        [
            "1 receive",
            *(["1 relay"] if any("Relay" in name for name in synthesis.resources) else []),
            *(["Beside the line: renewal of subscriptions"] if has_subscriptions(synthesis) else []),
        ],
        ["forecast_to_plan", "record_to_report", "order_to_cash", "spend_to_plan"],
        ["Reconciliation"],
    ]
