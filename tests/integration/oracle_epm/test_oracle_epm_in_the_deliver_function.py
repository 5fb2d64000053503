"""The deliver function of an Oracle EPM target as Lambda runs it: it reads cells before it writes them, where that is declared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from functions.deliver import handler
from infra.landscape import compile_landscape, read_landscape
from sandbox.places import ROOT
from tests.support.moto_aws import REGION, emulated_aws
from tests.support.oracle_epm import ADMINISTERED, KEPT, epm_target, pipeline_cell
from tests.support.oracle_epm_environment import RunningEnvironment
from tieout.aws.dynamo import DynamoTable
from tieout.landscape import Option
from tieout.ledger import keys
from tieout.ledger.members import MemberLedger
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.receipts import ReceiptLedger, receipt_rows
from tieout.ledger.table import Update
from tieout.system_clock import SystemClock, SystemEntropy

TARGET = "oracle"


@dataclass
class Function:
    """The function, its table and the environment it writes to."""

    environment: RunningEnvironment
    table: DynamoTable

    def book(self, amount_minor: int, period: str = "2026-03", customer: str = "ACME") -> None:
        """A commit that adds to a cell."""
        members = json.dumps(pipeline_cell(period=period, customer=customer).members)
        first = {"cube": "Pipeline", "members": members, keys.CURRENCY + "Amount": "EUR"}
        since = {"dirty_since": "2026-03-02T09:00:00.000Z"}
        adds = {keys.TOTAL + "Amount": amount_minor, "generation": 1}
        update = Update(
            keys.cell_key(TARGET, f"{period} {customer}"),
            sets={"cell_state": keys.dirty(TARGET)},
            firsts=first | since,
            adds=adds,
        )
        self.table.write([update])

    def ask(self, event: dict[str, object]) -> dict[str, Any]:
        """What the function answers to an event."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 240_000)
        return handler.lambda_handler(event, context)

    def deliver(self) -> list[tuple[int | None, str]]:
        """What the receipt of a flush says was there before."""
        assert self.ask({"Records": []}) == {"batchItemFailures": []}
        newest = next(iter(ReceiptLedger(self.table).newest(TARGET)))
        return [(row.before_minor, str(row.source)) for row in receipt_rows(newest.cells)]


@pytest.fixture
def function(
    environment: RunningEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Function]:
    """A function of its own, which remembers nothing."""
    for name, value in {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t", "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with emulated_aws() as aws:
        options: dict[str, Option] = KEPT | {"loads": {"Pipeline": {"rows": "Entity"}}, "load_from": 3, "batch_size": 1}
        target = epm_target(environment.url, reads_before=request.param, authentication="basic", **options)
        compiled = json.loads(compile_landscape(read_landscape(ROOT, "sandbox")))
        declared = {"name": TARGET, "system": "oracle_epm", "api_base_url": environment.url}
        members = {"Customer": {"file": "customers.csv", "parent": "ALL_CUSTOMERS"}}
        compiled["targets"] = [declared | {"options": dict(target.options), "members": members}]
        (tmp_path / "landscape.json").write_text(json.dumps(compiled))
        secret = aws.secrets.create_secret(Name="target", SecretString=json.dumps(ADMINISTERED))["ARN"]
        name = aws.create_ledger()
        told = {"TARGET": TARGET, "LEDGER_TABLE": name, "SECRET_ARN": secret, "METRIC_NAMESPACE": "Tieout"}
        (tmp_path / "members.json").write_text(json.dumps({"customers.csv": "code,name\nACME,Acme\nOSLO,Oslo\n"}))
        files = {f"{each.upper()}_FILE": str(tmp_path / f"{each}.json") for each in ("landscape", "members")}
        for key, value in (told | files).items():
            monkeypatch.setenv(f"TIEOUT_{key}", value)
        handler._function.cache_clear()
        yield Function(environment, DynamoTable(aws.dynamodb, name, SystemClock(), SystemEntropy()))
        handler._function()._http.close()  # a real one is kept until its process ends
        handler._function.cache_clear()


@pytest.mark.parametrize("function", [True], indirect=True)
def test_what_somebody_changed_is_in_the_receipt_and_counted(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the very metric of the read-back, whose alarm calls a person."""
    function.book(1000)
    assert function.deliver() == [(0, "read")]
    [cell] = function.environment.control("cells")["cells"]
    typed = {"cube": cell["cube"], "members": list(cell["members"].values()), "value": "77.70"}
    function.environment.control("cells", typed)
    function.book(500)
    capsys.readouterr()
    assert function.deliver() == [(7770, "read")]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"readback"' in line]
    assert [(line["target"], line["outcome"], line["Different"]) for line in lines] == [(TARGET, "different", 1)]
    assert [each.off_minor for each in ReadbackLedger(function.table).standing(TARGET)] == [6770]


@pytest.mark.parametrize("function", [False], indirect=True)
def test_a_target_that_is_not_declared_so_is_not_read(function: Function) -> None:
    """Its receipts have what it was last given."""
    function.book(1000)
    assert function.deliver() == [(None, "last given")]


@pytest.mark.parametrize("function", [False], indirect=True)
def test_a_load_goes_by_a_job_and_members_wait_for_an_operator_who_has_them_published(function: Function) -> None:
    """Nothing is added by the function itself; what it was asked for is noted in the operator's name."""
    for period in ("2026-01", "2026-02"):
        function.book(1000, period)
    function.book(1000, customer="OSLO")
    function.deliver()
    control = function.environment.control
    assert [each["type"] for each in control("jobs")["jobs"]] == ["IMPORT_DATA"]
    assert set(function.environment.values().values()) == {"10.00"}
    assert len(function.environment.values()) == 2
    kept = MemberLedger(function.table).last(TARGET)
    assert kept is not None
    assert [each.code for each in kept.findings] == ["members_wait"]
    told = function.ask({"members": {"apply": True, "by": "somebody"}})
    assert (told["published"], told["dimensions"][0]["findings"]) == (True, [])
    noted = {(each.action, each.by) for each in MemberLedger(function.table).writes(TARGET)}
    assert noted == {("add", "somebody"), ("change", "somebody"), ("publish", "somebody")}
    function.deliver()
    assert len(function.environment.values()) == 3
