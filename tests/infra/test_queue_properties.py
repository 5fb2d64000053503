from __future__ import annotations

from typing import Any

from tests.support.synthesis import Synthesis, logical_id

QUEUE = "AWS::SQS::Queue"


def dead_letter_queues(synthesis: Synthesis) -> set[str]:
    """Every queue that another queue, a rule's target or the trigger of a stream gives up to."""
    redrives = [
        logical_id(queue["RedrivePolicy"]["deadLetterTargetArn"])
        for queue in synthesis.properties(QUEUE).values()
        if "RedrivePolicy" in queue
    ]
    targets = [
        logical_id(target["DeadLetterConfig"]["Arn"])
        for rule in synthesis.properties("AWS::Events::Rule").values()
        for target in rule["Targets"]
    ]
    streams = [
        logical_id(trigger["DestinationConfig"]["OnFailure"]["Destination"])
        for trigger in synthesis.properties("AWS::Lambda::EventSourceMapping").values()
        if "DestinationConfig" in trigger
    ]
    return {*redrives, *targets, *streams}


def consumers(synthesis: Synthesis) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each queue a function works off, with the trigger and the function behind its alias."""
    found = []
    for trigger in synthesis.properties("AWS::Lambda::EventSourceMapping").values():
        if logical_id(trigger["EventSourceArn"]) not in synthesis.of_type(QUEUE):
            continue
        alias = synthesis.resources[logical_id(trigger["FunctionName"])]
        function = synthesis.resources[logical_id(alias["Properties"]["FunctionName"])]
        found.append((logical_id(trigger["EventSourceArn"]), dict(trigger), dict(function["Properties"])))
    return found


def test_the_journal_loses_nothing_and_repeats_within_what_the_stream_remembers(synthesis: Synthesis) -> None:
    """From the stream's first change on, in order, every change, halved where it fails, named in a queue after hours."""
    (trigger,) = [
        each
        for each in synthesis.properties("AWS::Lambda::EventSourceMapping").values()
        if logical_id(each["EventSourceArn"]) not in synthesis.of_type(QUEUE)
    ]
    (table,) = synthesis.properties("AWS::DynamoDB::Table").values()
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert trigger["EventSourceArn"] == {"Fn::GetAtt": [*synthesis.of_type("AWS::DynamoDB::Table"), "StreamArn"]}
    assert trigger["StartingPosition"] == "TRIM_HORIZON"
    assert "FilterCriteria" not in trigger
    assert trigger["BisectBatchOnFunctionError"] is True
    assert trigger["ParallelizationFactor"] == 1
    assert trigger["BatchSize"] == 10_000
    assert 0 < trigger["MaximumBatchingWindowInSeconds"] <= 300
    assert trigger["MaximumRetryAttempts"] == 10_000
    assert 3600 <= trigger["MaximumRecordAgeInSeconds"] <= 12 * 3600  # the stream forgets after 24
    (late,) = [
        alarm
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "IteratorAge"
    ]
    assert late["Threshold"] < 1000 * trigger["MaximumRecordAgeInSeconds"]


def test_a_journal_that_is_not_written_is_told_though_nothing_has_an_age(synthesis: Synthesis) -> None:
    """A trigger that is off runs nothing, so its function has no iterator: the table shows that there was something to keep."""
    (silent,) = [
        alarm
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if "docs/runbooks/late-journal.md" in alarm["AlarmDescription"] and "Metrics" in alarm
    ]
    watched = {each["Id"]: each["MetricStat"] for each in silent["Metrics"] if "MetricStat" in each}
    (expression,) = [each["Expression"] for each in silent["Metrics"] if "Expression" in each]
    assert {name: stat["Metric"]["MetricName"] for name, stat in watched.items()} == {
        "writes": "ConsumedWriteCapacityUnits",
        "runs": "Invocations",
    }
    (function,) = [logical_id(each["Value"]) for each in watched["runs"]["Metric"]["Dimensions"]]
    assert (
        synthesis.properties("AWS::Lambda::Function")[function]["Handler"] == "functions.journal.handler.lambda_handler"
    )
    assert expression == "IF(FILL(writes, 0) > 0 AND FILL(runs, 0) == 0, 1, 0)"
    (period,) = {stat["Period"] for stat in watched.values()}
    (trigger,) = [
        each
        for each in synthesis.properties("AWS::Lambda::EventSourceMapping").values()
        if "MaximumBatchingWindowInSeconds" in each
    ]
    assert trigger["MaximumBatchingWindowInSeconds"] < period  # what is written waits no longer for its run
    assert (silent["Threshold"], silent["DatapointsToAlarm"] * period) == (0, 3600)


