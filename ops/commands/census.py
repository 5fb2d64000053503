"""`tieout census`: what the sources have that never arrived here; and `tieout backfill`: what they had before they told us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

import typer

from ops import census_views, comparing, display
from ops.commands.arguments import AsJson, Connection, Stage
from ops.logged import changes, reads
from ops.place import Place, find_place
from tieout.census import Phase, Purpose, Run
from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Window
from tieout.ledger.censuses import CensusLedger
from tieout.moments import moment_text

app = typer.Typer(no_args_is_help=True, help="Comparing the sources' own lists with what is here.")

Entity = Annotated[str, typer.Option("--entity", help="Only this kind of record. Default: all that can be listed.")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Changes from this UTC day on.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Up to and with this UTC day.")]
_SETTLED = timedelta(minutes=15)  # what changed since may be on its way through the line
_COMPARED = timedelta(days=90)
_LISTED_AT_ONCE = 200
_SHOWN = ("connection", "entity", "purpose", "phase", "complete_percent", "listed", "differences", "failing")
_SHOWN_OF_FOUND = ("record", "difference", "amount", "periods", "version_there", "version_here")
_USD_PER_MILLION_NOTICES = 28  # docs/cost.md, rounded up


@app.command("run")
@changes()
def census_run(
    connection: Connection,
    entity: Entity = "",
    since: From = None,
    until: To = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare what a source lists with what is here, now; what differs is read again, and kept under `tieout census show`.

    Without --from, what changed in the last 90 days; and then whether the source still has what is here. It goes on in the
    background at the pace the landscape allows: see how far it is with `tieout census show`. Running it as often as you like
    changes nothing.
    """
    place = find_place(stage)
    span = _span(since or datetime.now(UTC) - _COMPARED, until)
    begun = _rows(comparing.begin(place, connection, entity, Purpose.CENSUS, span))
    display.rows(begun, title="Begun", as_json=as_json, nothing="Nothing can be listed.", columns=_SHOWN)


@app.command("show")
@reads
def census_show(
    connection: Annotated[str, typer.Argument(help="The connection. Default: the runs of all.")] = "",
    entity: Entity = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """How far each run is and what it counted; of one connection also what its last censuses found, and complete windows."""
    place = find_place(stage)
    ledger = CensusLedger(place.table)
    chosen = [connection] if connection else list(place.connections)
    runs = [run for each in chosen for run in ledger.runs(each) if entity in {"", run.entity}]
    rows = [census_views.run_row(run) for run in runs]
    if not connection:
        display.rows(rows, title="Runs", as_json=as_json, nothing="Nothing was compared yet.", columns=_SHOWN)
        return
    place.connection(connection)
    found = [
        {"entity": run.entity, **census_views.found_row(each)}
        for run in runs
        if run.purpose is Purpose.CENSUS
        for each in ledger.findings(run)
    ]
    entities = sorted({run.entity for run in runs})
    windows = [row for each in entities for row in census_views.window_rows(ledger, connection, each)]
    display.record(
        {"runs": rows, "found": found, "complete_windows": windows},
        as_json=as_json,
        columns={"runs": _SHOWN[1:], "found": ("entity", *_SHOWN_OF_FOUND)},
    )


@app.command("stop")
@changes()
def census_stop(
    connection: Connection,
    entity: Annotated[str, typer.Option("--entity", help="The kind of record.")],
    purpose: Annotated[Purpose, typer.Option("--purpose", help="What it is for.")] = Purpose.BACKFILL,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Stop a run that is under way; what it has brought stays, and another can be begun.

    What a census or poll had not come to is listed by the next one.
    """
    place = find_place(stage)
    ledger = CensusLedger(place.table)
    wanted = [run for run in ledger.runs(connection) if (run.entity, run.purpose) == (entity, purpose)]
    if not wanted or wanted[0].phase.is_over:
        raise UnreadableRecordError(f"no {purpose} of {entity} is under way for {connection}")
    stopped = ledger.advance(wanted[0]._replace(phase=Phase.STOPPED))
    display.record(census_views.run_row(stopped), as_json=as_json)


@changes()
def backfill(
    connection: Connection,
    entity: Annotated[str, typer.Option("--entity", help="The kind of record.")],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Changes from this UTC day on.")],
    until: To = None,
    stage: Stage = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Begin without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring what a source had before it told us of its changes: listed page by page, and read through the line.

    First it says what it will take. Webhooks never wait behind it, it goes on by itself if anything fails, and
    `tieout census show` says how far it is, `tieout census stop` ends it.
    """
    place = find_place(stage)
    span = _span(since, until)
    estimate = _estimate(place, connection, entity, span)
    if not as_json:
        display.record(estimate, as_json=False)
    if not yes:
        typer.confirm("Begin?", abort=True)
    begun = _rows(comparing.begin(place, connection, entity, Purpose.BACKFILL, span))
    if as_json:
        display.record({"estimate": estimate, "begun": begun}, as_json=True)
    else:
        display.note("It has begun: tieout census show " + connection)


def _rows(runs: Sequence[Run]) -> list[display.Row]:
    return [census_views.run_row(run) for run in runs]


def _span(since: datetime, until: datetime | None) -> Window:
    """From the beginning of a UTC day to the end of another, but not beyond what is settled."""
    settled = datetime.now(UTC) - _SETTLED
    end = settled if until is None else min(settled, _day(until.date()) + timedelta(days=1))
    begin = _day(since.date())
    if begin >= end:
        raise typer.BadParameter(f"{since.date()} is not before {moment_text(end)}")
    return Window(begin, end)


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _estimate(place: Place, connection: str, entity: str, span: Window) -> dict[str, Any]:
    """What a backfill will take: calls of the source, time at the pace that is allowed, and money at list prices."""
    entrance = place.connection(connection)
    comparing.listed_of(entrance, entity)
    asked = {
        "connection": connection,
        "entity": entity,
        "since": moment_text(span.since),
        "until": moment_text(span.until),
    }
    records = place.invoke(place.census_function, {"estimate": asked})["records"]
    if records is None:
        return {
            "records": None,
            "why": f"{entrance.system} cannot say how many records there are before they are listed",
        }
    pages = -(-records // _LISTED_AT_ONCE) + (span.until - span.since).days // 7 + 1
    minutes = -(-pages // entrance.pages_per_minute)
    days = -(-pages // entrance.pages_per_day) - 1
    return {
        "records": records,
        "pages_to_list": pages,
        "records_to_read": records,
        "minutes_at_least": minutes + days * 24 * 60,
        "aws_usd_at_most": f"{records * _USD_PER_MILLION_NOTICES / 1_000_000:.2f}",
    }
