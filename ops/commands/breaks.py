"""`tieout reconcile` and `tieout breaks`: whether the stages of a value tie out, and what people say of where they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from ops import break_evidence, display, reconciling
from ops.break_views import SHOWN_OF_A_BREAK, SHOWN_OF_A_RUN, break_record, break_row, run_row, sum_rows
from ops.commands.arguments import AsJson, At, Stage, moment_asked_for, place_asked_for
from ops.logged import changes, note_approval, reads
from ops.place import find_place
from ops.reconciling import break_named, names_of, reporting_currency, stages_of
from tieout.errors import ConflictError
from tieout.ledger.breaks import BreakLedger, KeptLink
from tieout.reconciling.linking import came_to
from tieout.reconciling.matching import Link
from tieout.reconciling.tracking import BreakState, NotAllowedError, TrackedBreak

app = typer.Typer(no_args_is_help=True, help="Where the stages of a value do not tie out, and what people say of it.")

Broken = Annotated[
    str,
    typer.Argument(
        help="The break, by the first digits of its name; where several reconciliations have one, as RECONCILIATION/NAME."
    ),
]
Reconciliation = Annotated[str, typer.Argument(help="The reconciliation by its name. Default: all.")]
_DAYS = ["%Y-%m-%d"]


@changes()
def reconcile(
    reconciliation: Reconciliation = "",
    as_of: Annotated[
        datetime | None, typer.Option(formats=_DAYS, help="The day that decides what may still follow. Default: today.")
    ] = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare the stages of a value now: which records tie out, and what is new, open or resolved of what does not."""
    place = find_place(stage)
    rows = []
    for name in names_of(place, reconciliation):
        came = reconciling.compared(place, name, as_of.date() if as_of else None)
        rows.append(run_row(name, stages_of(place)[name], BreakLedger(place.table).run(name)) | dict(came))
    nothing = "The landscape declares no reconciliation."
    display.rows(rows, title="Compared", as_json=as_json, nothing=nothing, columns=SHOWN_OF_A_RUN)


