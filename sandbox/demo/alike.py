"""The chapters about several planning systems: the same facts in all of them, and a write to one that is undone and released."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ops import display, receipt_views, undoing
from sandbox.demo.planning_systems import ANAPLAN, CUBES, ORACLE, Planning, PlanningSystems
from sandbox.demo.scene import Scene
from sandbox.demo.story import Crm
from tieout.ledger.receipts import DoneReceipt
from tieout.ledger.undoing import UndoLedger

type Cells = dict[tuple[str, str, str], Decimal]
"""By cube, measure and members: what a planning system holds."""

_DEAL = ("Pipeline", "Amount", "ACME/SUPPORT/EMEA/EUR/Dec 26/Forecast")
_MISTAKEN, _BEFORE, _CORRECTED = "660000.00", "66000.00", "68000.00"


def compare_systems(scene: Scene, systems: PlanningSystems) -> None:
    """Show what each further system holds beside what Anaplan holds of it, which must be the same."""
    scene.chapter("The same facts, in three planning systems")
    held = {name: _cells(system) for name, system in systems.items()}
    rows = [row for name in CUBES for row in _sums(name, held[name], held[ANAPLAN])]
    display.rows(rows, title="Sums in the reporting currency", as_json=False, nothing="nothing")
    hold_alike(scene, systems)


def hold_alike(scene: Scene, systems: PlanningSystems) -> None:
    """Check that each further system holds of the cubes it is given what Anaplan holds, cell by cell, and nothing else."""
    held = {name: _cells(system) for name, system in systems.items()}
    for name, cubes in CUBES.items():
        same = {at: value for at, value in held[ANAPLAN].items() if at[0] in cubes}
        scene.hold(
            bool(same) and held[name] == same,
            f"each of the {len(same)} cells that {name} is given is in it as in Anaplan, to the minor unit",
        )


def undo_a_write(scene: Scene, systems: PlanningSystems, crm: Crm) -> None:
    """An amount is mistyped and planned; its write is undone in one system, the amount corrected, the undo released."""
    scene.chapter("A write to one planning system is undone, and released")
    crm.raise_amount(_MISTAKEN)
    crm.deliver()
    scene.rest()
    scene.hold(_amounts(systems) == [_MISTAKEN, _MISTAKEN], f"a zero too many is in both systems: {_MISTAKEN}")
    receipt = next(receipt_views.receipts(scene.place.table, [ORACLE], since=None))
    assert isinstance(receipt, DoneReceipt)
    effect = UndoLedger(scene.place.table).effect(receipt)
    shown = ("measure", "members", "in_planning", "then")
    display.rows(
        receipt_views.effect_shown(effect)["cells"],
        title=f"What undoing it comes to (tieout undo {receipt.receipt_id[:8]})",
        as_json=False,
        nothing="nothing",
        columns=shown,
    )
    undoing.undo(scene.place, effect)
    crm.raise_amount(_CORRECTED)
    crm.deliver()
    scene.say(
        f"tieout undo {receipt.receipt_id[:8]} --yes; meanwhile the deal is corrected in the CRM, to {_CORRECTED}"
    )
    scene.rest()
    scene.hold(
        _amounts(systems) == [_CORRECTED, _BEFORE],
        f"{ORACLE} holds the {_BEFORE} of before and keeps it; Anaplan goes on, and has {_CORRECTED}",
    )
    undoing.release(scene.place, receipt)
    scene.say(f"tieout release {receipt.receipt_id[:8]} --yes")
    scene.rest()
    scene.hold(_amounts(systems) == [_CORRECTED, _CORRECTED], f"both hold what the ledger says: {_CORRECTED}")
    scene.check_planning()


def _amounts(systems: PlanningSystems) -> list[str]:
    """The amount of the deal in Anaplan and in Oracle EPM."""
    cube, measure, members = _DEAL
    return [f"{systems[name].values(cube, measure)[members]:.2f}" for name in (ANAPLAN, ORACLE)]


def _cells(system: Planning) -> Cells:
    """What a system holds by cube, measure and members; a cell of zero says no more than one that is not there."""
    found = {
        (cell["module"], cell["line_item"], "/".join(cell["members"].values())): Decimal(cell["value"])
        for cell in system.cells()
    }
    return {at: value for at, value in found.items() if value}


def _sums(name: str, held: Cells, in_anaplan: Cells) -> Iterator[dict[str, object]]:
    """For each measure in the reporting currency what a system and Anaplan hold in all."""
    for place in sorted({at[:2] for at in held if at[1].endswith("USD")}):
        own, other = ([value for at, value in each.items() if at[:2] == place] for each in (held, in_anaplan))
        told = {"cells": len(own), "in it": f"{sum(own):.2f}", "in anaplan": f"{sum(other):.2f}"}
        yield {"planning system": name, "cube": place[0], "measure": place[1], **told}
