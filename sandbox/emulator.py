"""Runs the emulated AWS (MiniStack) with the few corrections the product's own stacks need; step 0 of the sandbox.

It runs in the emulator's environment, not in ours, so it imports nothing of this project but what is made for it. Every
correction makes the emulator behave as AWS does where it does not; the reasons stand with each. The product knows nothing
of them.
"""

from __future__ import annotations

import base64
import hashlib
import os
import queue
import re
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import apigateway, eventbridge, lambda_svc
from ministack.services import secretsmanager as secrets
from ministack.services.cloudformation import provisioners

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sandbox import emulated_guards as guards

API_ID_VARIABLE = "TIEOUT_SANDBOX_API_ID"
PARENT_VARIABLE = "TIEOUT_SANDBOX_PARENT"

_STREAMS_EVERY_SECONDS = 5
_LOGGED, _LOGGED_SECONDS = "everything is logged", 10
_SHORTEST_KEY_BYTES = 256  # 2048 bits
_SHA256_INFO = bytes.fromhex(
    "3031300d060960864801650304020105000420"
)  # the DigestInfo of SHA-256 in front of the digest

type Record = dict[str, Any]


def pin_the_api_id() -> None:
    """Give the first API a known id: sources sign the URL they call, so it must be known before the stack is deployed."""
    wanted = os.environ[API_ID_VARIABLE]
    drawn: Callable[[Record, Any], str | None] = apigateway._resolve_custom_api_id  # noqa: SLF001

    def resolve(tags: Record, existing: Any) -> str | None:  # noqa: ANN401
        return drawn(tags, existing) or (wanted if apigateway.find_api_scope(wanted) is None else None)

    apigateway._resolve_custom_api_id = resolve  # noqa: SLF001


def trust_the_loopback() -> None:
    """Count plain HTTP on 127.0.0.1 as secure: else the `enforce_ssl` policies of queues and buckets refuse everyone."""
    pin: Callable[[str, bool], None] = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _secure: pin(source_ip, True)  # noqa: FBT003 - its signature is not ours


def refer_to_secrets_by_arn() -> None:
    """Let `Ref` of a secret be its ARN, as on AWS; the emulator gives its name, which no policy's Resource matches."""
    handlers: Record = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]  # noqa: SLF001
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name_of(arn: str) -> str:
        return next((name for name, secret in secrets._secrets.items() if secret["ARN"] == arn), arn)  # noqa: SLF001

    def by_arn(answer: tuple[str, Record]) -> tuple[str, Record]:
        return answer[1]["Arn"], answer[1]

    handlers["create"] = lambda *a, **k: by_arn(create(*a, **k))
    handlers["update"] = lambda physical_id, *a, **k: by_arn(update(name_of(physical_id), *a, **k))
    handlers["delete"] = lambda physical_id, *a, **k: delete(name_of(physical_id), *a, **k)


def accept_metric_math() -> None:
    """Accept alarms over several metrics; the emulator refuses them. They are stored and never change state here."""
    handlers: Record = provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]  # noqa: SLF001

    def plain(properties: Record) -> Record:
        if not properties.get("Metrics"):
            return properties
        return {**properties, "Metrics": None, "MetricName": "MetricMath", "Namespace": "Tieout/Sandbox"}

    create, update = handlers["create"], handlers["update"]
    handlers["create"] = lambda name, properties, stack: create(name, plain(properties), stack)
    handlers["update"] = lambda physical, old, new, *a, **k: update(physical, plain(old), plain(new), *a, **k)


def accept_composite_alarms() -> None:
    """Accept alarms over other alarms, which the emulator's templates know nothing of. They are not stored."""

    def arn(name: str) -> Record:
        return {"Arn": f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}"}

    provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::CompositeAlarm"] = {  # noqa: SLF001
        "create": lambda name, _properties, _stack: (name, arn(name)),
        "update": lambda physical_id, *_a, **_k: (physical_id, arn(physical_id)),
        "delete": lambda *_a, **_k: None,
    }


def route_options() -> None:
    """Hand `OPTIONS` to the route where the API has no CORS settings, as AWS does; the emulator takes each for a preflight.

    It looks for the name in capitals alone, so it is told of it in small letters, and finds its route in capitals again.
    """
    answer: Callable[..., Any] = apigateway._handle_execute_in_scope  # noqa: SLF001
    match: Callable[..., Any] = apigateway._match_route  # noqa: SLF001

    async def handle(api_id: str, stage: str, path: str, method: str, *a: Any, **k: Any) -> Any:  # noqa: ANN401
        has_cors = (apigateway._apis.get(api_id) or {}).get("corsConfiguration")  # noqa: SLF001
        is_routed = method == "OPTIONS" and not has_cors
        return await answer(api_id, stage, path, method.lower() if is_routed else method, *a, **k)

    apigateway._handle_execute_in_scope = handle  # noqa: SLF001
    apigateway._match_route = lambda api_id, method, path: match(api_id, method.upper(), path)  # noqa: SLF001


def verify_tokens() -> None:
    """Verify the RS256 signature of a token, which the emulator does only with a library that its environment lacks."""
    apigateway._verify_rs256_signature = is_signed_rs256  # noqa: SLF001


