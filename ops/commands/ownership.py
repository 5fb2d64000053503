"""`tieout ownership`: which connection is believed about what, and who says something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from ops import display, master_data
from ops.commands.arguments import AsJson, Stage
from ops.logged import reads
from ops.place import find_place
from tieout.ledger.conflicts import ConflictLedger, key_of
from tieout.masters import Conflict, conflicts, masters_of
from tieout.moments import moment_text

app = typer.Typer(no_args_is_help=True, help="Which connection is believed about what, and who says something else.")


@app.command("list")
@reads
def ownership_list(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The owners that the landscape declares: of which facts, of which fields of them, and of which companies."""
    owners = find_place(stage).owners
    rows = [
        {
            "owner": each.name,
            "connection": each.connection,
            "facts": ", ".join(each.facts),
            "fields": ", ".join(each.fields) or "all",
            "companies": ", ".join(each.legal_entities) or "all",
            "codes": each.codes,
            "linked_by": ", ".join(each.linked_by),
        }
        for each in owners
    ]
    display.rows(
        rows, title="Owners", as_json=as_json, nothing="Nobody owns anything: whoever says something is planned."
    )


@app.command("conflicts")
@reads
def ownership_conflicts(
    connection: Annotated[str, typer.Argument(help="Only what this connection says. Default: all.")] = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The fields of master data of which a connection says something else than their owner does, which is what holds.

    What is not applied is kept all the same: mend it where it was said, or let the landscape name another owner of the field. Each
    is counted once (`Conflicts`), when members are compared: `since` says when that was.
    """
    place = find_place(stage)
    ledger = ConflictLedger(place.table)
    known = {key: at for name in place.connections for key, at in ledger.since(name).items()}
    found = (
        conflicts(masters_of(master_data.records_of(place, kind)), place.ownership)
        for kind in master_data.KINDS.values()
    )
    wanted = [each for some in found for each in some if connection in ("", each.record.connection)]
    display.rows(
        [_row(each, known.get(key_of(each))) for each in wanted],
        title=f"{len(wanted)} conflicts ({_by_connection(wanted)})",
        as_json=as_json,
        nothing="Nobody says something else than an owner.",
    )


def _by_connection(found: Sequence[Conflict]) -> str:
    counts = Counter(each.record.connection for each in found)
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))


def _row(each: Conflict, since: datetime | None) -> display.Row:
    return {
        "kind": each.kind,
        "member": each.code,
        "field": each.field,
        "owner": "/".join(each.owner),
        "holds": each.owner_says,
        "record": "/".join(each.record),
        "says": each.says,
        "since": "" if since is None else moment_text(since),
    }
