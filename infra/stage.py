"""What differs between stages; everything else is the same template everywhere."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Self

from aws_cdk import CliCredentialsStackSynthesizer, DefaultStackSynthesizer, IStackSynthesizer, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from infra.bundling import AWS_PLATFORM, this_platform

# Only these two may be thrown away; a stage nobody thought of is protected.
_EXPENDABLE = {"sandbox", "dev"}
_SANDBOX_ASSETS_BUCKET = "cdk-assets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One deployment environment.

    Attributes:
        protected: data outlives the stacks, and the stacks refuse to be deleted.
        is_sandbox: deployed into an emulated AWS on this machine, which has no bootstrap stack.
        coalescing_seconds: how long a request to flush a target waits for others to join it.
    """

    name: str
    protected: bool
    is_sandbox: bool
    coalescing_seconds: int

    @classmethod
    def of_name(cls, name: str) -> Self:
        """The stage of that name; `landscape/stages/<name>.toml` declares what runs in it."""
        is_sandbox = name == "sandbox"
        return cls(
            name=name,
            protected=name not in _EXPENDABLE,
            is_sandbox=is_sandbox,
            coalescing_seconds=2 if is_sandbox else 5,
        )

    @property
    def metric_namespace(self) -> str:
        """Where the functions' own metrics stand, so that stages that share an account do not alarm for each other."""
        return f"Tieout/{self.name}"

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when its stack is deleted."""
        return RemovalPolicy.RETAIN if self.protected else RemovalPolicy.DESTROY

    @property
    def log_retention(self) -> logs.RetentionDays:
        """How long logs are kept."""
        return logs.RetentionDays.THREE_MONTHS if self.protected else logs.RetentionDays.TWO_WEEKS

    @property
    def architecture(self) -> lambda_.Architecture:
        """arm64, for less money per millisecond; the sandbox runs functions on this machine's own processor."""
        if self.is_sandbox and platform.machine() == "x86_64":
            return lambda_.Architecture.X86_64
        return lambda_.Architecture.ARM_64

    @property
    def wheels_platform(self) -> str:
        """The wheels the functions of this stage load."""
        return this_platform() if self.is_sandbox else AWS_PLATFORM

    def synthesizer(self) -> IStackSynthesizer:
        """A new synthesizer: each stack needs one of its own."""
        if self.is_sandbox:
            return CliCredentialsStackSynthesizer(file_assets_bucket_name=_SANDBOX_ASSETS_BUCKET)
        return DefaultStackSynthesizer()
