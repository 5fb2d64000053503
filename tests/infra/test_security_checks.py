from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from infra.stacks import add_checks
from tests.support.synthesis import EXAMPLES, STAGES, add_stage, new_app


def findings(outdir: Path) -> set[tuple[str, str]]:
    """Rule and construct path of everything the rule packs reported."""
    report: Any = json.loads((outdir / "validation-report.json").read_text())
    return {
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


@pytest.mark.parametrize("stage", [*STAGES, *EXAMPLES])
def test_the_stacks_pass_the_security_rule_packs(tmp_path: Path, stage: str) -> None:
    """No finding of AwsSolutions or Serverless stands that was not acknowledged with a reason."""
    app = new_app(tmp_path / "out")
    add_stage(app, tmp_path, stage)
    add_checks(app)
    app.synth()


def test_a_known_violation_is_still_reported(tmp_path: Path) -> None:
    """Acknowledgements let nothing else through: an open bucket or a lone queue beside our own stops the synthesis."""
    app = new_app(tmp_path / "out")
    stacks = add_stage(app, tmp_path, "dev")
    s3.Bucket(stacks.ledger, "OpenBucket")
    sqs.Queue(stacks.line, "LoneQueue")
    s3.Bucket(stacks.door, "OpenDoor")
    add_checks(app)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert findings(tmp_path / "out") >= {
        ("AwsSolutions-S1", "Tieout-dev-Ledger/OpenBucket/Resource"),
        ("AwsSolutions-S10", "Tieout-dev-Ledger/OpenBucket/Resource"),
        ("AwsSolutions-S1", "Tieout-dev-Door/OpenDoor/Resource"),
        ("AwsSolutions-SQS3", "Tieout-dev-Line/LoneQueue/Resource"),
        ("AwsSolutions-SQS4", "Tieout-dev-Line/LoneQueue/Resource"),
    }
    assert {path.split("/")[1] for _, path in findings(tmp_path / "out")} == {"OpenBucket", "OpenDoor", "LoneQueue"}