@app.command("list")
@reads
def breaks_list(
    reconciliation: Reconciliation = "",
    state: Annotated[str, typer.Option(help="Only `open`, `explained`, `accepted` or `resolved` ones.")] = "",
    stage: Stage = None,
    at: At = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What does not tie out, oldest first: its kind, what it comes to, who looks after it. Resolved ones: `--state resolved`."""
    if state not in {"", *BreakState}:
        raise typer.BadParameter(f"a state is {', '.join(BreakState)}")
    place, today = place_asked_for(stage, at), moment_asked_for(at).date()
    rows = [
        break_row(name, kept.tracked, today)
        for name in names_of(place, reconciliation)
        for kept in BreakLedger(place.table).breaks(name)
        if kept.tracked.state == state or (not state and kept.tracked.state is not BreakState.RESOLVED)
    ]
    rows.sort(key=lambda row: (-row["age_days"], row["break"]))
    display.rows(
        rows, title=f"{len(rows)} breaks", as_json=as_json, nothing="Everything ties out.", columns=SHOWN_OF_A_BREAK
    )


@app.command("sums")
@reads
def breaks_sums(
    reconciliation: Reconciliation = "", stage: Stage = None, at: At = None, *, as_json: AsJson = False
) -> None:
    """What either stage came to when they were compared last, by company, period and currency."""
    place = place_asked_for(stage, at)
    runs = {name: BreakLedger(place.table).run(name) for name in names_of(place, reconciliation)}
    rows = [row for name, run in runs.items() if run for row in sum_rows(name, run)]
    display.rows(rows, title="Sums", as_json=as_json, nothing="Nothing was compared yet.")


@app.command("show")
@reads
def breaks_show(broken: Broken, stage: Stage = None, at: At = None, *, as_json: AsJson = False) -> None:
    """A break with its records, what it comes to place by place, what it may belong to, and everything that happened to it.

    As evidence, of each record the fact that it is, the notice it came in, and the receipts of the last writes of what it adds to.
    """
    place, today = place_asked_for(stage, at), moment_asked_for(at).date()
    name, kept = break_named(place, broken)
    found = break_record(name, stages_of(place)[name], kept.tracked, reporting_currency(place), today)
    records = (*kept.tracked.found.left, *kept.tracked.found.right)
    found |= {"evidence": break_evidence.evidence_rows(place.table, records)}
    display.record(found, as_json=as_json, columns={"evidence": break_evidence.SHOWN})


@app.command("assign")
@changes()
def breaks_assign(
    broken: Broken,
    owner: Annotated[str, typer.Argument(help="Who looks after it.")],
    due: Annotated[datetime | None, typer.Option(formats=_DAYS, help="Until which day.")] = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give a break to somebody, until a day."""
    day = due.date() if due else None
    _change(stage, broken, lambda tracked, who, now: tracked.assigned(owner, day, who, now), as_json=as_json)


@app.command("explain")
@changes(reason="note")
def breaks_explain(
    broken: Broken,
    note: Annotated[str, typer.Argument(help="Why both stages differ.")],
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say why a break is there; somebody else can accept it then. It is open again once it comes to something else."""
    _change(stage, broken, lambda tracked, who, now: tracked.explained(note, who, now), as_json=as_json)


@app.command("accept")
@changes()
def breaks_accept(broken: Broken, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Answer for a break that somebody else has explained."""

    def accepted(tracked: TrackedBreak, who: str, now: datetime) -> TrackedBreak:
        after = tracked.accepted(who, now)
        note_approval(tracked.explained_by, who)
        return after

    _change(stage, broken, accepted, as_json=as_json)


@app.command("link")
@changes()
def breaks_link(left: Broken, right: Broken, stage: Stage = None) -> None:
    """Say that the records of two breaks belong together: the next comparison takes them for one, as long as neither changes."""
    place = find_place(stage)
    name, one = break_named(place, left)
    other_name, other = break_named(place, right)
    sides = sorted((one.tracked.found, other.tracked.found), key=lambda each: not each.left)
    if name != other_name or [bool(each.left) for each in sides] != [True, False]:
        raise NotAllowedError("two breaks can be linked of one reconciliation, each of another side")
    if any(len(each.left) + len(each.right) > 1 for each in sides):
        raise NotAllowedError("only single records can be linked")
    link = Link(sides[0].left[0], sides[1].right[0])
    now = came_to(sides[0].residuals, sides[1].residuals)
    BreakLedger(place.table).link(name, KeptLink(link=link, came_to=now, by=place.who, at=datetime.now(UTC)))
    display.note(f"{link.left} and {link.right} belong together; `tieout reconcile {name}` takes them for one.")


@app.command("part")
@changes()
def breaks_part(
    reconciliation: Annotated[str, typer.Argument(help="The reconciliation by its name.")],
    record: Annotated[str, typer.Argument(help="A record that was linked, as connection#entity#id.")],
    stage: Stage = None,
) -> None:
    """Take back that a record belongs to another."""
    place = find_place(stage)
    [name] = names_of(place, reconciliation)
    ledger = BreakLedger(place.table)
    links = [each.link for each in ledger.links(name) if record in map(str, each.link)]
    if not links:
        raise NotAllowedError(f"nobody has linked {record}")
    for link in links:
        ledger.part(name, link)
        display.note(f"{link.left} and {link.right} are parted; `tieout reconcile {name}` compares them apart.")


def _change(
    stage: str | None, broken: str, change: Callable[[TrackedBreak, str, datetime], TrackedBreak], *, as_json: bool
) -> None:
    place, now = find_place(stage), datetime.now(UTC)
    name, kept = break_named(place, broken)
    after = replace(kept, tracked=change(kept.tracked, place.who, now))
    if BreakLedger(place.table).keep(name, [after], now):
        raise ConflictError("it has changed at this moment: look at it again")
    display.record(break_row(name, after.tracked, now.date()), as_json=as_json)
