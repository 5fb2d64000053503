"""`tieout targets`: how far each planning system is behind, why it is left alone, and writing to it again at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ops import display, ledger_views, target_views
from ops.changed_sums import sums_of
from ops.commands.arguments import AsJson, Stage, targets_of
from ops.logged import changes, reads
from ops.place import find_place
from tieout.ledger.cells import CellLedger
from tieout.ledger.members import MemberLedger, MemberWrite
from tieout.moments import moment_text

app = typer.Typer(no_args_is_help=True, help="Planning systems: what they lack, and why they are left alone.")


@app.command("list")
@reads
def targets_list(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Each target: what it lacks or refused, until when it is maintained or left alone, and writes without an answer yet."""
    place = find_place(stage)
    found = [target_views.target_row(place.table, target) for target in place.targets]
    display.rows(found, title="Targets", as_json=as_json, nothing="There are no targets.")


@app.command("show")
@reads
def targets_show(
    target: Annotated[str, typer.Argument(help="The planning system, as `tieout targets list` names it.")],
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """One target: since when it takes nothing and when it is tried next, and what waits for it in cells and in money."""
    place = find_place(stage)
    [name] = targets_of(place, target)
    [told] = [each for each in place.targets if each.name == name]
    waiting = [(cell, cell.wanted_minor) for cell in ledger_views.cell_states(place.table, target, state="dirty")]
    found = target_views.target_row(place.table, told) | {"waits": sums_of(waiting)}
    display.record(found, as_json=as_json)


@app.command("check")
@reads
def targets_check(
    target: Annotated[
        str, typer.Argument(help="The planning system, as `tieout targets list` names it; all where it is left out.")
    ] = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare planning systems with what landscape/planning.toml writes to: what each lacks, and what to do about it.

    Nothing is written there. The target's own function asks, with the role and the landscape it was deployed with. Exits with 1
    where something keeps cells from being taken.
    """
    place = find_place(stage)
    checks = {
        name: place.invoke(place.deliver_function(name), {"check": True}) for name in targets_of(place, target or None)
    }
    found = [row for name, check in checks.items() for row in _findings(name, check)]
    if as_json:
        display.record({"targets": checks, "findings": found}, as_json=True)
    else:
        for name, check in checks.items():
            display.record({"target": name, **check.get("told", {})}, as_json=False)
        display.rows(found, title="Findings", as_json=False, nothing="Nothing is wanted that they do not have.")
    if any(row["in_the_way"] for row in found):
        raise typer.Exit(1)


@app.command("members")
@changes(only_with="apply")
def targets_members(
    target: Annotated[str, typer.Argument(help="The planning system, as `tieout targets list` names it.")],
    stage: Stage = None,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Add what is missing and change what differs now.")] = False,
    as_json: AsJson = False,
) -> None:
    """What the dimensions lack of the members the landscape declares, and what they have beside; nothing is ever removed.

    The target's own function asks, and does by itself within hours what --apply does at once. Where members have to be published,
    as Oracle EPM refreshes its database, it does nothing by itself: --apply alone does. What was done is listed by
    `tieout targets member-writes`. Exits with 1 where something is in the way.
    """
    place = find_place(stage)
    targets_of(place, target)
    asked = {"apply": apply, "by": place.who}
    answer = place.invoke(place.deliver_function(target), {"members": asked})
    found = [each | {"target": target} for each in answer.get("dimensions", [])]
    findings = list(_findings(target, {"findings": [each for row in found for each in row.pop("findings")]}))
    findings += _findings(target, answer) if "error" in answer else []
    published = answer.get("published", False)
    if as_json:
        display.record({"applied": apply, "published": published, "members": found, "findings": findings}, as_json=True)
    else:
        if published:
            display.note("What was added and changed is published: cells see it.")
        display.rows(found, title="Members", as_json=False, nothing="No members are declared: see docs/operating.md.")
        display.rows(findings, title="Findings", as_json=False, nothing="Nothing is in the way.")
    if findings:
        raise typer.Exit(1)


@app.command("member-writes")
@reads
def targets_member_writes(
    target: Annotated[str, typer.Argument(help="The planning system, as `tieout targets list` names it.")],
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Every call that added or changed members: who had it done and when, which members, and which were refused for what."""
    place = find_place(stage)
    targets_of(place, target)
    found = [_written(each) for each in MemberLedger(place.table).writes(target)]
    display.rows(found, title="Members written", as_json=as_json, nothing="None was added or changed from here.")


def _written(write: MemberWrite) -> dict[str, Any]:
    return {
        "at": moment_text(write.begun_at),
        "by": write.by,
        "dimension": write.dimension,
        "action": write.action,
        "members": list(write.codes),
        "answer": write.answer or "none seen",
        "reference": write.reference,
        "refused": dict(write.refused),
    }


def _findings(target: str, check: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "error" in check:
        yield {
            "target": target,
            "finding": "not_reached",
            "in_the_way": True,
            "cube": "",
            "measure": "",
            "says": check["error"],
        }
    for each in check.get("findings", []):
        yield {
            "target": target,
            "finding": each["code"],
            "in_the_way": each["is_in_the_way"],
            "cube": each["cube"],
            "measure": each["measure"],
            "says": each["says"],
        }


@app.command("resume")
@changes()
def targets_resume(
    target: Annotated[str, typer.Argument(help="The planning system, as `tieout targets list` names it.")],
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Lift the pause of a target and ask for a flush at once, after its cause is mended (credentials, a locked model).

    A target that still refuses is left alone again: nothing is lost by trying.
    """
    place = find_place(stage)
    targets_of(place, target)
    ledger = CellLedger(place.table)
    pause = ledger.pause_of(target)
    ledger.resume(target)
    place.ask_for_a_flush(target)
    was = {"was_paused_until": moment_text(pause.until), "was_paused_for": pause.reason} if pause else {}
    display.record({"target": target, **was, "asked_for_a_flush": True}, as_json=as_json)
