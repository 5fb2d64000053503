"""What people may do in a stage: who reads changes nothing, and nobody can do alone what takes two."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.infra.test_access_properties import FORBIDDEN_WORDS
from tests.support.synthesis import Synthesis, as_list, synthesise, written

DUTIES = ("Auditor", "Controller", "Operator")
READING = ("Describe", "BatchGet", "Get", "List", "Query", "Filter", "Decrypt")
USER, ROLE = "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:role/Finance"


def role_of(synthesis: Synthesis, duty: str) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """The role of a duty, and what it may do."""
    [name] = [each for each in synthesis.properties("AWS::IAM::Role") if each.startswith(f"People{duty}")]
    return synthesis.properties("AWS::IAM::Role")[name], synthesis.statements(name)


def actions_of(statements: list[Mapping[str, Any]]) -> set[str]:
    """Everything that is allowed somewhere."""
    return {action for each in statements for action in as_list(each["Action"])}


def writable(synthesis: Synthesis, duty: str) -> dict[str, list[str]]:
    """The partitions whose items somebody may change, with the attributes where only these."""
    found = dict[str, list[str]]()
    for each in role_of(synthesis, duty)[1]:
        if "dynamodb:PutItem" in as_list(each["Action"]) or "dynamodb:UpdateItem" in as_list(each["Action"]):
            condition = each["Condition"]
            assert condition["Null"]["dynamodb:LeadingKeys"] == "false"
            attributes = condition.get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes", [])
            assert not attributes or condition["Null"]["dynamodb:Attributes"] == "false"
            found |= dict.fromkeys(condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"], attributes)
    return found


def test_an_auditor_only_reads(synthesis: Synthesis) -> None:
    """Items, objects, depths and logs; no message, no secret, and nothing that runs."""
    actions = actions_of(role_of(synthesis, "Auditor")[1])
    assert {each for each in actions if not each.split(":")[1].startswith(READING)} == set()
    assert not {each for each in actions if each.startswith(("lambda:", "secretsmanager:", "events:", "states:"))}
    assert {each for each in actions if each.startswith("sqs:")} == {"sqs:GetQueueAttributes"}


def test_nobody_may_change_both_what_is_asked_for_and_what_is_allowed(synthesis: Synthesis) -> None:
    """Books are closed by controllers alone; an operator asks for a restatement and cannot write that it is allowed."""
    operator, controller = (writable(synthesis, duty) for duty in ("Operator", "Controller"))
    assert {"BOOKS", "GATE#*"} <= controller.keys()
    assert not {"BOOKS", "GATE#*"} & operator.keys()
    assert operator["LATE#*"] == ["pk", "sk", "late", "asked"]
    assert {"MAP#*", "CELL#*", "RECEIPT#*", "CENSUS#*"} <= operator.keys()
    assert "CLOSE#*" in controller.keys() - operator.keys()
    both = {"LATE#*", "MAP#*", "OPERATOR_LOG", "PROPOSAL#*", "PROPOSALS", "RECONCILED#*"}
    assert operator.keys() & controller.keys() == both
    assert writable(synthesis, "Auditor") == {}


@pytest.mark.parametrize("duty", DUTIES)
def test_a_role_says_no_more_than_its_duty(synthesis: Synthesis, duty: str) -> None:
    """Nobody takes another role, changes a function, scans the table, reads a secret, publishes, or deletes what was kept."""
    _, statements = role_of(synthesis, duty)
    assert all(each["Effect"] == "Allow" and "*" not in as_list(each["Resource"]) for each in statements)
    actions = actions_of(statements)
    forbidden = FORBIDDEN_WORDS - {"lambda:"} | {
        "secretsmanager:",
        "events:",
        "s3:PutObjectR",
        "s3:Bypass",
        "s3:Delete",
    }
    assert not [action for action in actions for word in forbidden if action.startswith(word)]
    assert {each for each in actions if each.startswith("lambda:")} <= {"lambda:InvokeFunction"}
    stored = [each for each in statements if "s3:PutObject" in as_list(each["Action"])]
    folders = {"Auditor": (), "Operator": ("operator-log",), "Controller": ("certificates", "operator-log")}[duty]
    objects = sorted(written(named).split("/")[1] for each in stored for named in as_list(each["Resource"]))
    assert objects == list(folders)
    assert all(each["Condition"] == {"Null": {"s3:if-none-match": "false"}} for each in stored)


@pytest.mark.parametrize("duty", DUTIES)
def test_a_session_is_called_as_its_user(synthesis: Synthesis, duty: str) -> None:
    """Where nobody is named, users of the account take a role if IAM lets them, and no role does."""
    role, _ = role_of(synthesis, duty)
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert "root" in written(trust["Principal"]["AWS"])
    assert trust["Condition"] == {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}


def test_a_stage_can_say_who_takes_a_role(tmp_path: Path) -> None:
    """Users by their own names, and roles, whose sessions are called by whoever gives them out."""
    overlay = tmp_path / "overlay.toml"
    overlay.write_text(f'[people]\nauditors = ["{USER}", "{ROLE}"]\n')
    made = synthesise(tmp_path, "dev", overlay=overlay)
    role, _ = role_of(made, "Auditor")
    trusts = {each["Principal"]["AWS"]: each.get("Condition") for each in role["AssumeRolePolicyDocument"]["Statement"]}
    assert trusts == {USER: {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, ROLE: None}
