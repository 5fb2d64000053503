"""A connection whose source drops files: what is deployed for it, who may do what with them, and which declarations are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.file_states import BUSY_RETRIES, BUSY_SECONDS, TASKS, file_states
from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tests.support.synthesis import REPOSITORY, Synthesis, as_list, logical_id, written
from tieout.file_runs import FileState
from tieout.landscape import Landscape

CONNECTION = "ledger-latam"
SECONDS_OF_A_DAY = 24 * 60 * 60
MOST_EVENTS = 25_000
"""Of the history of one execution: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""

_EVENTS_OF_A_TRY = 3  # scheduled, started, failed


@pytest.fixture
def sandbox(stages: Callable[[str], Synthesis]) -> Synthesis:
    """The templates of a stage that has one."""
    return stages("sandbox")


def own(synthesis: Synthesis, kind: str) -> dict[str, Mapping[str, Any]]:
    """The properties of what is deployed because files are dropped."""
    return {name: each for name, each in synthesis.properties(kind).items() if "TakeFiles" in name}


def task_statements(synthesis: Synthesis) -> dict[str, list[Mapping[str, Any]]]:
    """What the function of each task may do."""
    return {
        function["Handler"].rpartition(".")[2]: synthesis.statements(logical_id(function["Role"]))
        for function in own(synthesis, "AWS::Lambda::Function").values()
    }


def allowed(statements: list[Mapping[str, Any]], action: str) -> list[str]:
    """Where an action is allowed, without the bucket that its objects are in."""
    return sorted(
        written(resource).partition("/")[2]
        for each in statements
        if action in as_list(each["Action"])
        for resource in as_list(each["Resource"])
    )


