"""The operator's command line, run against the sandbox of the end-to-end tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from typer.testing import CliRunner

from ops.cli import app

type Tieout = Callable[..., Any]
"""Runs a command of `tieout` and returns the JSON it printed."""


def tieout(*arguments: str) -> Any:  # noqa: ANN401 a command's answer is any JSON
    """What a command prints as JSON. Raises where it fails."""
    result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
