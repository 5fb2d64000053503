"""What a cold journal function loads: it starts anew for every few minutes of quiet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
TOO_DEAR = {"boto3", "botocore", "pydantic", "aws_lambda_powertools", "httpx", "cryptography", "asyncio", "logging"}


def test_the_journal_stands_on_the_standard_library() -> None:
    """No SDK and no library, on the whole way from the stream to the archive."""
    program = "import functions.journal.handler, sys; print(*sys.modules)"
    path = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'layers')!r}]; {program}"
    done = subprocess.run([sys.executable, "-S", "-c", path], capture_output=True, text=True, check=True)  # noqa: S603 our own interpreter
    loaded = set(done.stdout.split())
    assert "functions.journal.pipeline" in loaded
    assert not loaded & TOO_DEAR