def states_in(machine: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every state of a machine and of the maps in it."""
    for state in machine["States"].values():
        yield state
        if "ItemProcessor" in state:
            yield from states_in(state["ItemProcessor"])


def test_the_landscape_is_read_and_travels_whole() -> None:
    """The intake and the record step read in their assets what was declared."""
    declared = read_landscape(REPOSITORY, "sandbox")
    assert declared.connection(CONNECTION).arrivals == ("objects",)
    assert Landscape.of_json(compile_landscape(declared).encode()) == declared


def test_nobody_calls_it_and_it_has_no_secret(sandbox: Synthesis) -> None:
    """What is not needed is neither deployed nor granted, and its layouts are told to no door."""
    assert not [each for each in sandbox.properties("AWS::ApiGatewayV2::Route").values() if CONNECTION in str(each)]
    assert not [name for name in sandbox.of_type("AWS::SecretsManager::Secret") if name.startswith("LedgerLatam")]
    told = json.loads(written(sandbox.outputs()["ConnectionLedgerLatam"]))
    assert told.keys() == {"name", "system", "arrivals", "completion", "legal_entity", "flows", "options"}
    assert told["options"] == {}


def test_its_bucket_tells_of_what_is_dropped_and_the_rule_takes_nothing_else(sandbox: Synthesis) -> None:
    """Other buckets of the account tell on the same bus, the archive among them."""
    telling = {
        name
        for name, each in sandbox.properties("AWS::S3::Bucket").items()
        if "NotificationConfiguration" in each and not name.startswith("Archive")
    }
    assert {name.startswith("Incoming") for name in telling} == {True}
    [rule] = own(sandbox, "AWS::Events::Rule").values()
    assert "EventBusName" not in rule  # S3 tells on the account's own
    pattern = rule["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert {logical_id(each) for each in pattern["detail"]["bucket"]["name"]} == telling
    assert pattern["detail"]["object"] == {"key": [{"prefix": "incoming/"}]}


def test_an_execution_is_told_which_object_it_is(sandbox: Synthesis) -> None:
    """Bucket, key, digest and size of the event, each as JSON has it, whatever characters a name has."""
    [rule] = own(sandbox, "AWS::Events::Rule").values()
    [target] = rule["Targets"]
    assert logical_id(target["Arn"]) in sandbox.of_type("AWS::StepFunctions::StateMachine")
    event = {"detail": {"bucket": {"name": "b"}, "object": {"key": 'incoming/x/a "b".csv', "etag": "e", "size": 7}}}
    template = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        value: Any = event
        for step in path.removeprefix("$.").split("."):
            value = value[step]
        template = template.replace(f"<{name}>", json.dumps(value))
    assert json.loads(template) == {"bucket": "b", "key": 'incoming/x/a "b".csv', "etag": "e", "size": 7}


def test_the_machine_is_logged_without_contents_and_traced(sandbox: Synthesis) -> None:
    """Every step of every execution stands in its log; what the tasks are told and answer does not."""
    [machine] = own(sandbox, "AWS::StepFunctions::StateMachine").values()
    assert machine["TracingConfiguration"] == {"Enabled": True}
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)
    [destination] = logging["Destinations"]
    assert logical_id(destination) in sandbox.of_type("AWS::Logs::LogGroup")


def test_everything_the_states_refer_to_is_filled_in(sandbox: Synthesis) -> None:
    """A name that nobody fills in would only be found once a file is dropped."""
    [machine] = own(sandbox, "AWS::StepFunctions::StateMachine").values()
    assert set(re.findall(r"\$\{(\w+)\}", machine["DefinitionString"])) == set(machine["DefinitionSubstitutions"])
    assert machine["DefinitionSubstitutions"].keys() >= set(TASKS)


def test_whatever_fails_is_tried_again_and_then_told() -> None:
    """No task fails at once, none waits for ever, and each failure ends the execution as failed, after `fail` was told.

    What was killed would be again, and is tried once more; a service that has an outage has half an hour to come back.
    """
    machine = file_states(960)
    states = list(states_in(machine))
    tasks = [each for each in states if each["Type"] == "Task"]
    assert {each["Resource"] for each in tasks} == {f"${{{name}}}" for name in TASKS}
    for task in tasks:
        killed, failed = task["Retry"][-2:]
        assert (killed["ErrorEquals"][1:], killed["MaxAttempts"]) == (["Sandbox.Timedout", "States.Timeout"], 1)
        assert failed["ErrorEquals"] == ["States.TaskFailed"]
        waits = [failed["IntervalSeconds"] * failed["BackoffRate"] ** number for number in range(failed["MaxAttempts"])]
        assert sum(min(each, failed["MaxDelaySeconds"]) for each in waits) > 30 * 60
        assert task["TimeoutSeconds"] == 960
    for name in ("Check", "Send", "Finish"):
        [caught] = machine["States"][name]["Catch"]
        assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "Fail")
    assert machine["States"]["Fail"]["Next"] == "Failed"
    assert machine["States"]["Failed"]["Type"] == "Fail"
    following = {each["Next"] for each in states if "Next" in each}
    assert following <= set(machine["States"])


def test_what_is_not_accepted_is_not_sent() -> None:
    """Whatever else `check` says, the execution is over: nothing of the file counts."""
    choice = file_states(960)["States"]["IsAccepted"]
    assert choice["Default"] == "Over"
    sent = [each["StringEquals"] for each in choice["Choices"] if each["Next"] == "Send"]
    assert sent == ["accepted"]


def test_what_waits_is_asked_about_after_a_day(sandbox: Synthesis) -> None:
    """By what says so of whatever `check` left waiting; where it still does, an alarm tells of it."""
    states = file_states(960)["States"]
    [waiting] = [each for each in states["IsAccepted"]["Choices"] if each["StringEquals"] == FileState.WAITING]
    wait = states[waiting["Next"]]
    assert (wait["Type"], wait["Seconds"]) == ("Wait", SECONDS_OF_A_DAY)
    asked = states[wait["Next"]]
    assert (asked["Resource"], asked["Parameters"]) == ("${check}", {"waited.$": "$"})
    assert states[asked["Next"]]["Type"] == "Succeed"
    assert "Catch" not in asked  # what failed is no word on the file: it still waits
    alarms = own(sandbox, "AWS::CloudWatch::Alarm").values()
    told = [each for each in alarms if "docs/runbooks/waiting-files.md" in each["AlarmDescription"]]
    assert ["FileWaiting" in json.dumps(each["Metrics"]) for each in told] == [True]


def test_what_builds_on_a_file_is_checked_once_it_is_finished() -> None:
    """As the drop it was: the balances of the next period, where they are stated for the year to date."""
    states = file_states(960)["States"]
    assert states["Finish"]["Next"] == "Follows"
    assert states["Follows"]["Default"] == "Over"
    [there_is_one] = states["Follows"]["Choices"]
    assert states[there_is_one["Next"]] == {"Type": "Pass", "InputPath": "$.finished.next[0]", "Next": "Check"}
    assert (there_is_one["Variable"], there_is_one["IsPresent"]) == ("$.finished.next[0]", True)


def test_chunks_are_sent_few_at_a_time_and_what_they_answer_is_not_collected() -> None:
    """A map over the list in the archive; the answers of a hundred thousand chunks would outgrow what a state may hand on."""
    send = file_states(960)["States"]["Send"]
    assert send["MaxConcurrency"] == 2
    assert send["ItemReader"]["Parameters"] == {"Bucket": "${lists_bucket}", "Key.$": "$.checked.manifest"}
    assert send["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert send["ResultPath"] is None
    assert send["ItemProcessor"]["States"]["SendChunk"]["OutputPath"] is None


def test_a_chunk_waits_for_a_flow_that_is_busy_for_a_day() -> None:
    """And its execution does not outgrow the history it may have."""
    chunk = file_states(960)["States"]["Send"]["ItemProcessor"]["States"]["SendChunk"]
    busy, *_ = chunk["Retry"]
    assert busy["ErrorEquals"] == ["FlowBusyError"]
    assert (busy["MaxAttempts"], busy["MaxDelaySeconds"]) == (BUSY_RETRIES, BUSY_SECONDS[1])
    assert busy["JitterStrategy"] == "FULL"  # half of each wait, on average
    assert (BUSY_RETRIES - 20) * BUSY_SECONDS[1] / 2 > SECONDS_OF_A_DAY
    assert BUSY_RETRIES * _EVENTS_OF_A_TRY < MOST_EVENTS


def test_an_error_that_is_tried_again_calls_nobody(sandbox: Synthesis) -> None:
    """Each time a chunk is put off, its function ends in an error: an hour of them is too long. Of the other tasks a quarter is."""
    periods = {}
    for name, alarm in own(sandbox, "AWS::CloudWatch::Alarm").items():
        if alarm.get("MetricName") == "Errors":
            periods[name.removeprefix("TakeFiles").partition("Failing")[0]] = (
                alarm["DatapointsToAlarm"],
                alarm["EvaluationPeriods"],
                alarm["Period"],
            )
    assert periods.pop("Send") == (12, 12, 300)
    assert periods == dict.fromkeys(("Check", "Finish", "Fail"), (3, 3, 300))
    assert BUSY_SECONDS[1] < 300  # every five minutes a chunk that waits is offered again


def test_each_task_reaches_what_it_works_with_and_nothing_else(sandbox: Synthesis) -> None:
    """Only `check` sees what was dropped, and only `send` publishes, as the connections that drop files."""
    tasks = task_statements(sandbox)
    assert set(tasks) == set(TASKS)
    own_files = [f"files/{CONNECTION}/*"]
    assert allowed(tasks["check"], "s3:GetObject") == [*own_files, "incoming/*"]
    assert allowed(tasks["check"], "s3:PutObject") == allowed(tasks["check"], "s3:DeleteObject") == own_files
    assert allowed(tasks["send"], "s3:GetObject") == own_files
    assert allowed(tasks["send"], "s3:PutObject") == [f"overflow/{CONNECTION}/*"]
    for name, statements in tasks.items():
        granted = {action.partition(":")[0] for each in statements for action in as_list(each["Action"])}
        more = {"check": {"s3"}, "send": {"s3", "sqs", "events"}}.get(name, set())
        assert granted == {"dynamodb", "kms", "logs", "xray", *more}
    [checking] = [name for name, each in tasks.items() if allowed(each, "dynamodb:ConditionCheckItem")]
    assert checking == "check"  # of balances to date: that what they are behind still stands
    [publish] = [each for each in tasks["send"] if "events:PutEvents" in each["Action"]]
    assert publish["Condition"]["ForAllValues:StringLike"]["events:source"] == [f"tieout.{CONNECTION}"]


def test_the_machine_invokes_its_tasks_and_starts_nothing_but_itself(sandbox: Synthesis) -> None:
    """And the rule starts the machine, and nothing else."""
    [(name, machine)] = own(sandbox, "AWS::StepFunctions::StateMachine").items()
    statements = sandbox.statements(logical_id(machine["RoleArn"]))
    [invoke] = [each for each in statements if "lambda:InvokeFunction" in as_list(each["Action"])]
    assert {logical_id(each) for each in invoke["Resource"]} == set(own(sandbox, "AWS::Lambda::Alias"))
    assert allowed(statements, "s3:GetObject") == ["files/*"]
    [rule] = own(sandbox, "AWS::Events::Rule").values()
    starts = [*statements, *sandbox.statements(logical_id(rule["Targets"][0]["RoleArn"]))]
    started = [each["Resource"] for each in starts if "states:StartExecution" in as_list(each["Action"])]
    assert [logical_id(each) for each in started] == [name, name]


def test_whoever_drops_files_can_do_that_and_read_nothing(sandbox: Synthesis) -> None:
    """The policy for whoever moves a connection's files lets them put objects under its name alone."""
    [(name, policy)] = own(sandbox, "AWS::IAM::ManagedPolicy").items()
    put, encrypt = policy["PolicyDocument"]["Statement"]
    assert set(put["Action"]) == {"s3:AbortMultipartUpload", "s3:PutObject"}
    assert written(put["Resource"]).partition("/")[2] == f"incoming/{CONNECTION}/*"
    assert written(encrypt["Condition"]["StringEquals"]["kms:ViaService"]) == "s3.<AWS::Region>.amazonaws.com"
    told = json.loads(written(sandbox.outputs()["DropLedgerLatam"]))
    assert told == {"name": CONNECTION, "policy_arn": f"<{name}>"}


def test_record_functions_read_what_files_were_cut_into(sandbox: Synthesis) -> None:
    """Beside what was posted; the one for unrouted notices completes nothing."""
    for function in sandbox.properties("AWS::Lambda::Function").values():
        if function["Handler"] == "functions.record.handler.lambda_handler":
            reads = allowed(sandbox.statements(logical_id(function["Role"])), "s3:GetObject")
            is_unrouted = function["Environment"]["Variables"]["TIEOUT_FLOW"] == "unrouted"
            assert reads == (["overflow/*"] if is_unrouted else ["files/*", "overflow/*", "payloads/*"])


def test_a_stage_without_such_a_connection_has_a_bucket_and_nothing_more(prod: Synthesis) -> None:
    """The bucket stays where the last of them goes: what was dropped is evidence."""
    assert not [name for name in prod.resources if "TakeFiles" in name]
    assert [name for name in prod.of_type("AWS::S3::Bucket") if name.startswith("Incoming")]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ('completion = "payload"', "", "completion: what a file states is all there is of its records: say 'payload'"),
        ('"objects"', '"objects", "webhook"', "'legacy_files' cannot be a source that posts webhooks"),
        ('system = "legacy_files"', 'system = "generic"', "'generic' cannot be a source that drops files"),
    ],
)
def test_what_does_not_hang_together_is_refused_with_a_sentence(
    root: Path, field: str, value: str, problem: str
) -> None:
    """At synth, before anything is deployed."""
    file = root / "landscape" / "stages" / "sandbox" / f"{CONNECTION}.toml"
    text = file.read_text()
    assert text.count(field) == 1
    file.write_text(text.replace(field, value))
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox")
    assert any(problem in each for each in caught.value.problems), caught.value.problems
