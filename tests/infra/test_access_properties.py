from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.support.synthesis import Synthesis, as_list, logical_id, texts_in, written

# What functions do with objects, and beside it Athena, which writes them in parts.
ON_OBJECTS = {
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
}
PREFIXES = {"overflow", "payloads", "rejected", "spool", "journal", "files", "incoming", "rows", "tables", "queries"}
# Actions that AWS authorises on no resource: the only ones that may stand on `*`.
WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"}
FORBIDDEN_WORDS = {
    *("iam:", "sts:", "lambda:", "dynamodb:Scan", "dynamodb:DeleteTable", "s3:DeleteBucket", "kms:Put", "sqs:Purge")
}


def roles(synthesis: Synthesis, service: str = ".amazonaws.com") -> dict[str, list[Mapping[str, Any]]]:
    """What each role may do that a service takes; those of people are told of in `test_peoples_roles.py`."""
    return {
        name: synthesis.statements(name)
        for name, role in synthesis.properties("AWS::IAM::Role").items()
        if service in trusted(role)
    }


def trusted(role: Mapping[str, Any]) -> str:
    """The service that takes a role; empty where people do."""
    (trust, *_) = role["AssumeRolePolicyDocument"]["Statement"]
    return str(trust["Principal"].get("Service", ""))


