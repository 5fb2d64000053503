"""`tieout rejected` and `tieout spool`: deliveries that were refused, and those that wait for the bus."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from ops import display
from ops.commands.arguments import AsJson, Connection, Stage
from ops.logged import changes, reads
from ops.place import find_place
from ops.rejected_deliveries import ForeignObjectError, RejectedDeliveries, Retry
from tieout.arriving.rejection import Rejection
from tieout.arriving.spool import SPOOL_PREFIX, spooled_from
from tieout.errors import MalformedError
from tieout.moments import moment_text

app = typer.Typer(no_args_is_help=True, help="Deliveries that were refused: not authentic, or not well-formed.")
spool_app = typer.Typer(no_args_is_help=True, help="Accepted deliveries that wait until the bus takes them.")

Limit = Annotated[int, typer.Option(help="The most to list, newest first.", min=1)]
Key = Annotated[str, typer.Argument(help="The delivery's key, as `tieout rejected list` prints it.")]
Keys = Annotated[
    list[str] | None, typer.Argument(help="Keys that `tieout rejected list` prints. Default: all of the connection.")
]
Unverified = Annotated[
    bool,
    typer.Option(
        "--unverified",
        help="Send the named deliveries though nothing proves who sent them, for those that cannot be verified again (a "
        "static token is never kept). Harmless: a delivery only says that a record changed, and what the record is, is "
        "read from the source. A forged one costs a reading that changes nothing. Refused for connections whose records are "
        "completed from the payload: there the sender must repeat it.",
    ),
]


@app.command("list")
@reads
def rejected_list(connection: Connection, limit: Limit = 50, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The refused deliveries of a connection that are kept: why and when each was refused, and how large it was."""
    found, together = RejectedDeliveries(find_place(stage), connection).newest(limit)
    rows = [
        {
            "kept_as": stored.key,
            "reason": each.reason if each else "none of ours",
            "received_at": moment_text(each.received_at) if each else None,
            "body_bytes": each.body_bytes if each else None,
            "malformed_items": len(each.malformed) if each else None,
        }
        for stored, each in found
    ]
    display.rows(rows, title="Refused deliveries", as_json=as_json, nothing=f"None of {connection} is kept.")
    if together > limit:
        display.note(f"There are {together}: see --limit.")


@app.command("show")
@reads
def rejected_show(
    key: Key,
    stage: Stage = None,
    *,
    body: Annotated[bool, typer.Option("--body", help="Print the body too: it is the source's business data.")] = False,
    as_json: AsJson = False,
) -> None:
    """One refused delivery: why it was refused, whether it could be sent now, and which notices it would make."""
    parts = key.split("/")
    if len(parts) < 3:  # noqa: PLR2004 rejected/<connection>/<rest>
        raise typer.BadParameter("a key begins with rejected/ and the connection's name")
    deliveries = RejectedDeliveries(find_place(stage), parts[1])
    found = deliveries.read(key)
    row = {
        "kept_as": key,
        "delivery": found.delivery_id,
        "received_at": moment_text(found.received_at),
        "reason": found.reason,
        "body_bytes": found.body_bytes,
        "kept_bytes": len(found.body),
        "refused_now_for": deliveries.judge(key, found) or None,
        **_would_make(deliveries, found),
    }
    shown = {"body": found.body.decode("utf-8", "backslashreplace")} if body else {}
    display.record(row | shown, as_json=as_json)


@app.command("retry")
@changes()
def rejected_retry(
    connection: Connection,
    keys: Keys = None,
    stage: Stage = None,
    *,
    unverified: Unverified = False,
    as_json: AsJson = False,
) -> None:
    """Send refused deliveries through the line after their cause is mended: a secret put right, a fix of the code deployed.

    Each is verified against the moment it was received with the secret as it is now (those under `unusable/` were authentic
    and are not), split into notices and published. It is deleted only after the bus has confirmed them all. What is
    still refused stays where it is, with the reason. Doing it twice changes nothing.
    """
    if unverified and not keys:
        raise typer.BadParameter("--unverified needs the keys of the deliveries you have looked at")
    deliveries = RejectedDeliveries(find_place(stage), connection)
    found = [
        asdict(_tried(deliveries, key, is_named=bool(keys), unverified=unverified))
        for key in display.progress(keys or list(deliveries.keys()), "deliveries tried")
    ]
    display.rows(found, title="Tried again", as_json=as_json, nothing=f"No refused delivery of {connection} is kept.")


@spool_app.command("list")
@reads
def spool_list(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The deliveries the bus refused after they were accepted; the sweeper tries them every minute."""
    now = datetime.now(UTC)
    found = []
    for each in find_place(stage).archive.stored(SPOOL_PREFIX):
        connection, flow = spooled_from(each.key) or (None, None)
        age_seconds = max(0, int((now - each.stored_at).total_seconds()))
        found.append({"kept_as": each.key, "connection": connection, "flow": flow, "age_seconds": age_seconds})
    shown = ("kept_as", "age_seconds")  # the key names connection and flow
    display.rows(
        found, title="Waiting for the bus", as_json=as_json, nothing="Nothing waits for the bus.", columns=shown
    )


def _tried(deliveries: RejectedDeliveries, key: str, *, is_named: bool, unverified: bool) -> Retry:
    """The delivery tried again; what is none of ours holds up no other, unless somebody named it."""
    try:
        return deliveries.retry(key, unverified=unverified)
    except ForeignObjectError:
        if is_named:
            raise
        return Retry(key=key, kept_because="none of ours")


def _would_make(deliveries: RejectedDeliveries, found: Rejection) -> display.Row:
    """The notices in it and the items that make none, as the code is now; none of both where it cannot be split."""
    try:
        split = deliveries.split(found)
    except MalformedError:
        return {"notices": [], "malformed_items": []}
    return {
        "notices": [{"record": str(each.key), "kind": each.kind, "deleted": each.deleted} for each in split.notices],
        "malformed_items": [{"position": each.position, "reason": each.reason} for each in split.malformed],
    }
