"""Runs the demo from an empty machine to planning cells that can be explained, and takes everything down again."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from decimal import Decimal
from typing import Any

from rich.console import Console

from ops import display, ledger_views, mapping_tables, queues
from sandbox.demo.acquisition import acquire
from sandbox.demo.alike import compare_systems, hold_alike, undo_a_write
from sandbox.demo.closing import close_a_month
from sandbox.demo.missing import find_what_never_arrived
from sandbox.demo.planning_systems import ANAPLAN, planning_systems
from sandbox.demo.quarter import certify_a_quarter
from sandbox.demo.quiet import counted
from sandbox.demo.sales import tell_in_three_ways
from sandbox.demo.scene import Scene
from sandbox.demo.story import NEW_CUSTOMER, SPOILED_DEAL, Crm, Erp, Told
from sandbox.demo.tools import ASKS_FIRST, SPENDING, TOOLS, Tool
from sandbox.places import ROOT, Tell
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
        self._scene = Scene(sandbox, tell)
        self._crm = Crm(sandbox.systems["hubspot"])
        self._erp = Erp(sandbox.systems["netsuite"])
        self._systems = planning_systems(sandbox)
        self._planning = self._systems[ANAPLAN]

    def run(self) -> None:
        """The demo's chapters, in order."""
        with ExitStack() as open_ended:
            for each in (self._crm, self._erp, *self._systems.values()):
                open_ended.enter_context(closing(each))
            self._tell_everything()

    def _tell_everything(self) -> None:
        self._map_members()
        self._work_and_deliver()
        self._show_cells()
        compare_systems(self._scene, self._systems)
        self._explain_a_cell()
        self._release_what_is_held()
        self._park_and_redrive()
        undo_a_write(self._scene, self._systems, self._crm)
        close_a_month(self._scene, self._planning, self._erp)
        tell_in_three_ways(self._scene, self._planning)
        find_what_never_arrived(self._scene, self._planning, self._crm, self._erp)
        self._scene = acquire(self._scene, self._systems, self._crm)
        self._add_up()
        certify_a_quarter(self._scene)

    def _map_members(self) -> None:
        entries = mapping_tables.read_file(_SEED)
        mapping_tables.put(self._scene.place, entries)
        self._scene.chapter(f"Mapping tables: {len(entries)} entries stored (tieout mappings put --file)")

    def _work_and_deliver(self) -> None:
        self._scene.chapter("Signed webhooks, some twice and out of order")
        self._crm.take_over()
        self._erp.take_over()
        self._crm.work()
        self._erp.work()
        told = {
            "hubspot": self._crm.deliver(shuffle=True, duplicates=6, repeat=2, batch_size=25),
            "netsuite": self._erp.deliver(),
        }
        told |= self._spend_and_deliver()
        for name, sent in told.items():
            self._scene.say(f"{name}: {sent}")
        self._scene.hold(
            all(sent.accepted == sent.requests for sent in told.values()), "every request was taken at once"
        )
        self._scene.rest()
        self._scene.show_outcomes()

    def _spend_and_deliver(self) -> dict[str, Told]:
        """What the three tools that post whole records sent, by name and how each proves itself."""
        told = {}
        for name, (proof, events) in TOOLS.items():
            with closing(Tool(self._scene.sandbox.systems[name])) as tool:
                tool.take_over()
                if name == ASKS_FIRST:
                    self._scene.hold(tool.is_welcome(), f"{name} asks before it sends (OPTIONS), and is welcome")
                tool.happen(events())
                told[f"{name} ({proof})"] = tool.deliver(shuffle=True, duplicates=2, repeat=2)
        return told

    def _show_cells(self) -> None:
        self._scene.chapter("The planning cells, read back from the planning system")
        held = self._planning.cells()
        rows = [
            {
                "measure": cell["line_item"],  # no two modules have one of the same name
                "members": ledger_views.members_text(cell["members"]),
                "value": cell["value"],
            }
            for cell in held
            if cell["line_item"].endswith("USD")
        ]
        rows.sort(key=lambda row: (row["measure"], row["members"]))
        display.rows(rows, title="Measures in the reporting currency", as_json=False, nothing="none")
        found = [self._planning.values(*measure)[members] for measure, members, _ in SPENDING.values()]
        told = [value for *_, value in SPENDING.values()]
        self._scene.hold(
            found == [Decimal(value) for value in told],
            f"what the tools last told of is there: {', '.join(told)} EUR",
        )
        self._scene.check_planning()

    def _explain_a_cell(self) -> None:
        self._scene.chapter("Where one cell comes from (tieout cells why)")
        wanted = [
            row for row in self._scene.ledger_cells("Actuals", "Revenue USD") if row["members"]["Customer"] == "GLOBEX"
        ]
        cell = max(wanted, key=lambda row: len(self._why(row)["contributions"]))
        why = self._why(cell)
        place = " / ".join([cell["cube"], cell["measure"], *cell["members"].values()])
        self._scene.tell(f"   {place}\n   = {cell['total']} {cell['currency']}")
        shown = ["record", "amount", "rate", "kind"]
        rows = [{name: part[name] for name in shown} for part in why["contributions"]]
        display.rows(rows, title="Contributions", as_json=False, nothing="none")
        self._scene.hold(why["adds_up"], "the contributions add up to the cell")

    def _release_what_is_held(self) -> None:
        self._scene.chapter("A fact that waits for a mapping, and is released by it")
        held, shown = ledger_views.held(self._scene.place.table), ledger_views.SHOWN_OF_A_HELD_FACT
        display.rows(held, title="Held (tieout held list)", as_json=False, nothing="nothing", columns=shown)
        self._scene.hold(len(held) == 1, "exactly one fact waits")
        entry = mapping_tables.Entry(MappingKey("hubspot-emea", "customer", NEW_CUSTOMER), "WAYNE")
        released = mapping_tables.put(self._scene.place, [entry]).released
        self._scene.tell(
            f"   tieout mappings put customer {NEW_CUSTOMER} WAYNE --connection hubspot-emea:"
            f" {counted(len(released), 'fact')} sent again"
        )
        self._scene.rest()
        self._scene.hold(not ledger_views.held(self._scene.place.table), "nothing is held any more")
        self._scene.hold(
            any(row["members"]["Customer"] == "WAYNE" for row in self._scene.ledger_cells("Pipeline", "Amount")),
            "its cells are in planning, under the new member",
        )
        self._scene.check_planning()

    def _park_and_redrive(self) -> None:
        self._scene.chapter("A poison message, parked alone and redriven")
        self._crm.spoil()
        self._crm.deliver()
        self._scene.rest()
        letters = next(each for each in queues.dead_letter_queues(self._scene.place) if each.name == _FLOW)
        parked = queues.shown(self._scene.place.sqs, letters.queue_url, 20)
        display.rows(parked, title=f"Dead letters (tieout dlq show {_FLOW})", as_json=False, nothing="none")
        named = {record for letter in parked for record in letter["records"]}
        self._scene.hold(
            named == {f"hubspot-emea#opportunity#{SPOILED_DEAL}"},
            "only the spoiled deal is parked, its neighbour went on",
        )
        self._crm.mend()
        moved = queues.redrive(self._scene.place.sqs, letters, 100)
        self._scene.tell(f"   tieout dlq redrive {_FLOW}: {counted(moved, 'message')} put back")
        self._scene.rest()
        self._scene.hold(
            sum(queues.depth(self._scene.place.sqs, letters.queue_url).values()) == 0, "the dead-letter queue is empty"
        )

    def _add_up(self) -> None:
        self._scene.chapter("At the end")
        self._scene.show_outcomes()
        self._scene.check_planning()
        hold_alike(self._scene, self._systems)

    def _why(self, cell: dict[str, Any]) -> dict[str, Any]:
        found = ledger_views.why(self._scene.place.table, ANAPLAN, cell["cell"])
        return next(row for row in found if row["measure"] == cell["measure"])
