"""What every chapter of the demo needs: the sandbox it plays in, a voice, and checks of what it claims."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from ops import display, ledger_views
from ops.place import Place, sandbox_place
from ops.reading_back import compare
from sandbox.demo.planning_systems import ANAPLAN
from sandbox.demo.quiet import accepted_notices, outcomes, wait_until_quiet
from sandbox.places import SandboxError, Tell
from sandbox.running import Sandbox


class Scene:
    """A ready sandbox, and who tells what happens in it.

    Attributes:
        place: the sandbox as the command line sees it.
    """

    def __init__(self, sandbox: Sandbox, tell: Tell) -> None:
        self.sandbox = sandbox
        self.tell = tell
        self.place: Place = sandbox_place(sandbox.endpoints())

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.tell(f"\n[bold]{title}[/bold]")

    def say(self, line: str) -> None:
        """Tell a line of the chapter."""
        self.tell(f"   {line}")

    def quote(self, line: str) -> None:
        """Tell a line as it stands in a file, brackets and all."""
        self.say(escape(line))

    def hold(self, holds: bool, claim: str) -> None:  # noqa: FBT001 the claim says what it is
        """Tell a claim that was checked.

        Raises:
            SandboxError: if it does not hold.
        """
        if not holds:
            raise SandboxError(f"this should hold and does not: {claim}")
        self.say(f"[green]holds[/green]: {claim}")

    def rest(self) -> None:
        """Wait until the line has come to rest."""
        wait_until_quiet(self.place, self.sandbox.aws, self.tell)

    def show_outcomes(self) -> None:
        """Show what became of every notice, and check that they add up."""
        ended = outcomes(self.place)
        rows: list[dict[str, Any]] = [{"outcome": name, "notices": count} for name, count in ended.most_common()]
        rows.append({"outcome": "together", "notices": ended.total()})
        display.rows(rows, title="What became of every notice", as_json=False, nothing="")
        self.hold(ended.total() == accepted_notices(self.sandbox.aws), "every accepted notice has exactly one outcome")

    def check_planning(self) -> None:
        """Every planning system holds what the ledger says, cell by cell: what `tieout cells check` finds."""
        found = [list(compare(self.place, target.name))[-1] for target in self.place.targets]
        self.hold(
            not any(each.different or each.under_way for each in found),
            f"all {sum(each.equal for each in found)} cells of the ledger stand in planning, to the minor unit"
            " (tieout cells check)",
        )

    def ledger_cells(self, cube: str, measure: str) -> list[dict[str, Any]]:
        """The ledger's cells of one measure, as Anaplan is given them."""
        found = ledger_views.cells(self.place.table, ANAPLAN)
        return [row for row in found if row["cube"] == cube and row["measure"] == measure]
