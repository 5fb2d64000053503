"""The conventional functions with their packages, as folders and environments to measure beside the line's own."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from botocore.session import Session

from infra.bundling import this_platform
from infra.bytecode import RUNTIME, compile_folder
from sandbox.systems.hubspot.settings import PROPERTIES
from tests.bench.gateway import REGION
from tests.bench.measured import Function
from tests.bench.world import BUS, ROOT, World

_HERE = Path(__file__).parent
_LOCK = _HERE / "conventional.txt"
_SOURCES = ("conventional.py", "conventional_worker.py", "conventional_models.py")


class Yardstick:
    """The conventional functions in a world, reading the same simulated account."""

    def __init__(self, world: World, connection: str) -> None:
        self._world = world
        simulated = world.systems.simulated
        self._environment = world.surroundings() | {
            "AWS_CA_BUNDLE": str(world.folder / "all.pem"),  # what boto3 loads where nobody says otherwise
            "POWERTOOLS_SERVICE_NAME": "conventional",
            "POWERTOOLS_METRICS_NAMESPACE": "Conventional",
            "IDEMPOTENCY_TABLE": "idempotency",
            "STATE_TABLE": "state",
            "WEBHOOK_SECRET": f"webhook/{connection}",
            "API_SECRET": f"api/{connection}",
            "PUBLIC_URL": simulated.webhook_urls[connection],
            "SOURCE_URL": simulated.base_urls[connection],
            "PROPERTIES": ",".join(PROPERTIES),
            "BUS_NAME": BUS,
        }
        self.folders = (_code(world.folder), packages())
        _make_tables()

    def receive(self) -> Function:
        """The webhook's function."""
        return Function(handler="tests.bench.conventional.receive", folders=self.folders, environment=self._environment)

    def record(self) -> Function:
        """The worker."""
        return Function(
            handler="tests.bench.conventional_worker.record", folders=self.folders, environment=self._environment
        )


def packages() -> Path:
    """Its packages, with bytecode that is trusted unseen: what the CDK zips by itself would be compiled at every cold start."""
    digest = hashlib.sha256(_LOCK.read_bytes() + this_platform().encode()).hexdigest()[:32]
    ready = ROOT / ".cache" / "bundles" / f"conventional-{digest}"
    if not ready.is_dir():
        ready.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ready.parent, prefix=".conventional-") as scratch:
            folder = Path(scratch) / "packages"
            _install(folder)
            compile_folder(folder, runs_at="/opt/python")
            folder.rename(ready)
    return ready


def _install(folder: Path) -> None:
    own = ROOT / ".tools" / "bin" / "uv"
    command = [str(own) if own.is_file() else "uv", "pip", "install", "--quiet", "--python", sys.executable]
    command += ["--target", str(folder), "--python-platform", this_platform(), "--python-version", RUNTIME]
    command += ["--only-binary", ":all:", "--require-hashes", "--no-deps", "--requirements", str(_LOCK)]
    subprocess.run(command, check=True)  # noqa: S603 a fixed command


def _code(folder: Path) -> Path:
    code = folder / "conventional"
    package = code / "tests" / "bench"
    package.mkdir(parents=True)
    for name in _SOURCES:
        shutil.copy(_HERE / name, package / name)
    compile_folder(code, runs_at="/var/task")
    return code


def _make_tables() -> None:
    session = Session()
    session.set_credentials("testing", "testing", "testing")
    dynamodb: Any = session.create_client("dynamodb", region_name=REGION)
    for name in ("idempotency", "state"):
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
