"""Runs the real `cdk deploy` of the real stacks into the emulated AWS."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import bundling
from sandbox.aws import EmulatedAws
from sandbox.places import ROOT, Places, SandboxError, Tell, tool
from sandbox.processes import end_of, running

_DEPLOY_SECONDS = 600
_TELL_EVERY_SECONDS = 5
_RESOURCE_LINE = re.compile(r"^(\S+) \| +(\d+)/(\d+) \|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the deployed stacks tell about themselves (see `infra/line.py` and `infra/door.py`)."""

    plain: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """One output of any stack, by its id."""
        return self.plain[key]

    def parts(self, kind: str) -> dict[str, dict[str, str]]:
        """By name, what is told of each `Connection`, `Flow` or `Target`."""
        told = [
            json.loads(value) for key, value in self.plain.items() if key.startswith(kind) and value.startswith("{")
        ]
        return {part["name"]: part for part in told}


def deploy(aws: EmulatedAws, places: Places, tell: Tell) -> Outputs:
    """Synthesise the stage `sandbox` with the overlay and deploy its stacks, or again what of them has changed.

    Raises:
        SandboxError: if it fails or takes longer than ten minutes; the message ends with what the CDK said.
    """
    # Downloads need the caller's environment, which the deploy does not get; later the folder is only looked up.
    bundling.dependencies_layer(bundling.this_platform())
    log = places.logs / "deploy.log"
    before = log.stat().st_size if log.exists() else 0
    with running(_command(places), env=_environment(aws, places), cwd=ROOT, log=log) as process:
        started = time.monotonic()
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_TELL_EVERY_SECONDS)
                break
            elapsed = time.monotonic() - started
            if elapsed > _DEPLOY_SECONDS:
                raise SandboxError(f"cdk deploy takes too long; {log} ends with:\n{end_of(log)}")
            tell(f"  ... {elapsed:.0f} s: {_progress(log, before)}")
        if process.returncode:
            raise SandboxError(f"cdk deploy failed; {log} ends with:\n{end_of(log)}")
    return Outputs({key: value for stack in _read(places.outputs).values() for key, value in stack.items()})


def _command(places: Places) -> list[str | Path]:
    options = ["--require-approval=never", "--progress=events", "--ci", "--no-notices", "--concurrency=2"]
    files: list[str | Path] = ["--output", places.assembly, "--outputs-file", places.outputs]
    context = ["--context", "stage=sandbox", "--context", f"overlay={places.overlay}"]
    cdk = tool("node_modules/aws-cdk/bin/cdk")
    return [tool(".venv/bin/node"), cdk, "deploy", "--all", *options, *files, *context]


def _environment(aws: EmulatedAws, places: Places) -> dict[str, str]:
    """The tools' own folder first on the path, nothing of the caller's AWS settings, and no call home."""
    return {
        **aws.environment(),
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.defpath}",
        "HOME": str(places.scratch),
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(ROOT / ".cache" / "jsii"),  # else unpacked anew, 100 MB, at every deploy
        "TMPDIR": str(places.scratch),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "NO_COLOR": "1",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers'}",
    }


def _progress(log: Path, before: int) -> str:
    """How far the deploy is by what its log says behind an earlier one's."""
    done = _RESOURCE_LINE.findall(log.read_bytes()[before:].decode(errors="replace"))
    if not done:
        return "building the functions and the template"
    stack, made, of = done[-1]
    # An update counts what was looked at against what was to change.
    return f"{stack}: {made} of {of} resources" if int(made) <= int(of) else f"{stack}: {made} resources"


def _read(outputs: Path) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = json.loads(outputs.read_text(encoding="utf-8"))
    return read
