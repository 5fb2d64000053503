from __future__ import annotations

import json
from itertools import repeat
from pathlib import Path

import pytest
from starlette.applications import Starlette

from infra.landscape import read_landscape
from sandbox.deploy import Outputs
from sandbox.places import ROOT, Places, SandboxError, tool
from sandbox.simulated import SimulatedSystems, declared, simulators
from sandbox.systems.joining import JoinedConnection, JoinedTarget, join_connection, join_target

ACQUIRED = ROOT / "sandbox/demo/acquired/expenses-nordics.toml"


def simulated() -> SimulatedSystems:
    """Simulated systems for the declared landscape, as if they answered at made-up addresses."""
    landscape = read_landscape(ROOT, "sandbox", None)
    names = [each.name for each in declared(landscape)]
    return SimulatedSystems(
        landscape,
        {
            each.name: JoinedConnection(
                app=Starlette(),
                webhook_secret="fake",
                credentials={},
                address_options=("issuer",) if each.system == "sap_s4hana" else (),
            )
            for each in landscape.connections
        },
        {
            each.name: JoinedTarget(app=Starlette(), credentials={}, address_options=("auth_base_url",))
            for each in landscape.targets
        },
        {name: f"http://127.0.0.1:{port}" for port, name in enumerate(names, 7001)},
        {each.name: f"http://127.0.0.1:7000/api/webhooks/{each.name}" for each in landscape.connections},
    )


def test_the_overlay_gives_the_landscape_its_addresses(tmp_path: Path) -> None:
    """What is deployed calls the simulated systems, and verifies the URL that they sign."""
    systems = simulated()
    overlay = tmp_path / "overlay.toml"
    overlay.write_text(systems.overlay(), encoding="utf-8")
    landscape = read_landscape(ROOT, "sandbox", overlay)
    for connection in landscape.connections:
        assert connection.api_base_url == systems.base_urls[connection.name]
        called = "webhook" in connection.arrivals
        assert connection.public_url == (systems.webhook_urls[connection.name] if called else "")
    tokens = landscape.connection("sap-europe").options
    assert (tokens["issuer"], tokens["audience"]) == (systems.base_urls["sap-europe"], ["tieout"])
    for target in landscape.targets:
        assert target.api_base_url == target.options["auth_base_url"] == systems.base_urls[target.name]
        declared_options = systems.landscape.target(target.name).options
        assert target.options == {**declared_options, "auth_base_url": target.api_base_url}


def test_systems_are_found_by_their_name() -> None:
    """Outside tools look a simulated system up by the product it stands for, or by its connection where it is one of several."""
    landscape = simulated().landscape
    sources = {each.name if each.system == "generic" else each.system for each in landscape.connections}
    assert set(simulated().by_system()) == sources | {each.system for each in landscape.targets}


def test_what_the_stacks_tell_is_read_by_kind_and_name() -> None:
    """Plain outputs and those that describe a part stand side by side."""
    outputs = Outputs(
        {"ApiId": "tieout", "FlowForecastToPlan": json.dumps({"name": "forecast_to_plan", "queue_url": "q"})}
    )
    assert outputs["ApiId"] == "tieout"
    assert outputs.parts("Flow") == {"forecast_to_plan": {"name": "forecast_to_plan", "queue_url": "q"}}
    assert outputs.parts("Target") == {}


def test_every_declared_system_can_be_joined() -> None:
    """Each system's folder says how it takes part in the sandbox, and every start draws new secrets."""
    landscape = read_landscape(ROOT, "sandbox", None)
    for connection in landscape.connections:
        one, other = (join_connection(connection, "http://127.0.0.1:7000/x") for _ in range(2))
        assert (one.webhook_secret != other.webhook_secret) == ("webhook" in connection.arrivals)
        assert (one.open_drop is not None) == ("objects" in connection.arrivals)
        assert bool(one.credentials) == connection.is_read
    for target in landscape.targets:
        assert join_target(target).credentials


def test_a_connection_that_is_added_gets_a_system_and_the_others_keep_theirs() -> None:
    """A source that runs already is neither started anew nor given another secret."""
    small = read_landscape(ROOT, "sandbox", None)
    grown = read_landscape(ROOT, "sandbox", ACQUIRED)
    any_ports = repeat(0, len(declared(small)) + 1)  # as many as are needed: each system takes one, once
    with simulators("http://127.0.0.1:7000/api", any_ports) as running:
        before, after = running.standing_for(small), running.standing_for(grown)
        assert set(after.connections) - set(before.connections) == {"expenses-nordics"}
        assert {name: after.connections[name] for name in before.connections} == before.connections
        assert {name: after.base_urls[name] for name in before.base_urls} == before.base_urls
        assert after.webhook_urls["expenses-nordics"] == "http://127.0.0.1:7000/api/webhooks/expenses-nordics"
        assert 'name = "expenses-nordics"' in after.overlay()


def test_the_acquired_company_is_known_to_its_file_and_the_demo_alone() -> None:
    """What the demo says is added by configuration alone is in no code that is deployed, and in no stage."""
    deployed = ("functions", "infra", "landscape", "layers", "sandbox/systems")
    files = [each for folder in deployed for each in (ROOT / folder).rglob("*") if each.is_file()]
    assert len(files) > 100
    assert [each for each in files if b"nordics" in each.read_bytes().lower()] == []


def test_a_missing_tool_says_how_to_get_it() -> None:
    """Who has not set the project up is told the one command that does."""
    with pytest.raises(SandboxError, match="run `make setup`"):
        tool(".venv-sandbox/bin/no-such-tool")


def test_a_start_removes_what_would_mislead(tmp_path: Path) -> None:
    """Addresses and secrets of an earlier run are gone before the next one begins."""
    places = Places(tmp_path)
    with places.reserved():
        places.endpoints.write_text("{}", encoding="utf-8")
        (places.secrets / "old.webhook").write_text("old", encoding="utf-8")
        (places.scratch / "code").mkdir()
    assert not places.endpoints.exists()
    assert not places.scratch.exists()
    with places.reserved():
        assert list(places.secrets.iterdir()) == []
