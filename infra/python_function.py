"""One Python function: its own role, log group, alarms, and the alias `live` every trigger points at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from aws_cdk import AssetHashType, Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import FIVE_MINUTES, Alarms, Runbook
from infra.stage import Stage

RUNTIME = lambda_.Runtime.PYTHON_3_13
_DISK_MB = 512  # what Lambda gives without being asked


class Bundler(Protocol):
    """What makes the folders that are uploaded (`infra/bundling.py`); each folder's name carries the hash of its content.

    Tests pass one that makes all but empty folders.
    """

    def dependencies_layer(self, platform: str, /) -> Path:
        """The third-party packages for one platform."""
        ...

    def tieout_layer(self) -> Path:
        """The package `tieout`."""
        ...

    def function_asset(self, step: str, extra_files: Mapping[str, str], /) -> Path:
        """One step's own code, and files that stand beside it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much a function may take.

    Attributes:
        timeout: of one invocation; where a queue invokes it, the queue's visibility timeout must be longer.
        disk_mb: of its own folder for what does not fit into memory.
    """

    memory_mb: int
    timeout: Duration
    disk_mb: int = _DISK_MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """What it means that invocations end in errors.

    Attributes:
        periods: for how many times five minutes in a row they must, before somebody is called.
    """

    meaning: str
    runbook: Runbook
    periods: int = 1


UNDECLARED = Failing(
    meaning="an invocation ended in an error nobody declared, or ran out of time.", runbook=Runbook.FAILING_FUNCTION
)


class FunctionParts(Construct):
    """What all functions of a stack share: the layers and the alarms.

    Each stack has layers of its own: a version of a layer that another stack imports could never be replaced by the next.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, bundler: Bundler, alarms: Alarms) -> None:
        super().__init__(scope, construct_id)
        self.stage = stage
        self.bundler = bundler
        self.alarms = alarms
        self.package = self._layer("Package", bundler.tieout_layer(), "The package tieout.")

    @cached_property
    def dependencies(self) -> lambda_.LayerVersion:
        """The layer of third-party packages; a stack has it once a function of it asks for it."""
        folder = self.bundler.dependencies_layer(self.stage.wheels_platform)
        return self._layer("Dependencies", folder, "Third-party packages.")

    def _layer(self, construct_id: str, folder: Path, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            construct_id,
            code=_code_of(folder),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[self.stage.architecture],
            description=description,
        )


class PythonFunction(Construct):
    """A function that runs `functions.<step>.handler.<entry>` under a role of its own."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        parts: FunctionParts,
        step: str,
        shape: Shape,
        environment: Mapping[str, str],
        description: str,
        permissions: Sequence[iam.PolicyStatement],
        no_dead_letters_because: str,
        extra_files: Mapping[str, str] | None = None,
        needs_dependencies: bool = True,
        entry: str = "lambda_handler",
        failing: Failing = UNDECLARED,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self, "Logs", retention=parts.stage.log_retention, removal_policy=parts.stage.removal_policy
        )
        self.role = _role(self, self.log_group, permissions)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=parts.stage.architecture,
            handler=f"functions.{step}.handler.{entry}",
            code=_code_of(parts.bundler.function_asset(step, extra_files or {})),
            layers=[parts.package, *([parts.dependencies] if needs_dependencies else [])],
            role=self.role,
            memory_size=shape.memory_mb,
            timeout=shape.timeout,
            ephemeral_storage_size=Size.mebibytes(shape.disk_mb) if shape.disk_mb > _DISK_MB else None,
            environment=dict(environment),
            description=description,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
        )
        _trace(self.function)
        self.live = lambda_.Alias(self, "Live", alias_name="live", version=self.function.current_version)
        for rule in ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"):
            acknowledge(
                self.function,
                rule,
                "AWS Lambda supports Python 3.13 until 2029, and the layers carry bytecode of exactly this version.",
            )
        acknowledge(self.function, "Serverless-LambdaDLQ", no_dead_letters_because)
        _raise_alarms(self, parts.alarms, failing)


def _code_of(folder: Path) -> lambda_.Code:
    """A bundled folder as the code of a function or layer; its name is its hash, so nothing is hashed twice."""
    return lambda_.Code.from_asset(str(folder), asset_hash=folder.name, asset_hash_type=AssetHashType.CUSTOM)


def _role(scope: Construct, log_group: logs.ILogGroup, permissions: Sequence[iam.PolicyStatement]) -> iam.Role:
    """A role with its one policy inside it: as a resource of its own the policy would only count against the stack's 500."""
    write_logs = iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
    )
    # X-Ray has no resources: AWS accepts only `*` for these two actions.
    trace = iam.PolicyStatement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"])
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"Step": iam.PolicyDocument(statements=[write_logs, trace, *permissions])},
    )
    acknowledge(
        role,
        "AwsSolutions-IAM5[Resource::*]",
        "Only what has no resources to name stands on *: X-Ray's two actions and, for the journal, dynamodb:ListStreams.",
    )
    acknowledge(
        role,
        "Serverless-LambdaStarPermissions",
        "AwsSolutions-IAM5 reports the same findings one by one, and each that stands is acknowledged by its resource.",
    )
    return role


def _trace(function: lambda_.Function) -> None:
    """Trace every invocation; said as `tracing=` it would add a policy to the role, which has the leave already."""
    resource = function.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)
    resource.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")


def _raise_alarms(function: PythonFunction, alarms: Alarms, failing: Failing) -> None:
    metrics = function.function
    alarms.raise_when(
        function,
        "Failing",
        metric=metrics.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
        above=0,
        periods=failing.periods,
        meaning=f"{metrics.node.path}: {failing.meaning}",
        runbook=failing.runbook,
    )
    alarms.raise_when(
        function,
        "Throttled",
        metric=metrics.metric_throttles(period=FIVE_MINUTES, statistic="Sum"),
        above=0,
        meaning=f"{metrics.node.path}: Lambda refused invocations for want of concurrency.",
        runbook=Runbook.THROTTLED_FUNCTION,
    )
