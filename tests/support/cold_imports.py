"""What a function loads when it starts cold: on the standard library and our own code, with no installed package in sight."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEAR = frozenset(
    {"boto3", "botocore", "pydantic", "aws_lambda_powertools", "httpx", "cryptography", "asyncio", "logging"}
)


def loaded_by(*modules: str) -> frozenset[str]:
    """The names of all modules that a new interpreter holds once it has imported these; fails where one cannot be had."""
    program = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'layers')]!r}; import {', '.join(modules)}"
    done = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-S", "-c", f"{program}; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return frozenset(done.stdout.split())
