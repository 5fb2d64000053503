"""Operators undo writes to planning and release them again, and remember what they did: what the line must hold to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.operators import give_until_done
from tieout.ledger.gate import Gate
from tieout.ledger.receipts import DoneReceipt, OpenReceipt, ReceiptLedger, receipt_rows
from tieout.ledger.undoing import OVERTAKEN, Effect, UndoLedger

if TYPE_CHECKING:
    from tests.simulation.world import World

_MOST_UNDONE = 3
_THOUGHT_MILLISECONDS = (0, 5_000, 60_000)  # between what is shown and what is done
_Cell = tuple[str, str]  # target, cell id


class Undoing:
    """What operators undo in one world.

    Draws by chance of its own, so that what else happens in a world is the same whether something is undone or not.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"undoing {world.scenario.seed}")  # noqa: S311 it must repeat itself
        self._ledger = UndoLedger(world.line.table, gate=Gate(world.line.table, 1))
        self._tried: dict[_Cell, set[int]] = {}  # values that planning may hold instead of the totals
        self._certain: dict[_Cell, int] = {}  # those it must hold

    def plan(self, span: int) -> None:
        """Have some writes undone within a span of milliseconds."""
        likely = 0.7 if self._world.theme == "planning" else 0.3
        if self._world.scenario.fault_scale and self._random.random() < likely:
            for _ in range(self._random.randint(1, _MOST_UNDONE)):
                self._world.schedule.after(self._random.randrange(span), self._look)

    def end(self) -> None:
        """Perhaps everything is released before the end."""
        if self._tried and self._random.random() < 0.5:
            for receipt in self._receipts():
                self._until_done(lambda receipt=receipt: self._release(receipt))  # type: ignore[misc]

    def violations(self, target: str, undone: Mapping[str, int]) -> Iterator[str]:
        """What operators did not do, or did in vain, given the undone cells of a target with what planning is to hold of them."""
        for cell_id, minor in undone.items():
            if minor not in self._tried.get((target, cell_id), ()):
                yield f"{cell_id} of {target} is undone to {minor}, which nobody asked for"
        for (name, cell_id), minor in self._certain.items():
            if name == target and undone.get(cell_id) != minor:
                yield f"{cell_id} of {target} was undone to {minor}, and is not any more"

    def _look(self) -> None:
        receipts = self._receipts()
        if not receipts:
            return
        receipt = self._random.choice(receipts)
        thinks_for = self._random.choice(_THOUGHT_MILLISECONDS)
        if self._tried and self._random.random() < 0.3:
            self._world.schedule.after(thinks_for, lambda: self._until_done(lambda: self._release(receipt)))
            return
        effect = self._ledger.effect(receipt)
        if effect.restored() and self._random.random() < 0.2:
            self._world.closings.close(self._random.choice(effect.intersections).books)
        self._world.schedule.after(thinks_for, lambda: self._until_done(lambda: self._undo(receipt, effect)))

    def _receipts(self) -> list[DoneReceipt]:
        found = ReceiptLedger(self._world.line.table)
        return [
            each for target in self._world.targets for each in found.newest(target) if isinstance(each, DoneReceipt)
        ]

    def _undo(self, receipt: DoneReceipt, effect: Effect) -> None:
        target, now = receipt.target, self._world.schedule.now()
        for each in effect.restored():
            cell = (target, each.cell.cell_id)
            self._tried.setdefault(cell, set()).add(each.restored_minor)
            self._certain.pop(cell, None)
        done = self._ledger.undo(effect, "controller", f"{self._random.getrandbits(128):032x}", now)
        self._world.weather.strike("undone")
        for row in receipt_rows(done.cells):
            if row.refused:
                self._world.weather.strike("undo_overtaken" if row.refused == OVERTAKEN else "undo_after_closing")
            else:
                self._certain[target, row.cell_id] = row.after_minor

    def _release(self, receipt: OpenReceipt) -> None:
        cells = [(receipt.target, row.cell_id) for row in receipt_rows(receipt.cells)]
        for cell in cells:
            self._certain.pop(cell, None)
        released = {cell.cell_id for cell in self._ledger.release(receipt, self._world.schedule.now())}
        if released:
            self._world.weather.strike("undo_released")
        closed = {cell.cell_id for cell in self._ledger.undone(receipt)} - released
        for cell in cells:
            if cell[1] not in closed:
                self._tried.pop(cell, None)

    def _until_done(self, command: Callable[[], None]) -> None:
        give_until_done(self._world, "undo", command, 60_000)