def is_signed_rs256(token: str, key: Record) -> bool:
    """Whether a token is signed with the RSA key of a JSON Web Key: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2)."""
    signed, _, signature = token.rpartition(".")
    try:
        modulus, exponent = (int.from_bytes(_decoded(key[name])) for name in ("n", "e"))
        given = int.from_bytes(_decoded(signature))
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    length = (modulus.bit_length() + 7) // 8
    digest = _SHA256_INFO + hashlib.sha256(signed.encode()).digest()
    padding = b"\xff" * (length - len(digest) - 3)
    expected = b"\x00\x01" + padding + b"\x00" + digest
    return (
        length >= _SHORTEST_KEY_BYTES and given < modulus and pow(given, exponent, modulus).to_bytes(length) == expected
    )


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def wait_for_what_functions_log() -> None:
    """Wait until all is there that an invocation has logged; the emulator waits a moment, which on a busy machine is too short.

    What came later would stand behind what the next invocation logs, or nowhere. So each says when it has logged everything.
    """
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    before, answering, behind = script.rpartition("        _real_stdout.flush()\n")
    lambda_runtime._PYTHON_WORKER_SCRIPT = f"{before}        print({_LOGGED!r})\n{answering}{behind}"  # noqa: SLF001

    def wait(worker: Any, **_: float) -> str:  # noqa: ANN401
        lines: list[str] = []
        with suppress(queue.Empty):  # it has died
            while (line := str(worker._stderr_queue.get(timeout=_LOGGED_SECONDS))) != _LOGGED:  # noqa: SLF001
                lines.append(line)
        return "\n".join(lines)

    lambda_runtime.Worker._drain_stderr_bounded = wait  # noqa: SLF001


def unpack_once() -> None:
    """Let the instances of functions share code and layers, which nobody changes; the emulator unpacks them for each anew."""
    unpacked: dict[str, Path] = {}
    lock = threading.Lock()

    class SharedZip(zipfile.ZipFile):
        def extractall(self, path: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401
            digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
            with lock:
                if digest not in unpacked:
                    folder = Path(tempfile.mkdtemp(prefix="unpacked-"))
                    super().extractall(folder)
                    unpacked[digest] = folder
            for each in unpacked[digest].iterdir():
                (Path(path) / each.name).symlink_to(each)

    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedZip})


def gather_changes_of_streams() -> None:
    """Let changes of a table wait for each other, as a trigger's window says; the emulator calls its function for each of them.

    The journal's window is a minute, and nobody waits for it; who looks whether it holds everything should not have to either.
    """
    poll: Callable[[], bool] = lambda_svc._poll_dynamodb_streams  # noqa: SLF001
    looked_at = 0.0

    def poll_seldom() -> bool:
        nonlocal looked_at
        if time.monotonic() - looked_at < _STREAMS_EVERY_SECONDS:
            return False
        looked_at = time.monotonic()
        return poll()

    lambda_svc._poll_dynamodb_streams = poll_seldom  # noqa: SLF001


def deliver_partner_events() -> None:
    """Put what a partner sends on the bus that its source was associated with; the emulator takes it and forgets it."""
    put: Callable[..., Any] = eventbridge._put_events  # noqa: SLF001

    def put_partner_events(data: Record) -> Any:  # noqa: ANN401
        entries = [{**entry, "EventBusName": entry["Source"]} for entry in data.get("Entries", [])]
        return put({"Entries": entries}, allow_aws_source=True)

    eventbridge._put_partner_events = put_partner_events  # noqa: SLF001


def tag_rules_of_partner_buses() -> None:
    """Find a rule by its ARN whatever the name of its bus; the emulator takes the slashes of a partner's for parts of it."""
    find: Callable[[str], Any] = eventbridge._resolve_taggable_events_arn  # noqa: SLF001

    def resolve(arn: str) -> Any:  # noqa: ANN401
        is_rule = any(rule.get("Arn") == arn for rule in eventbridge._rules.values())  # noqa: SLF001
        return (arn, None) if is_rule else find(arn)

    eventbridge._resolve_taggable_events_arn = resolve  # noqa: SLF001


def name_errors_by_their_class() -> None:
    """Name a function's error by its class, as Lambda does and state machines decide by; here all have one name.

    The last line of what such an invocation logs is that of its traceback which says what was raised.
    """
    run: Callable[..., Record] = lambda_svc._execute_function_warm  # noqa: SLF001

    def run_and_name(*a: Any, **k: Any) -> Record:  # noqa: ANN401
        answer = run(*a, **k)
        raised = re.fullmatch(r"(?:\w+\.)*([A-Z]\w+)(?:: .*)?", str(answer.get("log", "")).strip().rpartition("\n")[2])
        if answer.get("error") and raised and answer["body"]["errorType"] == "Runtime.HandlerError":
            answer["body"]["errorType"] = raised[1]
        return answer

    lambda_svc._execute_function_warm = run_and_name  # noqa: SLF001


def stop_with_the_parent() -> None:
    """End as soon as the process that started it is gone, however it went."""
    parent = int(os.environ[PARENT_VARIABLE])

    def watch() -> None:
        waiting = threading.Event()
        while os.getppid() == parent:
            waiting.wait(0.5)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Correct the emulator and serve it until it is told to stop."""
    pin_the_api_id()
    trust_the_loopback()
    refer_to_secrets_by_arn()
    accept_metric_math()
    accept_composite_alarms()
    guards.lock_objects()
    guards.tell_policies_the_event_source()
    guards.tell_policies_the_items()
    guards.judge_batches_of_messages()
    guards.tell_policies_of_conditional_writes()
    guards.fill_policy_variables()
    route_options()
    verify_tokens()
    wait_for_what_functions_log()
    unpack_once()
    gather_changes_of_streams()
    deliver_partner_events()
    tag_rules_of_partner_buses()
    name_errors_by_their_class()
    stop_with_the_parent()
    app.main()


if __name__ == "__main__":
    main()
