"""What a cold start may load and do: an import that is not needed turns these red long before a sender notices."""

from __future__ import annotations

import json
import subprocess
import venv
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.deliver.settings import DeliverSettings
from functions.receive.settings import ReceiveSettings
from functions.record.settings import RecordSettings
from functions.sweep.settings import SweepSettings
from infra.bundling import dependencies_layer, function_asset, this_platform, tieout_layer
from infra.landscape import compile_landscape, read_landscape
from tests.bench import events
from tests.bench.measured import Function, LambdaProcess, can_count, count_cold
from tests.support.clock import ManualClock
from tests.support.gateway_tokens import authorizer_of, sign_as_event_mesh
from tests.support.good_bodies import SECRET, good_body
from tests.support.own_certificate import own_certificate
from tests.support.receiving import FLOWS, LEAST_OPTIONS, sign_as_hubspot, sign_as_standard_webhooks
from tests.support.salesforce_messages import message, notification
from tests.support.scripted_http import Asked, Said, scripted

ROOT = Path(__file__).resolve().parents[2]
_URL = "https://hooks.example.com/webhooks/somewhere"
# A tenth to a fifth above what was measured; raise one only with the reason for what came to be loaded.
MOST_RECEIVE_MILLION_INSTRUCTIONS = 330
MOST_RECEIVE_MODULES = 160
# What reading XML safely costs: `defusedxml`, and both of the standard library's readers that it stands on.
MORE_MILLION_INSTRUCTIONS = {"salesforce, outbound message": 50}
MORE_MODULES = {"salesforce, outbound message": 25}
# Rates by type, validity of entries and what plans are modules of their own: six small ones of the line's more than before.
MOST_MODULES = {"record": 500, "deliver": 537, "sweep": 435}
# What no cold start needs, and what it would cost in million instructions.
NEVER_AT_START = {
    "boto3": "100",
    "pydantic": "400",
    "cryptography": "100 to 370: loaded when a token is signed",
    "aws_xray_sdk": "180 to 730",
    "aws_lambda_powertools.utilities.parser": "500",
    "asyncio": "180",
}
_REGION = "eu-central-1"
_SURROUNDINGS = {
    "AWS_REGION": _REGION,
    "AWS_DEFAULT_REGION": _REGION,
    "AWS_ACCESS_KEY_ID": "AKIAFAKE",
    "AWS_SECRET_ACCESS_KEY": "example",
}
_QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/flush.fifo"
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "record": RecordSettings(
        flow="forecast_to_plan",
        ledger_table="ledger",
        queue_url=_QUEUE,
        dead_letter_queue_url=_QUEUE,
        flush_queue_urls={"anaplan": _QUEUE},
        archive_bucket="archive",
        directory_arn="directory",
    ).environment(),
    "deliver": DeliverSettings(target="anaplan", ledger_table="ledger", secret_arn="secret").environment(),
    "sweep": SweepSettings(
        ledger_table="ledger",
        archive_bucket="archive",
        bus_name="line",
        flush_queue_urls={"anaplan": _QUEUE},
        maintenance={},
    ).environment(),
}
_LOAD = """
import json, sys
from functions.{step} import handler
handler._function()
json.dump(sorted(sys.modules), sys.stdout)
"""


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with nothing installed, as in Lambda: ours would load what stands in the environment."""
    folder = tmp_path_factory.mktemp("python")
    venv.create(folder, symlinks=True, with_pip=False)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize("step", SETTINGS)
def test_a_function_loads_no_more_at_its_start_than_it_needs(step: str, bare_python: str, tmp_path: Path) -> None:
    """Made and ready for its first message, a function has loaded few modules and none of the dear ones."""
    (tmp_path / "landscape.json").write_text(compile_landscape(read_landscape(ROOT, "sandbox")), encoding="utf-8")
    layers = f"{tieout_layer() / 'python'}:{dependencies_layer(this_platform()) / 'python'}"
    environment = {**SETTINGS[step], **_SURROUNDINGS, "PYTHONPATH": f"{function_asset(step, {})}:{layers}"}
    command = [bare_python, "-c", _LOAD.format(step=step)]
    done = subprocess.run(  # noqa: S603 our own interpreter
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert not sorted(NEVER_AT_START.keys() & set(loaded))
    assert len(loaded) <= MOST_MODULES[step], f"{step} loads {len(loaded)} modules"


def signed(system: str, sign: Callable[[bytes, ManualClock, bytes, str], dict[str, str]]) -> dict[str, Any]:
    """A delivery in JSON, signed now."""
    body = good_body(system)
    return events.webhook(body, sign(body, ManualClock(datetime.now(UTC)), SECRET, _URL))


def outbound_message() -> dict[str, Any]:
    """A delivery in SOAP, with the key in its query."""
    event = events.webhook(message(notification()), {"content-type": "text/xml"})
    return event | {"rawQueryString": f"key={SECRET.decode()}"}


def with_a_token() -> dict[str, Any]:
    """A delivery whose token the gateway has verified."""
    now = ManualClock(datetime.now(UTC))
    headers = sign_as_event_mesh(b"", now, SECRET, _URL)
    event = events.webhook(good_body("sap_s4hana"), headers)
    context = event["requestContext"] | {"authorizer": authorizer_of(headers, now.now())}
    return event | {"requestContext": context}


SENDERS: Mapping[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "hubspot": ("hubspot", lambda: signed("hubspot", sign_as_hubspot)),
    "generic": ("generic", lambda: signed("generic", sign_as_standard_webhooks)),
    "salesforce, callout": ("salesforce", lambda: signed("salesforce", sign_as_standard_webhooks)),
    "salesforce, outbound message": ("salesforce", outbound_message),
    "sap_s4hana": ("sap_s4hana", with_a_token),
}


@pytest.mark.parametrize("sender", SENDERS)
def test_a_cold_receive_function_publishes_within_its_budget(tmp_path: Path, sender: str) -> None:
    """From the interpreter's start to a published delivery, over TLS, it loads few modules and does little work."""
    system, make = SENDERS[sender]
    published: list[Asked] = []

    def respond(asked: Asked) -> Said:
        if asked.headers["x-amz-target"] == "AWSEvents.PutEvents":
            published.append(asked)
            return Said(200, b'{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}')
        return Said(200, json.dumps({"SecretString": json.dumps({"current": SECRET.decode()})}).encode())

    certificate, context = own_certificate(tmp_path)
    roots = tmp_path / "roots.pem"
    roots.write_bytes((ROOT / "layers" / "tieout" / "aws" / "amazon_roots.pem").read_bytes() + certificate.read_bytes())
    event = make()
    with scripted(respond, context) as url:
        function = _receive_function(system, {"AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": str(roots)})
        with LambdaProcess(function, tmp_path, counting=False) as process:
            assert process.invoke(event)["statusCode"] in {200, 202}
            process.mark("cold")
        million = count_cold(function, event) if can_count() else 0
    assert len(published) == 1 + bool(million)
    assert process.phases[0].modules <= MOST_RECEIVE_MODULES + MORE_MODULES.get(sender, 0)
    assert million <= MOST_RECEIVE_MILLION_INSTRUCTIONS + MORE_MILLION_INSTRUCTIONS.get(sender, 0)


def _receive_function(system: str, surroundings: Mapping[str, str]) -> Function:
    settings = ReceiveSettings(
        connection="somewhere",
        system=system,
        public_url=_URL,
        secret_arn="webhook",
        bus_name="line",
        archive_bucket="archive",
        flows=FLOWS,
        options=LEAST_OPTIONS.get(system, {}),
    )
    folders = [function_asset("receive", {}), tieout_layer() / "python"]
    if system == "salesforce":  # as its `needs_libraries` says
        folders.append(dependencies_layer(this_platform()) / "python")
    return Function(
        handler="functions.receive.handler.lambda_handler",
        folders=folders,
        environment=settings.environment() | _SURROUNDINGS | dict(surroundings),
    )
