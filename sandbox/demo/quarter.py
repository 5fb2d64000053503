"""The chapter that the demo ends with: a company's quarter is closed and certified month by month, and its pages can be opened."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ops import display, mapping_tables, period_views
from ops.certificate_files import CertificateFile
from ops.certificate_page import page_of
from ops.closing import change_books
from sandbox.demo.certifying import sign
from sandbox.demo.scene import Scene
from sandbox.demo.tools import Tool, claims_of_other_months
from sandbox.places import ROOT
from tieout.closing import BooksState
from tieout.planning.mapping import MappingKey

_COMPANY, _CONNECTION, _PAIR = "NORDICS", "expenses-nordics", "expenses-to-planning"
_QUARTER = {"2026-10": "310.00", "2026-11": "2460.50", "2026-12": "95.00"}
"""What the company has spent in each month, in its own currency."""
_RATE = MappingKey.rate("average", "SEK", "USD", "2026-10")


def certify_a_quarter(scene: Scene) -> None:
    """Have the acquired company spend something in every month of a quarter, close its books, and certify each month."""
    scene.chapter("A quarter is closed, and certified month by month")
    mapping_tables.put(scene.place, [mapping_tables.Entry(_RATE, "0.1045")])
    with closing(Tool(scene.sandbox.systems[_CONNECTION])) as tool:
        tool.happen(claims_of_other_months())
        tool.deliver()
    scene.rest()
    made = [_certified(scene, month) for month in _QUARTER]
    rows = [
        {"month": each.content["period"], "signed": f"sha256 {each.digest[:16]}...", **_bridge(each)} for each in made
    ]
    display.rows(rows, title=f"The quarter of {_COMPANY}", as_json=False, nothing="nothing")
    found = [(row["claims"], row["planning"]) for row in rows]
    scene.hold(
        found == [(spent, spent) for spent in _QUARTER.values()],
        f"each month ties out, from its claims to planning: {', '.join(_QUARTER.values())} SEK",
    )
    folder = scene.sandbox.places.folder / "certificates"
    pages = [_written(folder, each) for each in made]
    scene.say("The page of each month's certificate lies in")
    scene.say(f"  {_shown(folder)},")
    scene.say(f"the last one as {pages[-1].name}")


def _certified(scene: Scene, month: str) -> CertificateFile:
    books = period_views.named(scene.place, month, _COMPANY, ())
    change_books(scene.place, books, BooksState.CLOSED, "quarter end")
    scene.say(f'tieout periods close {month} --entity {_COMPANY} --reason "quarter end"; tieout close {month}')
    return sign(scene, month, _COMPANY)


def _bridge(made: CertificateFile) -> dict[str, str]:
    [leg] = [each for each in made.content["legs"] if each["reconciliation"] == _PAIR]
    [row] = leg["sums"]
    return {
        "claims": row["left"]["transaction"],
        "off": row["off"]["transaction"],
        "planning": row["right"]["transaction"],
    }


def _written(folder: Path, made: CertificateFile) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{_COMPANY}-{made.content['period']}.html"
    page.write_bytes(page_of(made))
    return page


def _shown(folder: Path) -> str:
    return str(folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder)
