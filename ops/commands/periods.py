"""`tieout periods`: which books are closed, who closed them, and what came too late for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops import display, period_views
from ops.closing import books_ledger, change_books, open_soft_closed
from ops.commands.arguments import AsJson, At, Stage, place_asked_for
from ops.logged import changes, note_approval, reads
from ops.period_views import Wanted
from ops.place import Place, find_place
from ops.resending import send_again
from tieout.closing import BooksState
from tieout.ledger.closing import BooksLedger, LateFact

app = typer.Typer(
    no_args_is_help=True, help="Periods that are closed: their cells stay as they are, whatever comes late."
)

Period = Annotated[str, typer.Argument(help="Such as `2026-03` or `FY2026-P03`.")]
Entity = Annotated[str, typer.Option("--entity", help="The company whose books they are.")]
Versions = Annotated[
    list[str] | None,
    typer.Option("--version", help="A plan version; several are allowed. Default: those of landscape/periods.toml."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.")]
Late = Annotated[str, typer.Argument(help="As `tieout periods late` names it: connection#entity#id.")]
_LATE = ("record", "period", "kind", "booked_to", "target", "cube", "measure", "where", "amount", "currency")


@app.command("list")
@reads
def periods_list(
    entity: Annotated[str, typer.Option("--entity", help="Of this company alone.")] = "",
    stage: Stage = None,
    at: At = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Every period that was ever closed, newest first: its state, since when, by whom, why, and how many records came too late."""
    place = place_asked_for(stage, at)
    found = period_views.books_rows(books_ledger(place), Wanted(legal_entity=entity))
    display.rows(found, title="Periods", as_json=as_json, nothing="No period was ever closed: all are open.")


@app.command("close")
@changes()
def periods_close(
    period: Period,
    entity: Entity,
    reason: Reason,
    version: Versions = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Close a company's period: what comes late waits, is booked to the next open period, or needs an approval.

    When the command ends no change gets in any more, whatever was under way. What that happens to which changes the landscape
    says (landscape/periods.toml); `tieout periods late` lists them. What came too late while it was soft-closed goes through the
    line once more.
    """
    _change(find_place(stage), period, entity, version, BooksState.CLOSED, reason, as_json=as_json)


@app.command("soft-close")
@changes()
def periods_soft_close(
    period: Period,
    entity: Entity,
    reason: Reason,
    version: Versions = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Close a company's period for all but the flows whose changes landscape/periods.toml still accepts, such as accounting's.

    What came too late while it was closed to all goes through the line once more.
    """
    _change(find_place(stage), period, entity, version, BooksState.SOFT_CLOSED, reason, as_json=as_json)


@app.command("open")
@changes()
def periods_open(
    period: Period,
    entity: Entity,
    reason: Reason,
    version: Versions = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Open a company's soft-closed period to all flows, and send what came too late for it through the line once more.

    What is closed stays so: `tieout periods reopen` opens that.
    """
    place = find_place(stage)
    books = period_views.named(place, period, entity, version or ())
    display.record(open_soft_closed(place, books, reason), as_json=as_json)


@app.command("reopen")
@changes()
def periods_reopen(
    period: Period,
    entity: Entity,
    reason: Reason,
    version: Versions = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Open a company's period again, and send everything that came too late for it through the line once more."""
    _change(find_place(stage), period, entity, version, BooksState.OPEN, reason, as_json=as_json)


@app.command("late")
@reads
def periods_late(
    period: Annotated[str, typer.Argument(help="Of this period alone.")] = "",
    entity: Annotated[str, typer.Option("--entity", help="Of this company alone.")] = "",
    version: Versions = None,
    stage: Stage = None,
    at: At = None,
    *,
    restated: Annotated[bool, typer.Option("--restated", help="What restated closed periods instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """What came after its period was closed, cell by cell: held, to be restated, or booked to which other period."""
    place = place_asked_for(stage, at)
    ledger = books_ledger(place)
    wanted = Wanted([period] if period else (), entity, version or ())
    facts = (each for books in ledger.changes() for each in ledger.restated(books)) if restated else ledger.late()
    found = list(period_views.late_rows(facts, wanted))
    title = "Restated" if restated else "Late"
    display.rows(found, title=title, as_json=as_json, nothing="Nothing came too late.", columns=_LATE)


@app.command("restate")
@changes()
def periods_restate(
    record: Late, period: Period, reason: Reason, stage: Stage = None, *, as_json: AsJson = False
) -> None:
    """Ask that what is listed of a record may change its closed period; somebody else allows it by `tieout periods approve`.

    What is late for books of the period where it is held or booked elsewhere stays as it is.
    """
    place = find_place(stage)
    ledger = books_ledger(place)
    for late in _waiting(ledger, record, period):
        ledger.ask(late, place.who, reason, datetime.now(UTC))
    rows = list(period_views.late_rows(_waiting(ledger, record, period), Wanted()))
    display.record({"asked_by": place.who, "restates": rows}, as_json=as_json, columns={"restates": _LATE})


@app.command("approve")
@changes()
def periods_approve(record: Late, period: Period, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Let what somebody else has asked for change a closed period, where the landscape asks for an approval of that.

    Where the difference is another by the time it goes through the line, nothing changes, and it has to be asked for again.
    """
    place = find_place(stage)
    ledger = books_ledger(place)
    found = _waiting(ledger, record, period)
    for late in found:
        late.demand_approvable(place.who)  # before any of it is approved
    for late in found:
        ledger.approve(late, place.who, datetime.now(UTC))
        note_approval(late.asked_by, place.who)
    sent = send_again(place, (late.lineage for late in found))
    rows = list(period_views.late_rows(found, Wanted()))
    display.record({"sent_again": sent, "restates": rows}, as_json=as_json, columns={"restates": _LATE})


def _waiting(ledger: BooksLedger, record: str, period: str) -> list[LateFact]:
    """What of a record waits to restate books of a period; where nothing does, what else came too late for it.

    Raises:
        typer.BadParameter: nothing did.
    """
    closed = [books for books in ledger.changes() if books.period == period]
    found = [late for books in closed for late in ledger.late(books) if str(late.record) == record]
    if not found:
        raise typer.BadParameter(f"nothing of {record} waits for {period}; `tieout periods late` lists what does")
    return [late for late in found if late.waits_for_approval] or found


def _change(
    place: Place,
    period: str,
    entity: str,
    versions: list[str] | None,
    state: BooksState,
    reason: str,
    *,
    as_json: bool,
) -> None:
    books = period_views.named(place, period, entity, versions or ())
    display.record(change_books(place, books, state, reason), as_json=as_json)