def test_every_queue_has_a_dead_letter_queue_or_is_one(synthesis: Synthesis) -> None:
    """A message that cannot be worked off always has a place to go."""
    parking = dead_letter_queues(synthesis)
    for name, queue in synthesis.properties(QUEUE).items():
        assert ("RedrivePolicy" in queue) != (name in parking), name


def test_dead_letters_outlive_the_queue_they_come_from(synthesis: Synthesis) -> None:
    """A message keeps its age when it moves, so the dead-letter queue keeps messages longer, and is of the same kind."""
    queues = synthesis.properties(QUEUE)
    for queue in queues.values():
        if "RedrivePolicy" in queue:
            parking = queues[logical_id(queue["RedrivePolicy"]["deadLetterTargetArn"])]
            assert parking["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
            assert parking.get("FifoQueue", False) == queue.get("FifoQueue", False)
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_every_dead_letter_queue_alarms_on_its_first_message(synthesis: Synthesis) -> None:
    """Nothing follows a dead-letter queue, so a person is told of the first message in it."""
    watched = {
        logical_id(dimension["Value"])
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
        and alarm["Statistic"] == "Maximum"
        for dimension in alarm["Dimensions"]
    }
    assert watched == dead_letter_queues(synthesis)
    assert len(watched) >= 8


def test_a_message_is_not_seen_again_while_its_function_still_works(synthesis: Synthesis) -> None:
    """The visibility timeout is at least six times the consumer's timeout, as AWS asks for; a flush waits no longer than needed."""
    for name, _, function in consumers(synthesis):
        queue = synthesis.properties(QUEUE)[name]
        assert queue["VisibilityTimeout"] >= (1 if queue.get("FifoQueue") else 6) * function["Timeout"]


def test_a_writer_that_is_killed_blocks_its_target_for_five_minutes_at_most(synthesis: Synthesis) -> None:
    """Its message comes back when it can no longer be running, and not much later."""
    for name, _, function in consumers(synthesis):
        queue = synthesis.properties(QUEUE)[name]
        if queue.get("FifoQueue"):
            assert function["Timeout"] < queue["VisibilityTimeout"] <= 300


def test_every_consumer_answers_for_each_message_alone(synthesis: Synthesis) -> None:
    """One bad message does not bring its neighbours back."""
    assert len(consumers(synthesis)) == len(
        [name for name in synthesis.outputs() if name.startswith(("Flow", "Target", "Relay", "Lake"))]
    )
    for _, trigger, _ in consumers(synthesis):
        assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert trigger["BatchSize"] == 10


def test_a_flow_never_works_more_at_once_than_its_source_bears(synthesis: Synthesis) -> None:
    """The concurrency a flow declares stands on its trigger, and so never takes concurrency from other flows."""
    declared = {"ForecastToPlan": 5, "RecordToReport": 2, "OrderToCash": 2, "SpendToPlan": 4, "Unrouted": 2}
    found = {
        queue.removesuffix("RouteWorkQueue" + queue[-8:]): trigger["ScalingConfig"]["MaximumConcurrency"]
        for queue, trigger, _ in consumers(synthesis)
        if "ScalingConfig" in trigger and "RouteWorkQueue" in queue
    }
    assert found == declared


def test_flushes_of_a_target_join_and_never_overlap(synthesis: Synthesis) -> None:
    """A target's flush queue is first-in-first-out and delayed; requests bring their own de-duplication id."""
    flushes = [
        queue for queue in synthesis.properties(QUEUE).values() if queue.get("FifoQueue") and "RedrivePolicy" in queue
    ]
    assert flushes
    for queue in flushes:
        assert 1 <= queue["DelaySeconds"] <= 10
        assert not queue.get("ContentBasedDeduplication")
    told = {
        environment["TIEOUT_COALESCING_SECONDS"]
        for name in synthesis.of_type("AWS::Lambda::Function")
        if "TIEOUT_COALESCING_SECONDS" in (environment := synthesis.environment(name))
    }
    assert told == {str(queue["DelaySeconds"]) for queue in flushes}


def test_the_oldest_waiting_message_is_watched_on_every_work_queue(synthesis: Synthesis) -> None:
    """A flow that is late, or a target that is not written, is told of before its owner notices."""
    watched = {
        logical_id(dimension["Value"])
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateAgeOfOldestMessage"
        for dimension in alarm["Dimensions"]
    }
    assert watched == {queue for queue, _, _ in consumers(synthesis)}
