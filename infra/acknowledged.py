"""Findings of the security checks that stand on purpose, each at the narrowest construct with a reason a stranger can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Validations

if TYPE_CHECKING:
    from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Let a finding stand for one construct; other constructs and other findings are still reported."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
