"""What a cold receive function loads while a sender waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOO_DEAR = {
    "boto3",
    "botocore",
    "pydantic",
    "aws_lambda_powertools",
    "httpx",
    "cryptography",
    "defusedxml",
    "xml",
    "jmespath",
    "asyncio",
    "logging",
    "dataclasses",
    "inspect",
}
NOT_NEEDED = {
    "tieout.facts",
    "tieout.periods",
    "tieout.ports",
    "tieout.landscape",
    "tieout.ledger",
    "zoneinfo",
    "random",
    "pathlib",
    "uuid",
}


@pytest.mark.parametrize("system", ["generic", "hubspot", "netsuite", "salesforce"])
def test_nothing_dear_is_imported_on_the_way_in(system: str) -> None:
    """The whole path of a delivery stands on the standard library."""
    parts = ", ".join(f"tieout.systems.{system}.{part}" for part in ("options", "signature", "payloads", "door"))
    program = f"import functions.receive.handler, {parts}, sys; print(*sys.modules)"
    path = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'layers')!r}]; {program}"
    done = subprocess.run([sys.executable, "-S", "-c", path], capture_output=True, text=True, check=True)  # noqa: S603 our own interpreter
    loaded = set(done.stdout.split())
    assert "functions.receive.pipeline" in loaded
    assert not loaded & (TOO_DEAR | NOT_NEEDED)
