"""The deliver function of an Anaplan target as Lambda runs it: it checks before its first write, loads, and answers a check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from functions.deliver import handler
from infra.landscape import compile_landscape, read_landscape
from sandbox.places import ROOT
from tests.support.anaplan import BASIC, anaplan_target
from tests.support.anaplan_tenant import RunningTenant, running_tenant
from tests.support.moto_aws import REGION, emulated_aws
from tests.support.telling_masters import tell
from tieout.aws.dynamo import DynamoTable
from tieout.facts.master_data import Customer
from tieout.ledger import keys
from tieout.ledger.checks import CheckLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.members import MemberLedger
from tieout.ledger.table import Update
from tieout.planning.mapping import MappingKey
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems.anaplan.members import open_keeper

OWNER = "netsuite-group"
IMPORTS = {"Pipeline": {"action": "112000000000", "file": "113000000000"}}


@dataclass
class Function:
    """The function, its table and the tenant it writes to."""

    tenant: RunningTenant
    table: DynamoTable

    def change(self, period: str, customer: str = "ACME") -> None:
        """A total of a cell that planning lacks."""
        members = [
            *(["Customer", customer], ["Product line", "SOFTWARE"], ["Legal entity", "EMEA"]),
            *(["Currency", "EUR"], ["Time", period], ["Version", "Forecast"]),
        ]
        first = {"cube": "Pipeline", "members": json.dumps(members), keys.CURRENCY + "Amount": "EUR"}
        since = {"dirty_since": "2026-03-02T09:00:00.000Z"}
        dirty = {"cell_state": keys.dirty("anaplan")}
        adds = {keys.TOTAL + "Amount": 150, "generation": 1}
        self.table.write([Update(keys.cell_key("anaplan", period), sets=dirty, firsts=first | since, adds=adds)])

    def invoke(self, event: dict[str, object]) -> dict[str, object]:
        """What it answers."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 240_000)
        answer: dict[str, object] = handler.lambda_handler(event, context)
        return answer


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    """A function of its own, which remembers nothing."""
    for name, value in {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t", "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with emulated_aws() as aws, running_tenant() as tenant:
        target = anaplan_target(tenant.url, imports=IMPORTS, batch_size=1, bulk_from=2)
        landscape = read_landscape(ROOT, "sandbox")
        compiled = json.loads(compile_landscape(landscape))
        compiled["targets"] = [
            {
                "name": "anaplan",
                "system": "anaplan",
                "api_base_url": tenant.url,
                "options": dict(target.options),
                "members": {"Customer": {"file": "customers.csv", "parent": "ALL_CUSTOMERS"}},
            }
        ]
        (tmp_path / "members.json").write_text(
            json.dumps({"customers.csv": "code,name,parent\nOSLO,,NORTH\nNORTH,North,\n"})
        )
        (tmp_path / "landscape.json").write_text(json.dumps(compiled))
        secret = aws.secrets.create_secret(Name="target", SecretString=json.dumps(BASIC))["ARN"]
        name = aws.create_ledger()
        environment = {"TARGET": "anaplan", "LEDGER_TABLE": name, "SECRET_ARN": secret, "METRIC_NAMESPACE": "Tieout"}
        environment |= {
            name: str(tmp_path / f"{name.split('_')[0].lower()}.json") for name in ("LANDSCAPE_FILE", "MEMBERS_FILE")
        }
        for key, value in environment.items():
            monkeypatch.setenv(f"TIEOUT_{key}", value)
        handler._function.cache_clear()
        yield Function(tenant, DynamoTable(aws.dynamodb, name, SystemClock(), SystemEntropy()))
        handler._function()._http.close()  # a real one is kept until its process ends
        handler._function.cache_clear()


def test_a_load_is_checked_for_and_imported_and_an_operator_is_answered(function: Function) -> None:
    """The check is kept, no cell goes by a cell write, and a check that is asked for flushes nothing."""
    for month in ("2026-01", "2026-02", "2026-03"):
        function.change(month)
    assert function.invoke({"Records": []}) == {"batchItemFailures": []}
    assert set(function.tenant.values().values()) == {"1.50"}
    assert len(function.tenant.values()) == 3
    assert function.tenant.control("writes")["writes"] == []
    kept = CheckLedger(function.table).last("anaplan")
    assert kept is not None
    assert kept.in_the_way == 0
    assert kept.at <= datetime.now(UTC)
    function.change("2026-04")
    answer = function.invoke({"check": True})
    assert (answer["findings"], answer["told"]["state"]) == ([], "UNLOCKED")  # type: ignore[index]
    assert len(function.tenant.values()) == 3


def test_members_are_added_before_the_cells_that_name_them_and_an_operator_is_told(function: Function) -> None:
    """Parents first; what an operator has done is noted in their name."""
    told = function.invoke({"members": {"apply": False, "by": "somebody"}})
    assert told["dimensions"][0]["to_add"] == ["NORTH", "OSLO"]  # type: ignore[index]
    function.change("2026-01", customer="OSLO")
    function.invoke({"Records": []})
    assert set(function.tenant.values().values()) == {"1.50"}
    writes = [(each.codes, each.by) for each in MemberLedger(function.table).writes("anaplan")]
    assert writes == [(("NORTH",), "deliver"), (("OSLO",), "deliver")]
    again = function.invoke({"members": {"apply": True, "by": "somebody"}})
    assert (again["dimensions"][0]["to_add"], again["dimensions"][0]["findings"]) == ([], [])  # type: ignore[index]
    function.tenant.control("model", {"state": "locked"})
    assert str(function.invoke({"members": {"apply": True, "by": "somebody"}})["error"]).startswith("UnavailableError")


def test_conflicts_with_owners_are_counted_when_members_are_compared(
    function: Function, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once each, in a line that is a metric of the connection; the member is called as its owner says."""
    file = tmp_path / "landscape.json"
    compiled = json.loads(file.read_text())
    compiled["targets"][0]["members"] = {"Customer": {"table": "customer", "parent": "ALL_CUSTOMERS"}}
    file.write_text(json.dumps(compiled))
    entries = MappingLedger(function.table)
    for connection, name in ((OWNER, "Globex"), ("hubspot-emea", "Globex Inc.")):
        tell(function.table, connection, Customer(number="77", name=name))
        entries.put(MappingKey(connection, "customer", "77"), "GLOBEX", "controller", datetime.now(UTC))
    for _ in range(2):
        answer = function.invoke({"members": {"apply": True, "by": "controller"}})
        assert "error" not in answer
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"contradicted"' in line]
    assert [(line["connection"], line["Conflicts"]) for line in lines] == [("hubspot-emea", 1)]
    keeper = open_keeper(function.tenant.kept_writer())
    assert [each.name for each in keeper.held("Customer") if each.code == "GLOBEX"] == ["Globex"]
