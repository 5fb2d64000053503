"""Counts what a cold receive function does from the interpreter's start to a published delivery.

Run as `PYTHONPATH=.:layers python -m tests.bench.receive_cold`. Where valgrind is present it counts instructions, which repeat
to a percent on any machine; else it only shows the processor time. The other side of the TLS connection is not counted.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from functions.receive.settings import ReceiveSettings
from tests.support.clock import ManualClock
from tests.support.own_certificate import own_certificate
from tests.support.receiving import FLOWS, SECRET, api_event, good_body, sign_as_hubspot, sign_as_netsuite
from tests.support.scripted_http import Asked, Said, scripted
from tieout.system_clock import SystemClock

ROOT = Path(__file__).parents[2]
BUDGET_MILLIONS = 800
_URL = "https://hooks.example.com/webhooks/somewhere"
_SIGN = {"hubspot": sign_as_hubspot, "netsuite": sign_as_netsuite}
_CHILD = """
import json, sys
event = json.loads(sys.stdin.read())
from functions.receive.handler import lambda_handler
sys.exit(0 if lambda_handler(event, None)["statusCode"] == 200 else 1)
"""


def measure(system: str) -> dict[str, float]:
    """The figures of one cold start that ends in a published delivery: million instructions, CPU milliseconds, modules.

    Raises:
        RuntimeError: if the delivery was not published.
    """
    published: list[Asked] = []

    def respond(asked: Asked) -> Said:
        if asked.headers["x-amz-target"] == "AWSEvents.PutEvents":
            published.append(asked)
            return Said(200, b'{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}')
        return Said(200, json.dumps({"SecretString": json.dumps({"current": SECRET.decode()})}).encode())

    with tempfile.TemporaryDirectory() as folder:
        certificate, context = own_certificate(Path(folder))
        roots = Path(folder) / "roots.pem"
        roots.write_bytes((ROOT / "layers/tieout/amazon_roots.pem").read_bytes() + certificate.read_bytes())
        with scripted(respond, context) as url:
            environ = _environment(system, url, roots)
            _run([sys.executable, "-c", _CHILD], system, environ)  # writes the bytecode, as a layer carries it
            figures = {"cpu_milliseconds": _cpu_milliseconds(system, environ)}
            valgrind = shutil.which("valgrind")
            if valgrind:
                counted = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
                printed = _run([*counted, sys.executable, "-c", _CHILD], system, environ)
                found = re.search(r"I\s+refs:\s+([0-9,]+)", printed)
                figures["million_instructions"] = int(found[1].replace(",", "")) / 1e6 if found else float("nan")
            modules = _run([sys.executable, "-X", "importtime", "-c", _CHILD], system, environ)
            figures["modules"] = modules.count("import time:") - 1
    if not published:
        raise RuntimeError("nothing was published")
    return figures


def _environment(system: str, url: str, roots: Path) -> dict[str, str]:
    settings = ReceiveSettings(
        connection="somewhere",
        system=system,
        public_url=_URL,
        secret_arn="webhook",
        bus_name="line",
        archive_bucket="archive",
        flows=FLOWS,
        options={},
    )
    return settings.environment() | {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers'}",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_SESSION_TOKEN": "example",
        "AWS_ENDPOINT_URL": url,
        "AWS_CA_BUNDLE": str(roots),
    }


def _run(command: list[str], system: str, environ: dict[str, str]) -> str:
    body = good_body(system)
    headers = _SIGN[system](body, ManualClock(SystemClock().now()), SECRET, _URL)
    done = subprocess.run(  # noqa: S603 our own interpreter
        command, input=json.dumps(api_event(body, headers)), env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the cold function did not publish:\n{done.stdout}{done.stderr}")
    return done.stderr


def _cpu_milliseconds(system: str, environ: dict[str, str]) -> float:
    spent = []
    for _ in range(5):
        before = os.times()
        _run([sys.executable, "-c", _CHILD], system, environ)
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        spent.append(used * 1000)
    return sorted(spent)[len(spent) // 2]


if __name__ == "__main__":
    began = time.monotonic()
    for name in sys.argv[1:] or ["hubspot", "netsuite"]:
        print(name, json.dumps(measure(name)))  # noqa: T201 a script
