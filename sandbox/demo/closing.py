"""The chapter of the demo in which a month is closed and certified, and an invoice comes late: planning stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from ops import display, period_views, reconciling
from ops.break_views import break_row
from ops.closing import books_ledger, change_books
from sandbox.demo.certifying import certify, hold_what_came_since
from sandbox.demo.planning_systems import Planning
from sandbox.demo.scene import Scene
from sandbox.demo.story import Erp
from tieout.closing import BooksState
from tieout.ledger.breaks import BreakLedger
from tieout.reconciling.tracking import BreakState

_MONTH, _COMPANY = "2026-11", "GROUP"
_REVENUE = ("Actuals", "Revenue", "4020/CC_SALES/GLOBEX/GROUP/NO_PARTNER/USD/Nov 26/Actual")
_LATE = "900.00"
_PAIR = "revenue-to-planning"
_SHOWN_BREAK = ("break", "kind", "state", "off", "records")
_SHOWN = ("record", "kind", "amount", "measure", "target")


def close_a_month(scene: Scene, planning: Planning, erp: Erp) -> None:
    """Close November for one company, certify it, post an invoice to it, and open it again."""
    scene.chapter("A month is closed and certified, and an invoice comes late")
    before = _revenue(planning)
    books = period_views.named(scene.place, _MONTH, _COMPANY, ())
    change_books(scene.place, books, BooksState.CLOSED, "month end")
    scene.say(f'tieout periods close {_MONTH} --entity {_COMPANY} --reason "month end"')
    certify(scene, _MONTH, _COMPANY)
    erp.invoice_late()
    erp.deliver()
    scene.rest()
    found = list(period_views.late_rows(books_ledger(scene.place).late(), period_views.Wanted()))
    display.rows(
        found, title=f"Late (tieout periods late {_MONTH})", as_json=False, nothing="nothing", columns=list(_SHOWN)
    )
    waiting = {row["amount"] for row in found if row["measure"] == _REVENUE[1] and row["kind"] == "held"}
    scene.hold(waiting == {_LATE}, f"the invoice waits, with its amount: {_LATE}")
    scene.hold(_revenue(planning) == before, f"planning stays as it was closed: {before}")
    broken = _breaks(scene)
    display.rows(
        broken,
        title=f"Breaks (tieout breaks list {_PAIR})",
        as_json=False,
        nothing="nothing",
        columns=list(_SHOWN_BREAK),
    )
    scene.hold(
        [(row["kind"], row["off"]) for row in broken] == [("held", f"{_LATE} USD")],
        "what the ERP posted and what is planned tie out but for that invoice",
    )
    hold_what_came_since(scene, _MONTH, _COMPANY, _LATE)
    opened = change_books(scene.place, books, BooksState.OPEN, "an invoice was found")
    scene.say(
        f'tieout periods reopen {_MONTH} --entity {_COMPANY} --reason "an invoice was found":'
        f" {opened['sent_again']} fact sent again"
    )
    scene.rest()
    after = before + Decimal(_LATE)
    scene.hold(_revenue(planning) == after, f"nothing waits any more, and planning has it: {after}")
    scene.hold(_breaks(scene) == [], "all of it ties out")
    scene.check_planning()


def _breaks(scene: Scene) -> list[display.Row]:
    """Compare what was posted with what is planned, and say what does not tie out."""
    reconciling.compared(scene.place, _PAIR)
    standing = (each.tracked for each in BreakLedger(scene.place.table).breaks(_PAIR))
    today = datetime.now(UTC).date()
    return [break_row(_PAIR, each, today) for each in standing if each.state is BreakState.OPEN]


def _revenue(planning: Planning) -> Decimal:
    return planning.values(*_REVENUE[:2])[_REVENUE[2]]
