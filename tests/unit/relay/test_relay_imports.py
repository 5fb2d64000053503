"""What a cold relay loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
TOO_DEAR = {
    "boto3",
    "botocore",
    "pydantic",
    "aws_lambda_powertools",
    "httpx",
    "cryptography",
    "jmespath",
    "asyncio",
    "logging",
}


def test_it_stands_on_the_standard_library() -> None:
    """No SDK and no library on the whole way of an event."""
    program = "import functions.relay.handler, tieout.systems.generic.payloads, sys; print(*sys.modules)"
    path = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'layers')!r}]; {program}"
    done = subprocess.run([sys.executable, "-S", "-c", path], capture_output=True, text=True, check=True)  # noqa: S603 our own interpreter
    loaded = set(done.stdout.split())
    assert "functions.relay.pipeline" in loaded
    assert not loaded & TOO_DEAR
