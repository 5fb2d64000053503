"""The documents of doors and bus name what is deployed: every route, every queue that messages of ours travel through."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from infra.contracts.__main__ import FOLDER, STAGE
from tests.support.synthesis import Synthesis

_METHODS = {"ANY", "GET", "OPTIONS", "POST"}


def _document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def test_every_route_is_published_and_nothing_else(stages: Callable[[str], Synthesis]) -> None:
    """With no more methods than the gateway lets in, and under a token where it asks for one."""
    routes = stages(STAGE).properties("AWS::ApiGatewayV2::Route").values()
    let_in: dict[str, set[str]] = {}
    tokens = set()
    for route in routes:
        method, path = route["RouteKey"].split(" ")
        let_in.setdefault(path, set()).update(_METHODS if method == "ANY" else {method})
        if route["AuthorizationType"] == "JWT":
            tokens.add(path)
    paths = _document("openapi.json")["paths"]
    assert paths.keys() == let_in.keys()
    for path, operations in paths.items():
        assert {each.upper() for each in operations if each != "parameters"} <= let_in[path]
        assert (operations["post"]["security"] == [{"token": []}]) == (path in tokens)


def test_every_queue_that_a_function_works_off_is_published(stages: Callable[[str], Synthesis]) -> None:
    """Those of flows, of what no flow wants, of targets and of relays; the lake's is not: S3 writes what it holds."""
    sources = stages(STAGE).properties("AWS::Lambda::EventSourceMapping").values()
    queues = [each for each in sources if "FunctionResponseTypes" in each and "StartingPosition" not in each]
    published = _document("asyncapi.json")["operations"]
    received = [name for name, each in published.items() if each["action"] == "receive"]
    assert len(received) == len(queues) - 1
