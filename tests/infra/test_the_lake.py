from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra.lake_statements import LAKE, SINCE, creation_of, merge_of
from infra.lake_states import DAYS, lake_states
from tests.infra.test_access_properties import WITHOUT_RESOURCES, resources_for, role_of
from tests.support.synthesis import Synthesis, as_list, logical_id, written
from tieout.lake.tables import TABLES, Kind, Table

TYPES = {Kind.TEXT: "string", Kind.WHOLE: "bigint", Kind.TRUTH: "boolean", Kind.AMOUNT: "string"}


def asked_of_athena(states: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks of the machine, in their order."""
    merging = states["States"]["Each"]["ItemProcessor"]
    first = merging["States"][merging["StartAt"]]
    return [first, merging["States"][first["Next"]]]


def test_the_catalogue_has_each_table_of_rows_as_it_is_derived(synthesis: Synthesis) -> None:
    """Columns in their order and types, every one explained, and days found by their names in the bucket."""
    found = {
        each["TableInput"]["Name"]: each["TableInput"] for each in synthesis.properties("AWS::Glue::Table").values()
    }
    assert found.keys() == {f"{table.name}_rows" for table in TABLES}
    for table in TABLES:
        declared = found[f"{table.name}_rows"]
        columns = [(each["Name"], each["Type"]) for each in declared["StorageDescriptor"]["Columns"]]
        assert columns == [(each.name, TYPES[each.kind]) for each in table.columns]
        assert all(each["Comment"] for each in declared["StorageDescriptor"]["Columns"])
        assert [each["Name"] for each in declared["PartitionKeys"]] == ["date"]
        location = written(declared["StorageDescriptor"]["Location"])
        assert location.endswith(f"/rows/{table.name}/")
        assert written(declared["Parameters"]["storage.location.template"]) == f"{location}date=${{date}}"
        assert declared["Parameters"]["projection.date.range"].endswith(",NOW")


def test_what_queries_answer_is_encrypted_whatever_they_ask_for(synthesis: Synthesis) -> None:
    """The workgroup decides, not the client."""
    (workgroup,) = synthesis.properties("AWS::Athena::WorkGroup").values()
    configuration = workgroup["WorkGroupConfiguration"]
    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["ResultConfiguration"]["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert written(configuration["ResultConfiguration"]["OutputLocation"]).endswith("/queries/")


def test_the_rule_takes_the_journals_objects_and_no_other(synthesis: Synthesis) -> None:
    """The archive tells of payloads and spooled deliveries too."""
    rules = [rule for rule in synthesis.properties("AWS::Events::Rule").values() if "journal/" in str(rule)]
    (pattern,) = [rule["EventPattern"] for rule in rules]
    assert pattern["detail"]["object"] == {"key": [{"prefix": "journal/"}]}
    (bucket,) = pattern["detail"]["bucket"]["name"]
    assert logical_id(bucket).startswith("Archive") or "Archive" in written(bucket)


def test_rows_are_merged_every_night_and_a_failure_is_told(synthesis: Synthesis) -> None:
    """The rule starts the machine and nothing else; however an execution ends otherwise than well, somebody is called."""
    (rule,) = [each for each in synthesis.properties("AWS::Events::Rule").values() if "cron" in str(each)]
    (target,) = rule["Targets"]
    assert target["Input"] == "{}"
    alarms = [each for each in synthesis.properties("AWS::CloudWatch::Alarm").values() if "unmerged-rows" in str(each)]
    watched = {
        metric["MetricStat"]["Metric"]["MetricName"]
        for each in alarms
        for metric in each.get("Metrics", [])
        if "MetricStat" in metric
    }
    assert watched == {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"}


def test_the_machine_asks_exactly_these_statements() -> None:
    """Those that the tests run over DuckDB, one table after the other, each tried again."""
    states = lake_states()
    assert states["States"]["Tables"]["Output"]["tables"] == [
        {"create": creation_of(table).replace(LAKE, "${lake_bucket}"), "merge": merge_of(table)} for table in TABLES
    ]
    create, merge = asked_of_athena(states)
    assert [each["Arguments"]["QueryString"] for each in (create, merge)] == [
        "{% $states.input.create %}",
        "{% $states.input.merge %}",
    ]
    assert all(each["Resource"].endswith(":athena:startQueryExecution.sync") for each in (create, merge))
    assert all(each["Retry"][0]["ErrorEquals"] == ["States.ALL"] for each in (create, merge))
    assert f"- {DAYS * 86_400_000}" in states["States"]["Tables"]["Output"]["since"]


def test_a_night_looks_back_as_far_as_the_stream_can_reach() -> None:
    """The stream forgets after a day, so what is told late is of the day before at the earliest; and one night may fail."""
    assert DAYS > 2


@pytest.mark.parametrize("table", TABLES, ids=lambda each: each.name)
def test_a_statement_is_one_that_athena_takes(table: Table) -> None:
    """No longer than it may be, with nothing that the definition would fill in by mistake, and every column in it."""
    creation, merge = creation_of(table), merge_of(table)
    assert max(len(creation), len(merge)) < 262_144
    assert merge.count(SINCE) == 2
    assert "${" not in creation + merge
    for column in table.columns:
        assert f"`{column.name}` " in creation
        assert len(re.findall(rf"\b{column.name}\b", merge)) >= 3
    amounts = [column.name for column in table.columns if column.kind is Kind.AMOUNT]
    assert re.findall(r"CAST\((\w+) AS decimal\(38,4\)\)", merge) == amounts
    assert not {"float", "double", "real"} & set(re.findall(r"\w+", creation + merge))


def test_the_definition_is_what_is_deployed(synthesis: Synthesis) -> None:
    """And stays far below the megabyte that Step Functions takes."""
    definitions = [
        each["DefinitionString"]
        for each in synthesis.properties("AWS::StepFunctions::StateMachine").values()
        if "lake_bucket" in each["DefinitionSubstitutions"]
    ]
    (text,) = definitions
    assert json.loads(text) == lake_states()
    assert len(text) < 100_000


def test_the_lake_function_reads_the_journal_and_intersections_and_writes_rows_alone(synthesis: Synthesis) -> None:
    """It changes nothing of the ledger and nothing of the archive."""
    ((role, _),) = role_of(synthesis, "lake")
    statements = synthesis.statements(role)
    granted = {action for each in statements for action in as_list(each["Action"]) if not action.startswith("kms:")}
    assert granted - {"logs:CreateLogStream", "logs:PutLogEvents"} - WITHOUT_RESOURCES == {
        *("s3:GetObject", "s3:PutObject", "dynamodb:BatchGetItem"),
        *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    }
    read = [where.split("/", 1)[1] for where in resources_for(statements, "s3:GetObject")]
    assert sorted(read) == ["journal/*", "rows/*"]
    (written_to,) = resources_for(statements, "s3:PutObject")
    assert written_to.endswith("LakeArn>/rows/*") or written_to.split("/", 1)[1] == "rows/*"
