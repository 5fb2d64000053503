"""Where a state machine logs what it does, and the leave that takes."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions

# Neither has resources to name: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html, and X-Ray as for functions.
_WITHOUT_RESOURCES = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
ON_EVERYTHING = "Only what has no resources to name stands on *: X-Ray and log deliveries."
"""Why a role that has the leave below has a wildcard."""


def log_and_trace() -> iam.PolicyStatement:
    """Leave to have its steps logged and traced."""
    return iam.PolicyStatement(actions=list(_WITHOUT_RESOURCES), resources=["*"])


def logged_to(group: logs.ILogGroup) -> stepfunctions.CfnStateMachine.LoggingConfigurationProperty:
    """Every step, but not what tasks are told and answer, which may name what is nobody's business."""
    destination = stepfunctions.CfnStateMachine.LogDestinationProperty(
        cloud_watch_logs_log_group=stepfunctions.CfnStateMachine.CloudWatchLogsLogGroupProperty(
            log_group_arn=group.log_group_arn
        )
    )
    return stepfunctions.CfnStateMachine.LoggingConfigurationProperty(
        level="ALL", include_execution_data=False, destinations=[destination]
    )
