"""Whatever happens to a ledger, its journal alone gives the same certificate, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.certified_period import ERP, March, invoice
from tests.support.journalled_table import JournalledTable, journal_of, recalled
from tieout.certifying.changes import changes
from tieout.certifying.document import canonical
from tieout.closing import BooksState
from tieout.planning.mapping import MappingKey

Happening = Callable[[March], None]


def _invoiced(number: int, minor: int, customer: str, flow: str, version: int) -> Happening:
    stated = invoice(str(number), minor, customer, version=f"2026-03-{version:02}T08:00:00.000Z")
    return lambda made: made.record(stated, flow=flow)


def _accept(made: March) -> None:
    made.compare()
    made.accept()


HAPPENINGS: st.SearchStrategy[Happening] = st.builds(
    _invoiced,
    number=st.integers(1, 4),
    minor=st.integers(-5_000, 5_000).filter(bool),
    customer=st.sampled_from(["7", "8"]),
    flow=st.sampled_from(["record_to_report", "spending"]),
    version=st.integers(2, 20),
) | st.sampled_from(
    [
        March.deliver,
        March.compare,
        _accept,
        March.close,
        lambda made: made.close(BooksState.OPEN, "audit"),
        lambda made: made.map({MappingKey(ERP, "customer", "8"): "C_8"}),
    ]
)


@settings(max_examples=20)
@given(happenings=st.lists(HAPPENINGS, min_size=4, max_size=12), later=st.lists(HAPPENINGS, max_size=3))
def test_the_journal_tells_what_the_ledger_does(happenings: Sequence[Happening], later: Sequence[Happening]) -> None:
    """Of the moment that is asked for: what happens afterwards changes nothing of it, and is all that has happened since."""
    made = March(table=(table := JournalledTable(clock := March().clock)), clock=clock)
    made.map()
    for happen in happenings:
        happen(made)
        clock.advance(5)
    made.gather()
    live, as_of = made.derived(), clock.now()
    clock.advance(5)
    for happen in later:
        happen(made)
        clock.advance(5)
    told = made.derived(recalled(journal_of([table.stream]).values(), as_of), as_of)
    assert canonical(told) == canonical(live)
    now = made.derived()
    assert changes(live, live) == []
    assert bool(changes(live, now)) >= bool(live["totals"] != now["totals"])
