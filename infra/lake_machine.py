"""The state machine that merges rows into the lake's tables every night, when it starts, and the alarm for its failing."""

from __future__ import annotations

import json

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import FIVE_MINUTES, Alarms, Runbook
from infra.buckets import LAKE_QUERIES
from infra.grants import use_key
from infra.lake_statements import TABLES_PREFIX, rows_of
from infra.lake_states import DATABASE, LAKE_BUCKET, PARTITION, WORKGROUP, lake_states
from infra.ledger import LedgerStack
from infra.route import admit, target_of_rule
from infra.stage import Stage
from infra.state_machine_logs import ON_EVERYTHING, log_and_trace, logged_to
from infra.work_queue import DeadLetterQueue, Parking
from tieout.lake.tables import PREFIX, TABLES

_NIGHTLY = "cron(10 2 * * ? *)"  # when the last day's journal has long been kept, and nobody deploys
_ENDS = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")


class LakeMachine(Construct):
    """Merges the rows of the last days into the tables; what one night does not do, the next one does."""

    def __init__(
        self, scope: Construct, construct_id: str, *, ledger: LedgerStack, stage: Stage, alarms: Alarms
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(self, "Logs", retention=stage.log_retention, removal_policy=stage.removal_policy)
        self.role = self._role(ledger)
        self.machine = stepfunctions.CfnStateMachine(
            self,
            "Machine",
            role_arn=self.role.role_arn,
            definition_string=json.dumps(lake_states(), separators=(",", ":")),
            definition_substitutions={
                LAKE_BUCKET: ledger.lake_bucket,
                WORKGROUP: ledger.lake_catalogue,
                DATABASE: ledger.lake_catalogue,
                PARTITION: Aws.PARTITION,
            },
            logging_configuration=logged_to(self.log_group),
            tracing_configuration=stepfunctions.CfnStateMachine.TracingConfigurationProperty(enabled=True),
        )
        self.arn = self.machine.attr_arn
        self.undelivered = self._undelivered(ledger, alarms)
        self._start_nightly()
        self._watch(alarms)

    def _role(self, ledger: LedgerStack) -> iam.Role:
        read = ledger.lake_access(["s3:GetObject"], [PREFIX])
        change = ledger.lake_access(
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
            [TABLES_PREFIX, LAKE_QUERIES],
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={
                "Merge": iam.PolicyDocument(
                    statements=[
                        _ask(ledger.lake_catalogue),
                        _use_catalogue(ledger.lake_catalogue),
                        iam.PolicyStatement(
                            actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                            resources=[ledger.lake_arn],
                        ),
                        read.statement,
                        change.statement,
                        use_key(ledger.key),
                        log_and_trace(),
                    ]
                )
            },
        )
        read.acknowledge_for(role)
        change.acknowledge_for(role)
        acknowledge(role, "AwsSolutions-IAM5[Resource::*]", ON_EVERYTHING)
        return role

    def _undelivered(self, ledger: LedgerStack, alarms: Alarms) -> sqs.Queue:
        meaning = "The state machine that merges the lake's rows could not be started by its schedule."
        parking = Parking(meaning=meaning, runbook=Runbook.UNMERGED_ROWS)
        return DeadLetterQueue(self, "Undelivered", key=ledger.key, alarms=alarms, parking=parking).queue

    def _start_nightly(self) -> None:
        start = iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.arn])
        role = iam.Role(
            self,
            "Starter",
            assumed_by=iam.ServicePrincipal("events.amazonaws.com"),
            inline_policies={"Start": iam.PolicyDocument(statements=[start])},
        )
        rule = events.CfnRule(
            self,
            "Nightly",
            description="The lake's rows are merged every night.",
            schedule_expression=_NIGHTLY,
            state="ENABLED",
            targets=[
                target_of_rule(
                    "Machine", self.arn, undelivered=self.undelivered, role_arn=role.role_arn, event_input="{}"
                )
            ],
        )
        admit(self.undelivered, rule)

    def _watch(self, alarms: Alarms) -> None:
        ends = {
            name.lower(): cloudwatch.Metric(
                namespace="AWS/States",
                metric_name=name,
                dimensions_map={"StateMachineArn": self.arn},
                period=FIVE_MINUTES,
                statistic="Sum",
            )
            for name in _ENDS
        }
        alarms.raise_when(
            self,
            "Failing",
            metric=cloudwatch.MathExpression(
                expression=" + ".join(f"FILL({name}, 0)" for name in ends),
                using_metrics=ends,
                period=FIVE_MINUTES,
                label="Merges that did not end well",
            ),
            above=0,
            meaning="The lake's rows were not merged: its tables lack a day, its rows have it. Planning is right.",
            runbook=Runbook.UNMERGED_ROWS,
        )


def _ask(workgroup: str) -> iam.PolicyStatement:
    """Leave to run statements in the workgroup and to wait for them."""
    actions = ["athena:GetQueryExecution", "athena:StartQueryExecution", "athena:StopQueryExecution"]
    return iam.PolicyStatement(actions=actions, resources=[_arn("athena", f"workgroup/{workgroup}")])


def _use_catalogue(database: str) -> iam.PolicyStatement:
    """Leave to read what is declared of the lake's tables, and to make and change them: Iceberg commits by that."""
    names = [name for table in TABLES for name in (table.name, rows_of(table))]
    resources = ["catalog", f"database/{database}", *(f"table/{database}/{name}" for name in names)]
    return iam.PolicyStatement(
        actions=["glue:CreateTable", "glue:GetDatabase", "glue:GetPartitions", "glue:GetTable", "glue:UpdateTable"],
        resources=[_arn("glue", each) for each in resources],
    )


def _arn(service: str, resource: str) -> str:
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"
