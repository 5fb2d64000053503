"""The state machine that takes files through the line: its role, its log, its trace, and the alarm for what it could not do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import FIVE_MINUTES, Alarms, Runbook
from infra.buckets import BucketAccess
from infra.file_states import LISTS_BUCKET, MAP_LABEL, PARTITION, TASKS, file_states
from infra.grants import use_key
from infra.ledger import LedgerStack
from infra.python_function import PythonFunction
from infra.stage import Stage
from infra.state_machine_logs import ON_EVERYTHING, log_and_trace, logged_to


class FileMachine(Construct):
    """One execution for each file, and below it one for each of its chunks.

    Args:
        functions: what does each of the tasks.
        task_seconds: how long the longest may take until it counts as lost.
        lists: where in the archive the lists of chunks lie.
    """

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Mapping[str, PythonFunction],
        task_seconds: int,
        lists: str,
        ledger: LedgerStack,
        stage: Stage,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(self, "Logs", retention=stage.log_retention, removal_policy=stage.removal_policy)
        aliases = {name: functions[name].live.function_arn for name in TASKS}
        listed = ledger.archive_access(["s3:GetObject"], [lists])
        self.role = _role(self, list(aliases.values()), listed, use_key(ledger.key))
        self.machine = stepfunctions.CfnStateMachine(
            self,
            "Machine",
            role_arn=self.role.role_arn,
            # Not by the CDK's own way to JSON, which leaves out what is null.
            definition_string=json.dumps(file_states(task_seconds), separators=(",", ":")),
            definition_substitutions={
                **aliases,
                LISTS_BUCKET: ledger.archive.bucket_name,
                PARTITION: Aws.PARTITION,
            },
            logging_configuration=logged_to(self.log_group),
            tracing_configuration=stepfunctions.CfnStateMachine.TracingConfigurationProperty(enabled=True),
        )
        self.arn = self.machine.attr_arn
        self._let_it_run_chunks()
        alarms.raise_when(
            self,
            "Stopped",
            metric=cloudwatch.Metric(
                namespace="AWS/States",
                metric_name="ExecutionsFailed",
                dimensions_map={"StateMachineArn": self.arn},
                period=FIVE_MINUTES,
                statistic="Sum",
            ),
            above=0,
            meaning="A file that was dropped came to a stop in the middle: part of it may be planned and part not.",
            runbook=Runbook.STOPPED_FILES,
        )

    def _let_it_run_chunks(self) -> None:
        """Leave to start the executions of chunks and to see to them: beside its role, because the policy names the machine."""
        stack = Stack.of(self)
        executions = f"arn:{stack.partition}:states:{stack.region}:{stack.account}:execution:{self.machine.attr_name}"
        named = [":*", f"/{MAP_LABEL}:*"]
        policy = iam.Policy(
            self,
            "Chunks",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.arn]),
                iam.PolicyStatement(
                    actions=["states:DescribeExecution", "states:StopExecution"],
                    resources=[f"{executions}{each}" for each in named],
                ),
            ],
        )
        machine = f"<{stack.get_logical_id(self.machine)}.Name>"
        for each in named:
            arn = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{machine}{each}"
            acknowledge(policy, f"AwsSolutions-IAM5[Resource::{arn}]", "Executions are named when they are started.")


def _role(scope: Construct, invoked: Sequence[str], listed: BucketAccess, decrypt: iam.PolicyStatement) -> iam.Role:
    """A role that invokes the tasks as they were published last and reads lists of chunks."""
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
        inline_policies={
            "Tasks": iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(invoked)),
                    listed.statement,
                    decrypt,
                    log_and_trace(),
                ]
            )
        },
    )
    listed.acknowledge_for(role)
    acknowledge(role, "AwsSolutions-IAM5[Resource::*]", ON_EVERYTHING)
    return role