def role_of(synthesis: Synthesis, step: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The role and the environment of each function of a step."""
    for name, function in synthesis.properties("AWS::Lambda::Function").items():
        if function["Handler"] == f"functions.{step}.handler.lambda_handler":
            yield logical_id(function["Role"]), synthesis.environment(name)


def resources_for(statements: list[Mapping[str, Any]], action: str) -> list[str]:
    """Where an action is allowed."""
    return sorted(
        written(resource)
        for statement in statements
        if action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    )


def secrets_named(environment: Mapping[str, str], *variables: str) -> list[str]:
    """The secrets a function's settings name."""
    found: list[str] = []
    for variable in variables:
        value = environment[variable]
        found += json.loads(value).values() if value.startswith("{") else [value]
    return sorted(found)


def test_no_role_may_act_on_everything(synthesis: Synthesis) -> None:
    """Only actions that AWS ties to no resource stand on `*`, and no action is a pattern; a machine sets up its own log."""
    machines = roles(synthesis, "states.")
    for role, statements in roles(synthesis).items():
        for statement in statements:
            assert statement["Effect"] == "Allow"
            actions = as_list(statement["Action"])
            assert not [action for action in actions if "*" in action], role
            if "*" in as_list(statement["Resource"]):
                is_own_log = role in machines and all(each.startswith(("logs:", "xray:")) for each in actions)
                assert is_own_log or set(actions) <= WITHOUT_RESOURCES, role


def test_patterns_in_resources_only_stand_behind_a_prefix_of_the_archive(synthesis: Synthesis) -> None:
    """Object keys are not known at deployment; every other resource is named in full."""
    for statements in roles(synthesis).values():
        for statement in statements:
            for resource in map(written, as_list(statement["Resource"])):
                if resource.startswith("arn:<AWS::Partition>:states:"):  # an execution is named when it is started
                    assert set(as_list(statement["Action"])) == {"states:DescribeExecution", "states:StopExecution"}
                elif "*" in resource and resource != "*":
                    assert set(as_list(statement["Action"])) <= ON_OBJECTS
                    assert (resource.split("/")[1], resource[-2:]) in {(prefix, "/*") for prefix in PREFIXES}


def test_no_role_may_change_what_it_runs_in(synthesis: Synthesis) -> None:
    """Functions touch data, never roles, functions, tables, buckets, keys or whole queues."""
    for role, statements in roles(synthesis, "lambda.").items():
        actions = {action for statement in statements for action in as_list(statement["Action"])}
        assert not [action for action in actions for word in FORBIDDEN_WORDS if action.startswith(word)], role


def test_every_function_has_a_role_of_its_own(synthesis: Synthesis) -> None:
    """A grant for one function is never a grant for another, and nothing else takes a role but what starts files and runs them."""
    used = [logical_id(function["Role"]) for function in synthesis.properties("AWS::Lambda::Function").values()]
    assert sorted(used) == sorted(roles(synthesis, "lambda."))
    others = {}
    for name, role in synthesis.properties("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role
        if name not in used and trusted(role):
            others[name] = trusted(role)
    machines = [
        logical_id(each["RoleArn"]) for each in synthesis.properties("AWS::StepFunctions::StateMachine").values()
    ]
    rules = [
        logical_id(target["RoleArn"])
        for rule in synthesis.properties("AWS::Events::Rule").values()
        for target in rule["Targets"]
        if "RoleArn" in target
    ]
    assert others == dict.fromkeys(machines, "states.amazonaws.com") | dict.fromkeys(rules, "events.amazonaws.com")


def test_a_receive_function_reads_exactly_its_own_webhook_secret(synthesis: Synthesis) -> None:
    """Whoever breaks into one connection's function learns nothing about another connection."""
    seen, without = [], 0
    for role, environment in role_of(synthesis, "receive"):
        secrets = secrets_named(environment, "TIEOUT_SECRET_ARN")
        if secrets == ["none"]:  # the gateway asks for a token
            assert resources_for(synthesis.statements(role), "secretsmanager:GetSecretValue") == []
            without += 1
            continue
        assert resources_for(synthesis.statements(role), "secretsmanager:GetSecretValue") == secrets
        assert "WebhookSecret" in secrets[0]
        seen += secrets
    assert len(seen) == len(set(seen)) == len(list(role_of(synthesis, "receive"))) - without


def test_a_receive_function_publishes_only_as_its_own_connection(synthesis: Synthesis) -> None:
    """The bus knows who said what: each connection's function may use one source on one bus."""
    for role, environment in role_of(synthesis, "receive"):
        (statement,) = [each for each in synthesis.statements(role) if "events:PutEvents" in as_list(each["Action"])]
        assert logical_id(statement["Resource"]) in synthesis.of_type("AWS::Events::EventBus")
        assert statement["Condition"] == {
            "ForAllValues:StringLike": {"events:source": [f"tieout.{environment['TIEOUT_CONNECTION']}"]},
            "Null": {"events:source": "false"},
        }


def test_a_receive_function_reaches_no_ledger_no_queue_and_only_its_own_prefixes(synthesis: Synthesis) -> None:
    """The only doors behind the webhook are its secret, the bus, and what it may add to the archive."""
    for role, environment in role_of(synthesis, "receive"):
        statements = synthesis.statements(role)
        services = {action.split(":")[0] for each in statements for action in as_list(each["Action"])}
        secrets = set() if environment["TIEOUT_SECRET_ARN"] == "none" else {"secretsmanager"}
        assert services == {*secrets, "events", "s3", "kms", "logs", "xray"}
        connection = environment["TIEOUT_CONNECTION"]
        assert [resource.split("/", 1)[1] for resource in resources_for(statements, "s3:PutObject")] == [
            f"overflow/{connection}/*",
            *([f"payloads/{connection}/*"] if environment["TIEOUT_COMPLETION"] != "read" else []),
            f"rejected/{connection}/*",
            f"spool/{connection}/*",
        ]


def test_a_record_function_reads_the_directory_and_the_secrets_it_names_and_no_others(synthesis: Synthesis) -> None:
    """It reads source systems, so it has their API secrets; the one for unrouted notices reads none."""
    (directory,) = [
        each for name, each in synthesis.properties("AWS::SecretsManager::Secret").items() if name == "Directory"
    ]
    named = [
        secret.removeprefix("<").removesuffix(">") for secret in json.loads(written(directory["SecretString"])).values()
    ]
    told_of = [json.loads(written(each)) for name, each in synthesis.outputs().items() if name.startswith("Connection")]
    assert len(named) == len([each for each in told_of if each["completion"] != "payload"])
    for role, environment in role_of(synthesis, "record"):
        (told,) = secrets_named(environment, "TIEOUT_DIRECTORY_ARN")
        readable = resources_for(synthesis.statements(role), "secretsmanager:GetSecretValue")
        if environment["TIEOUT_FLOW"] == "unrouted":
            assert not readable
            continue
        assert told in readable
        assert len(readable) == len(named) + 1
        assert all(any(name in secret for secret in readable) for name in named)


def test_a_deliver_function_reads_exactly_its_targets_secret(synthesis: Synthesis) -> None:
    """The writer of one planning system cannot write another."""
    for role, environment in role_of(synthesis, "deliver"):
        secrets = secrets_named(environment, "TIEOUT_SECRET_ARN")
        assert resources_for(synthesis.statements(role), "secretsmanager:GetSecretValue") == secrets
        assert "TargetSecret" in secrets[0]


def test_only_the_steps_that_publish_may_publish(synthesis: Synthesis) -> None:
    """Recording and delivering never put anything back on the bus."""
    for step in ("record", "deliver"):
        for role, _ in role_of(synthesis, step):
            assert not resources_for(synthesis.statements(role), "events:PutEvents")


@pytest.mark.parametrize(
    ("step", "variables"),
    [
        ("record", ["TIEOUT_QUEUE_URL", "TIEOUT_DEAD_LETTER_QUEUE_URL", "TIEOUT_FLUSH_QUEUE_URLS"]),
        ("deliver", []),
        ("sweep", ["TIEOUT_FLUSH_QUEUE_URLS"]),
    ],
)
def test_a_function_sends_to_the_queues_its_step_sends_to(
    synthesis: Synthesis, step: str, variables: list[str]
) -> None:
    """A flow parks, lists to its own queue and asks for flushes, the sweeper asks for flushes, and a writer sends nothing."""
    for role, environment in role_of(synthesis, step):
        own = {"TIEOUT_QUEUE_URL"} if environment.get("TIEOUT_FLOW") == "unrouted" else set()  # which reads no source
        told = "".join(environment[variable] for variable in variables if variable not in own)
        queues = resources_for(synthesis.statements(role), "sqs:SendMessage")
        assert len(queues) == told.count("<")
        assert all(queue.removesuffix(".Arn>") + ">" in told for queue in queues)


def test_notices_that_no_flow_wants_lead_to_no_flush(synthesis: Synthesis) -> None:
    """Behind the catch-all nothing is recorded, so its function can ask nobody to write."""
    (unrouted,) = [told for _, told in role_of(synthesis, "record") if told["TIEOUT_FLOW"] == "unrouted"]
    assert unrouted["TIEOUT_FLUSH_QUEUE_URLS"] == "{}"


def test_the_journal_reads_the_stream_adds_to_its_own_prefix_and_does_nothing_else(synthesis: Synthesis) -> None:
    """It sees every change, so it reaches nothing by which any could be made: no item of the table, no secret, no bus."""
    ((role, _),) = role_of(synthesis, "journal")
    statements = synthesis.statements(role)
    granted = {action for each in statements for action in as_list(each["Action"])}
    reads = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
    assert granted - {"logs:CreateLogStream", "logs:PutLogEvents"} - WITHOUT_RESOURCES == {
        *reads, "s3:GetObject", "s3:PutObject", "sqs:SendMessage", "kms:Decrypt", "kms:GenerateDataKey",
    }  # fmt: skip
    (table,) = synthesis.of_type("AWS::DynamoDB::Table")
    for action in reads:
        assert resources_for(statements, action) == [f"<{table}.StreamArn>"]
    for action in ("s3:GetObject", "s3:PutObject"):
        (where,) = resources_for(statements, action)
        assert where.split("/", 1)[1] == "journal/*"
    (queue,) = resources_for(statements, "sqs:SendMessage")
    assert "JournalUnkept" in queue


def test_only_what_puts_messages_off_may_hide_them(synthesis: Synthesis) -> None:
    """A writer's requests come back by their queue's own clock; a flow's notices come back when their source allows."""
    for step, hides in {"record": True, "deliver": False}.items():
        for role, _ in role_of(synthesis, step):
            (queue,) = resources_for(synthesis.statements(role), "sqs:ReceiveMessage")
            hidden = resources_for(synthesis.statements(role), "sqs:ChangeMessageVisibility")
            assert hidden == ([queue] if hides else [])


def test_only_the_stages_own_rules_put_events_on_its_queues(synthesis: Synthesis) -> None:
    """Each queue a rule feeds, and each queue behind a rule, admits that one rule by its name."""
    for name, rule in synthesis.properties("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            fed = [target["DeadLetterConfig"]["Arn"], *([target["Arn"]] if "Queue" in str(target["Arn"]) else [])]
            for queue in map(logical_id, fed):
                (policy,) = [
                    policy["PolicyDocument"]["Statement"]
                    for policy in synthesis.properties("AWS::SQS::QueuePolicy").values()
                    if [{"Ref": queue}] == policy["Queues"]
                ]
                (allowed,) = [statement for statement in policy if statement["Effect"] == "Allow"]
                assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
                assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [name, "Arn"]}}}


def test_no_account_is_named_anywhere(synthesis: Synthesis) -> None:
    """The same assembly deploys to any account: no account number stands in a template."""
    for template in synthesis.templates:
        for text in texts_in(template["Resources"]):
            # Whole words: twelve digits may follow each other in the digest that a version's name ends with.
            words = "".join(character if character.isalnum() else " " for character in text).split()
            assert not [word for word in words if word.isdigit() and len(word) == 12], text
