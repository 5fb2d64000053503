"""The chapter in which a company is acquired: one file is added and deployed while everybody else goes on posting."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ops import connection_views, display, mapping_tables
from sandbox.aws import EmulatedAws
from sandbox.demo.planning_systems import ANAPLAN, Cell, Planning, PlanningSystems
from sandbox.demo.scene import Scene
from sandbox.demo.story import Crm
from sandbox.demo.tools import EXPENSE, MEALS, Tool, claimed, claims, meal
from sandbox.places import ROOT
from sandbox.running import Sandbox

_FOLDER = Path(__file__).parent / "acquired"
_FILE = _FOLDER / "expenses-nordics.toml"
_CONNECTION, _COMPANY, _NAME = "expenses-nordics", "NORDICS", "Nordics AB"
_RENEWAL = "ACME/SUPPORT/EMEA/EUR/Dec 26/Forecast"
_SHOWN = ("connection", "system", "completion", "last_delivery", "last_success")
_PAUSE_SECONDS = 1

type Functions = dict[str, tuple[str, str]]
"""By name, the hash of each function's code and the version that runs."""


def acquire(scene: Scene, systems: PlanningSystems, crm: Crm) -> Scene:
    """Add a company to the running line by a file; the scene that has it."""
    planning = systems[ANAPLAN]
    scene.chapter("A company is acquired, by configuration alone")
    _show_file(scene)
    before = _functions(scene.sandbox.aws)
    grown, posted = _deploy_while_others_post(scene, crm)
    scene = Scene(grown, scene.tell)
    _compare_functions(scene, before)
    scene.rest()
    _check_what_others_posted(scene, planning, posted)
    _post_its_claims(scene, systems)
    _list_connections(scene)
    return scene


def _show_file(scene: Scene) -> None:
    """What a reader needs to see of the file, and how much more there is."""
    scene.say(f"One file is added, {_FILE.relative_to(ROOT)}:")
    shown, _, rest = _FILE.read_text(encoding="utf-8").partition("[connections.options]")
    for line in shown.splitlines():
        if line and not line.startswith("#"):
            scene.quote(f"  {line}")
    more = sum(1 for line in rest.splitlines() if line) + 1
    scene.say(f"  ... and {more} lines on how it signs, and where in a claim its id, version, lines and amounts are")


def _deploy_while_others_post(scene: Scene, crm: Crm) -> tuple[Sandbox, int]:
    """The sandbox deployed again with the file, and how often a tool and the CRM have posted meanwhile."""
    scene.say("The stacks are deployed again (cdk deploy), while expenses-emea and hubspot go on posting:")
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool, closing(Tool(scene.sandbox.systems["expenses-emea"])) as tool:
        posting = pool.submit(_post_until, done, tool, crm)
        try:
            grown = scene.sandbox.with_file(_FILE, tell=lambda line: scene.tell(f" {line}"))
        finally:
            done.set()
        return grown, posting.result()


def _post_until(done: threading.Event, tool: Tool, crm: Crm) -> int:
    """Post an expense report and a change of a deal again and again; how many of each."""
    posted = 0
    while not done.wait(_PAUSE_SECONDS):
        posted += 1
        tool.happen([meal(posted)])
        tool.deliver()
        crm.raise_amount(str(_amount_after(posted)))
        crm.deliver()
    return posted


def _amount_after(posted: int) -> Decimal:
    return Decimal(70_000 + posted)


def _functions(aws: EmulatedAws) -> Functions:
    client = aws.client("lambda")
    pages = client.get_paginator("list_functions").paginate()
    found = {each["FunctionName"]: each["CodeSha256"] for page in pages for each in page["Functions"]}
    return {
        name: (code, client.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
        for name, code in found.items()
    }


def _compare_functions(scene: Scene, before: Functions) -> None:
    """Only what is new was made, and no other connection's door was touched."""
    after = _functions(scene.sandbox.aws)
    told = scene.sandbox.outputs.parts("Connection")
    doors = {name: each["function_name"] for name, each in told.items() if "function_name" in each}  # files have none
    own = doors.pop(_CONNECTION)
    replaced = {name for name in before if after.get(name) != before[name]}
    scene.say(f"1 function is new, its door; {len(replaced)} that read the landscape are replaced.")
    scene.hold(
        set(after) - set(before) == {own} and not replaced & set(doors.values()),
        f"the doors of the other {len(doors)} connections are the functions they were",
    )


def _check_what_others_posted(scene: Scene, planning: Planning, posted: int) -> None:
    spent, pipeline = planning.values(*EXPENSE), planning.values("Pipeline", "Amount")
    scene.hold(
        posted > 0 and spent[MEALS] == 10 * posted and pipeline[_RENEWAL] == _amount_after(posted),
        f"nothing was lost: {posted} reports of 10.00 and the last of {posted} amounts of a deal are in planning",
    )


def _post_its_claims(scene: Scene, systems: PlanningSystems) -> None:
    """What it has spent comes to planning under its own name, and changes nothing else there."""
    entries = mapping_tables.read_file(_FOLDER / "mappings.csv")
    mapping_tables.put(scene.place, entries)
    for each in systems.values():
        each.add_company(_COMPANY, _NAME)
    scene.say(f"Its secret is filled, {len(entries)} mapping entries are put, and the planners add it to their models.")
    planning = systems[ANAPLAN]
    before = _of_others(planning)
    with closing(Tool(scene.sandbox.systems[_CONNECTION])) as tool:
        tool.take_over()
        tool.happen(claims())
        scene.say(f"{_CONNECTION}: {tool.deliver(shuffle=True, repeat=2)}")
    scene.rest()
    spent = planning.values(*EXPENSE)
    own = {members: value for members, value in spent.items() if _COMPANY in members.split("/")}
    rows = [{"measure": EXPENSE[1], "members": members, "value": str(value)} for members, value in sorted(own.items())]
    display.rows(rows, title=f"What planning holds of {_COMPANY}", as_json=False, nothing="nothing")
    scene.hold(sum(own.values()) == claimed(), f"its {claimed():.2f} SEK are what its claims come to")
    scene.hold(_of_others(planning) == before, "they stand apart: no cell of another company has changed")


def _of_others(planning: Planning) -> list[Cell]:
    return [cell for cell in planning.cells() if _COMPANY not in cell["members"].values()]


def _list_connections(scene: Scene) -> None:
    found = connection_views.connections(scene.place, datetime.now(UTC))
    title = "Every connection (tieout connections list)"
    display.rows(found, title=title, as_json=False, nothing="none", columns=_SHOWN)
    [row] = [each for each in found if each["connection"] == _CONNECTION]
    scene.hold(row["last_success"] is not None, f"{_CONNECTION} is one of {len(found)}, and has its last success")
