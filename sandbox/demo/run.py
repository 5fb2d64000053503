"""Runs the demo from an empty machine to planning cells that can be explained, and takes everything down again."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

from rich.console import Console

from ops import display, ledger_views, mapping_tables, queues
from ops.place import Place, sandbox_place
from ops.reading_back import compare
from sandbox.demo.quiet import accepted_notices, counted, outcomes, wait_until_quiet
from sandbox.demo.story import NEW_CUSTOMER, SPOILED_DEAL, Crm, Erp, Planning
from sandbox.places import ROOT, SandboxError, Tell
from sandbox.running import Sandbox, running_sandbox
from tieout.planning.mapping import MappingKey

_SEED = ROOT / "landscape/mappings/sandbox.csv"
_FLOW = "forecast_to_plan"


def main() -> int:
    """Run the demo; 0 when everything it shows is true. What does not hold ends it with a `SandboxError`."""
    started = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    with running_sandbox(tell=lambda line: console.print(f"[dim]{line}[/dim]")) as sandbox:
        Demo(sandbox, console.print).run()
    console.print(
        f"\n[bold green]Everything shown above held.[/bold green] {time.monotonic() - started:.0f} s; nothing runs any more."
        "\nTo try it by hand: `make sandbox`, and docs/sandbox.md."
    )
    return 0


class Demo:
    """One run over a ready sandbox."""

    def __init__(self, sandbox: Sandbox, tell: Tell) -> None:
        self._sandbox = sandbox
        self._tell = tell
        self._place: Place = sandbox_place(sandbox.endpoints())
        self._crm = Crm(sandbox.systems["hubspot"])
        self._erp = Erp(sandbox.systems["netsuite"])
        self._planning = Planning(sandbox.systems["anaplan"])

    def run(self) -> None:
        """The demo's chapters, in order."""
        with closing(self._crm), closing(self._erp), closing(self._planning):
            self._tell_everything()

    def _tell_everything(self) -> None:
        self._map_members()
        self._work_and_deliver()
        self._show_cells()
        self._explain_a_cell()
        self._release_what_is_held()
        self._park_and_redrive()
        self._add_up()

    def _map_members(self) -> None:
        entries = mapping_tables.read_file(_SEED)
        mapping_tables.put(self._place, entries)
        self._chapter(f"Mapping tables: {len(entries)} entries stored (tieout mappings put --file)")

    def _work_and_deliver(self) -> None:
        self._chapter("Signed webhooks, some twice and out of order")
        self._crm.take_over()
        self._erp.take_over()
        self._crm.work()
        self._erp.work()
        told = {
            "hubspot": self._crm.deliver(shuffle=True, duplicates=6, repeat=2, batch_size=25),
            "netsuite": self._erp.deliver(),
        }
        for name, sent in told.items():
            self._tell(f"   {name}: {sent.requests} requests with {sent.events} events, {sent.accepted} answered 2xx")
        wait_until_quiet(self._place, self._sandbox.aws, self._tell)
        self._show_outcomes()

    def _show_outcomes(self) -> None:
        ended = outcomes(self._place)
        rows = [{"outcome": name, "notices": count} for name, count in ended.most_common()]
        rows.append({"outcome": "together", "notices": ended.total()})
        display.rows(rows, title="What became of every notice", as_json=False, nothing="")
        self._hold(
            ended.total() == accepted_notices(self._sandbox.aws), "every accepted notice has exactly one outcome"
        )

    def _show_cells(self) -> None:
        self._chapter("The planning cells, read back from the planning system")
        held = self._planning.cells()
        rows = [
            {
                "module": cell["module"],
                "measure": cell["line_item"],
                "members": ledger_views.members_text(cell["members"]),
                "value": cell["value"],
            }
            for cell in held
            if cell["line_item"].endswith("USD")
        ]
        rows.sort(key=lambda row: (row["module"], row["measure"], row["members"]))
        display.rows(rows, title="Measures in the reporting currency", as_json=False, nothing="none")
        self._check_planning()

    def _check_planning(self) -> None:
        """Planning holds what the ledger says, cell by cell: what `tieout cells check` finds."""
        *_, found = compare(self._place, "anaplan")
        self._hold(
            not found.different and not found.under_way,
            f"all {found.equal} cells of the ledger stand in planning to the minor unit (tieout cells check)",
        )

    def _explain_a_cell(self) -> None:
        self._chapter("Where one cell comes from (tieout cells why)")
        wanted = [row for row in self._ledger_cells("Actuals", "Revenue USD") if row["members"]["Customer"] == "GLOBEX"]
        cell = max(wanted, key=lambda row: len(self._why(row)["contributions"]))
        why = self._why(cell)
        place = " / ".join([cell["cube"], cell["measure"], *cell["members"].values()])
        self._tell(f"   {place} = {cell['total']} {cell['currency']}")
        shown = ["record", "amount", "rate", "kind"]
        rows = [{name: part[name] for name in shown} for part in why["contributions"]]
        display.rows(rows, title="Contributions", as_json=False, nothing="none")
        self._hold(why["adds_up"], "the contributions add up to the cell")

    def _release_what_is_held(self) -> None:
        self._chapter("A fact that waits for a mapping, and is released by it")
        held, shown = ledger_views.held(self._place.table), ledger_views.SHOWN_OF_A_HELD_FACT
        display.rows(held, title="Held (tieout held list)", as_json=False, nothing="nothing", columns=shown)
        self._hold(len(held) == 1, "exactly one fact waits")
        entry = mapping_tables.Entry(MappingKey("hubspot-emea", "customer", NEW_CUSTOMER), "WAYNE")
        released = mapping_tables.put(self._place, [entry]).released
        self._tell(
            f"   tieout mappings put customer {NEW_CUSTOMER} WAYNE --connection hubspot-emea:"
            f" {counted(len(released), 'fact')} sent again"
        )
        wait_until_quiet(self._place, self._sandbox.aws, self._tell)
        self._hold(not ledger_views.held(self._place.table), "nothing is held any more")
        self._hold(
            any(row["members"]["Customer"] == "WAYNE" for row in self._ledger_cells("Pipeline", "Amount")),
            "its cells are in planning, under the new member",
        )
        self._check_planning()

    def _park_and_redrive(self) -> None:
        self._chapter("A poison message, parked alone and redriven")
        self._crm.spoil()
        self._crm.deliver()
        wait_until_quiet(self._place, self._sandbox.aws, self._tell)
        letters = next(each for each in queues.dead_letter_queues(self._place) if each.name == _FLOW)
        parked = queues.shown(self._place.sqs, letters.queue_url, 20)
        display.rows(parked, title=f"Dead letters (tieout dlq show {_FLOW})", as_json=False, nothing="none")
        named = {record for letter in parked for record in letter["records"]}
        self._hold(
            named == {f"hubspot-emea#opportunity#{SPOILED_DEAL}"},
            "only the spoiled deal is parked, its neighbour went on",
        )
        self._crm.mend()
        moved = queues.redrive(self._place.sqs, letters, 100)
        self._tell(f"   tieout dlq redrive {_FLOW}: {counted(moved, 'message')} put back")
        wait_until_quiet(self._place, self._sandbox.aws, self._tell)
        self._hold(
            sum(queues.depth(self._place.sqs, letters.queue_url).values()) == 0, "the dead-letter queue is empty"
        )

    def _add_up(self) -> None:
        self._chapter("At the end")
        self._show_outcomes()
        self._check_planning()

    def _ledger_cells(self, cube: str, measure: str) -> list[dict[str, Any]]:
        found = ledger_views.cells(self._place.table, "anaplan")
        return [row for row in found if row["cube"] == cube and row["measure"] == measure]

    def _why(self, cell: dict[str, Any]) -> dict[str, Any]:
        found = ledger_views.why(self._place.table, "anaplan", cell["cell"])
        return next(row for row in found if row["measure"] == cell["measure"])

    def _chapter(self, title: str) -> None:
        self._tell(f"\n[bold]{title}[/bold]")

    def _hold(self, holds: bool, claim: str) -> None:  # noqa: FBT001 the claim says what it is
        if not holds:
            raise SandboxError(f"this should hold and does not: {claim}")
        self._tell(f"   [green]holds[/green]: {claim}")
