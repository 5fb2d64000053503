"""The deliver function of an Oracle EPM target as Lambda runs it: it reads cells before it writes them, where that is declared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from functions.deliver import handler
from infra.landscape import compile_landscape, read_landscape
from sandbox.places import ROOT
from tests.support.moto_aws import REGION, emulated_aws
from tests.support.oracle_epm import BASIC, epm_target, pipeline_cell
from tests.support.oracle_epm_environment import RunningEnvironment
from tieout.aws.dynamo import DynamoTable
from tieout.ledger import keys
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

    def book(self, amount_minor: int) -> None:
        """A commit that adds to a cell."""
        first = {"cube": "Pipeline", "members": json.dumps(pipeline_cell().members), keys.CURRENCY + "Amount": "EUR"}
        since = {"dirty_since": "2026-03-02T09:00:00.000Z"}
        adds = {keys.TOTAL + "Amount": amount_minor, "generation": 1}
        update = Update(
            keys.cell_key(TARGET, "a"), sets={"cell_state": keys.dirty(TARGET)}, firsts=first | since, adds=adds
        )
        self.table.write([update])

    def deliver(self) -> list[tuple[int | None, str]]:
        """What the receipt of a flush says was there before."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 240_000)
        assert handler.lambda_handler({"Records": []}, context) == {"batchItemFailures": []}
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
        target = epm_target(environment.url, reads_before=request.param, authentication="basic")
        compiled = json.loads(compile_landscape(read_landscape(ROOT, "sandbox")))
        declared = {"name": TARGET, "system": "oracle_epm", "api_base_url": environment.url}
        compiled["targets"] = [declared | {"options": dict(target.options)}]
        (tmp_path / "landscape.json").write_text(json.dumps(compiled))
        secret = aws.secrets.create_secret(Name="target", SecretString=json.dumps(BASIC))["ARN"]
        name = aws.create_ledger()
        told = {"TARGET": TARGET, "LEDGER_TABLE": name, "SECRET_ARN": secret, "METRIC_NAMESPACE": "Tieout"}
        (tmp_path / "members.json").write_text("{}")
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
