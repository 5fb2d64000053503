"""Every table of `tieout` in a terminal of 100 columns, filled with the longest values that are likely: a row is one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from botocore.client import BaseClient
from typer.testing import CliRunner

from ops import display
from ops.cli import app
from ops.logged import Effect
from ops.tables import Fitted, fitted
from tests.support.commands import effect_of, leaves
from tests.support.filled_stage import (
    CELL,
    CONNECTION,
    CUSTOMER,
    DELIVERY,
    FLOW,
    NOW,
    PLACE,
    RECEIPT,
    RECORD,
    TARGET,
    compare,
    fill_cells,
    keep_a_journal,
    keep_deliveries,
    park,
    record_facts,
    tell_master_data,
)
from tests.support.operated_breaks import Stages, compare_when_asked
from tests.support.operated_certificates import certify
from tests.support.operated_files import drop_files
from tests.support.operated_periods import PERIOD, WHY, add_members, answer_checks, close_late
from tests.support.operated_planning import operated_planning
from tests.support.operated_proposals import PROPOSAL, declare, deploy, keep_a_proposal, landscape_of
from tests.support.operated_stage import OperatedStage, operated_stage
from tests.support.stages_compared import AS_OF, DECLARED, amount, item, place
from tieout.closing import Books
from tieout.ledger import keys
from tieout.ledger.table import Put
from tieout.reconciling.reconcile import reconcile

WIDTH = 100
_READING = ("BatchGet", "Query", "Get", "List", "Describe", "Head", "ReceiveMessage", "ChangeMessageVisibility")
CERTIFIED = Books("GROUP", PERIOD, "Actual")
BILLED = item("billing-of-a-long-name", "A-1", {place("A company of the group"): amount(123_456_789_00)})
[BROKEN] = [each.name for each in reconcile(DECLARED, [BILLED], [], AS_OF).breaks]
# Each command with what it is given here; those that print no table stand beside the others, so that none is forgotten.
TABLES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("status",): (),
    ("connections", "list"): (),
    ("census", "run"): (CONNECTION,),
    ("census", "show"): (CONNECTION,),
    ("facts", "show"): (str(RECORD),),
    ("facts", "history"): (str(RECORD),),
    ("facts", "list"): (CONNECTION,),
    ("notices", "effects"): (DELIVERY,),
    ("cells", "list"): (),
    ("cells", "why"): (CELL[:8],),
    ("cells", "check"): (),
    ("cells", "retry"): (),
    **{("readback", each): () for each in ("list", "run", "show", "repair")},
    ("receipts", "list"): ("--from", NOW.strftime("%Y-%m-%d")),
    ("receipts", "show"): (RECEIPT,),
    ("undo",): (RECEIPT, "--yes"),
    ("release",): (RECEIPT,),
    ("held", "list"): (),
    ("crosswalk", "list"): (),
    **{("crosswalk", each): ("customer", CONNECTION, CUSTOMER.key) for each in ("confirm", "take-back")},
    ("mappings", "put"): ("customer", CUSTOMER.key, "Globex Corporation (Holdings) plc", "--connection", CONNECTION),
    ("mappings", "list"): (),
    ("mappings", "proposals"): (),
    ("mappings", "show"): (PROPOSAL,),
    ("mappings", "propose"): ("customer", "1", "Globex Corporation (Holdings) plc", "--connection", CONNECTION, *WHY),
    ("mappings", "retire"): ("stage", "renewals/decision_maker_bought_in", "--connection", CONNECTION, *WHY),
    ("landscape", "effect"): (),
    **{("ownership", each): () for each in ("list", "conflicts")},
    ("targets", "list"): (),
    ("targets", "show"): (TARGET,),
    ("targets", "check"): (),
    **{("targets", each): (TARGET,) for each in ("members", "member-writes")},
    ("periods", "list"): (),
    **{("periods", each): (PERIOD, *("--entity", "EMEA"), *WHY) for each in ("close", "soft-close", "open", "reopen")},
    ("periods", "late"): (),
    ("periods", "approve"): (str(RECORD), PERIOD),
    ("periods", "restate"): (str(RECORD), PERIOD, *WHY),
    **{("rejected", each): (CONNECTION,) for each in ("list", "retry")},
    **{(each, "list"): () for each in ("spool", "dlq")},
    ("dlq", "show"): (FLOW,),
    ("log", "list"): (),
    **{(each, "list"): (CONNECTION,) for each in ("files", "drift")},
    ("reconcile",): (),
    ("close", "list"): (),
    ("close", "delta"): (PERIOD, *("--entity", CERTIFIED.legal_entity)),
    **{("breaks", each): () for each in ("list", "sums")},
    ("breaks", "show"): (BROKEN,),
}
NO_TABLES = {
    *(("backfill",), ("census", "stop"), ("facts", "resend")),
    *(("targets", "resume"), ("rejected", "show"), ("dlq", "redrive"), ("mappings", "approve"), ("mappings", "refuse")),
    *(("log", "show"), ("log", "verify")),
    *(("files", "show"), ("files", "stop"), ("files", "resume")),
    *(("close", "sign"), ("close", "verify")),
    *(("breaks", each) for each in ("assign", "explain", "accept", "link", "part")),
}


@pytest.fixture(name="full", scope="module")
def _full() -> Iterator[OperatedStage]:
    """A stage that has something of everything to show; all commands work on one, and what each does leaves enough for the next."""
    with pytest.MonkeyPatch.context() as monkeypatch, operated_stage(monkeypatch) as stage:
        told = json.loads(stage.place.outputs["ConnectionHubspot-Emea"]) | {
            "name": CONNECTION,
            "url": stage.url(CONNECTION),
        }
        monkeypatch.setitem(stage.place.outputs, "ConnectionNorthAmerica", json.dumps(told))
        with operated_planning(stage, monkeypatch) as tenant:
            record_facts(stage)
            fill_cells(stage, tenant)
            keep_deliveries(stage)
            park(stage)
            compare(stage)
            tell_master_data(stage)
            drop_files(stage, CONNECTION)
            close_late(stage, RECORD, PLACE, FLOW)
            answer_checks(monkeypatch)
            add_members(stage)
            compare_when_asked(stage, monkeypatch, Stages([BILLED]))
            assert CliRunner().invoke(app, ["reconcile"]).exit_code == 0
            certify(stage, monkeypatch, CERTIFIED)
            deploy(monkeypatch, landscape_of(CONNECTION))
            declare(monkeypatch, landscape_of("hubspot-emea-and-africa"))
            keep_a_proposal(stage.place.table, PLACE)
            keep_a_journal(stage)
            yield stage


@pytest.fixture(name="called")
def _called(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The operations of AWS that were called."""
    found, call = set[str](), BaseClient._make_api_call  # type: ignore[attr-defined]  # where all calls pass

    def noting(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 as the client answers
        found.add(operation)
        return call(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", noting)
    return found


@pytest.fixture(name="shown")
def _shown(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each table that was printed has."""
    counted: list[int] = []

    def counting(found: Sequence[dict[str, Any]], names: Sequence[str], width: int) -> Fitted:
        counted.append(len(found))
        return fitted(found, names, width)

    monkeypatch.setattr(display, "fitted", counting)
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    return counted


def tables(printed: str) -> list[list[str]]:
    """The rows of each table: the lines from its rule to an empty one."""
    lines, found = printed.splitlines(), list[list[str]]()
    for at, line in enumerate(lines):
        if line and not line.strip("─"):
            end = lines.index("", at)
            found.append(lines[at - 1 : at] + lines[at + 1 : end])
    return found


@pytest.mark.parametrize("command", TABLES, ids=" ".join)
def test_a_row_is_one_line(full: OperatedStage, shown: list[int], command: tuple[str, ...]) -> None:
    """No row is wider than the terminal, and none goes on below."""
    assert full.place.stage == "tested"
    answer = CliRunner().invoke(app, [*command, *TABLES[command]], catch_exceptions=False)
    found = tables(answer.stdout)
    assert [len(rows) - 1 for rows in found] == shown
    assert shown
    assert [line for rows in found for line in rows if len(line) > WIDTH] == []


@pytest.mark.parametrize("command", [each for each in TABLES if effect_of(each) is Effect.READS], ids=" ".join)
def test_what_is_declared_as_reading_changes_nothing(
    full: OperatedStage, called: set[str], command: tuple[str, ...]
) -> None:
    """No call to AWS that it makes writes anything; `dlq show` has its messages back at once."""
    assert full.place.stage == "tested"
    CliRunner().invoke(app, [*command, *TABLES[command]], catch_exceptions=False)
    assert {each for each in called if not each.startswith(_READING)} == set()


def test_every_command_is_among_them() -> None:
    """A new command is either tried here or said to print no table."""
    assert set(leaves()) == set(TABLES) | NO_TABLES


def test_what_is_copied_into_the_next_command_is_whole(full: OperatedStage, shown: list[int]) -> None:
    """Keys and records stand whole; a cell's digits are enough for `tieout cells why`."""
    assert shown == []
    [key] = [row["kept_as"] for row in full.tieout("rejected", "list", CONNECTION) if "unusable" in row["kept_as"]]
    assert key in said("rejected", "list", CONNECTION)
    assert str(RECORD) in said("facts", "list", CONNECTION)
    assert f"{CELL[:8]} " in said("cells", "list")
    assert [row["measure"] for row in full.tieout("cells", "why", CELL[:8])["cells"]] == ["Revenue USD", "Weighted USD"]
    assert full.tieout("cells", "why", CELL[:8]) == full.tieout("cells", "why", CELL)


def test_digits_that_several_cells_begin_with_name_them_all(full: OperatedStage) -> None:
    """Nobody is shown another cell than the one asked for."""
    others = [CELL[:10] + digit * 22 for digit in "ab"]
    for other in others:
        item = {"cube": "c", "members": "[]", "generation": 1, "catalogue": keys.cells_of(TARGET)}
        full.place.table.write([Put(keys.cell_key(TARGET, other), item)])
    result = CliRunner().invoke(app, ["cells", "why", CELL[:10]])
    assert result.exit_code == 2
    flat = "".join(part for part in result.stderr if part in "0123456789abcdef")
    assert all(name in flat for name in (*others, CELL))
    assert CliRunner().invoke(app, ["cells", "why", "ffff"]).exit_code == 2


def said(*command: str) -> str:
    """What a command prints for people."""
    return CliRunner().invoke(app, command, catch_exceptions=False).stdout
