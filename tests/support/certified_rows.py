"""What certificates are derived from, made by hand."""

from __future__ import annotations

from tests.support.ledger_scenes import lineage
from tieout.arriving.notice import RecordKey
from tieout.closing import NO_BOOKS, Books
from tieout.ledger import keys
from tieout.ledger.closed_period import Contributed, PlacedCells
from tieout.ledger.intersections import CellState, IntersectionState
from tieout.ledger.part import Part
from tieout.planning.cells import LateShare, Share


def place(
    *shares: tuple[Share, ...],
    id_: str = "a",
    currency: str = "GBP",
    reporting: str = "USD",
    books: Books = NO_BOOKS,
    late: tuple[LateShare, ...] = (),
) -> PlacedCells:
    """An intersection to which each of some records contributes its shares, and of them what is booked late."""
    cells = tuple(
        CellState(
            target="anaplan",
            intersection_id=id_,
            cube="Revenue",
            measure=measure,
            members=(("Time", "2026-03"),),
            currency=stated,
            total_minor=sum(minor for each in shares for name, minor, _ in each if name == measure),
        )
        for measure, stated in (("Revenue", currency), ("Revenue USD", reporting))
    )
    contributed = (
        Contributed(record=key, source_version="1", part=Part("anaplan", each, books, late), lineage=lineage(key))
        for key, each in ((RecordKey("erp", "invoice", f"{id_}{number}"), each) for number, each in enumerate(shares))
    )
    return PlacedCells(
        state=IntersectionState(key=keys.cell_key("anaplan", id_), generation=1, state="", cells=cells, books=books),
        contributed=tuple(contributed),
    )
