"""The app of one stage: its five stacks and the security checks over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.control import ControlStack
from infra.door import DoorStack
from infra.freshness import FreshnessStack
from infra.landscape import read_landscape
from infra.ledger import LedgerStack
from infra.line import LineStack
from infra.python_function import Bundler
from infra.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stacks:
    """What is deployed for one stage, in this order: each names things of those before it, and none of those behind."""

    ledger: LedgerStack
    line: LineStack
    door: DoorStack
    freshness: FreshnessStack
    control: ControlStack


def add_stacks(
    app: App,
    *,
    root: Path,
    stage_name: str,
    bundler: Bundler,
    overlay: Path | None = None,
    public_base_url: str = "",
) -> Stacks:
    """Add to the app the stacks of a stage, as the landscape below `root` declares it, under an optional overlay.

    `public_base_url` stands before `/webhooks/<connection>` where the sources do not reach the API under its own name.

    Raises:
        LandscapeError: if what is declared cannot be deployed.
    """
    stage = Stage.of_name(stage_name)
    landscape = read_landscape(root, stage_name, overlay)
    ledger = LedgerStack(app, f"Tieout-{stage_name}-Ledger", stage=stage, landscape=landscape)
    line = LineStack(
        app,
        f"Tieout-{stage_name}-Line",
        stage=stage,
        landscape=landscape,
        root=root,
        ledger=ledger,
        bundler=bundler,
    )
    door = DoorStack(
        app,
        f"Tieout-{stage_name}-Door",
        stage=stage,
        landscape=landscape,
        ledger=ledger,
        line=line,
        bundler=bundler,
        public_base_url=public_base_url,
    )
    freshness = FreshnessStack(app, f"Tieout-{stage_name}-Freshness", stage=stage, landscape=landscape, line=line)
    control = ControlStack(
        app,
        f"Tieout-{stage_name}-Control",
        stage=stage,
        landscape=landscape,
        ledger=ledger,
        line=line,
        bundler=bundler,
    )
    Tags.of(app).add("product", "tieout")
    Tags.of(app).add("stage", stage_name)
    return Stacks(ledger, line, door, freshness, control)


def add_checks(app: App) -> None:
    """Let synthesis fail on any finding of the security rule packs that is not acknowledged."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
