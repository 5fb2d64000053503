"""Facts committed in one transaction leave what they leave one after another, but that a total's changes are one change."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.ledger_scenes import NOW, TARGET, V1, V2, committed, dirty, lineage, place, record, statement
from tests.support.memory_table import MemoryTable
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.intersections import IntersectionState, intersection_state
from tieout.ledger.plan import Plan, decide
from tieout.ledger.table import Table
from tieout.planning.cells import Amount, Contribution, Unmapped
from tieout.planning.mapping import MappingKey

ACME = MappingKey("crm", "customer", "4711")
PLACES = ("Acme", "Beta")

Deal = Mapping[str, Mapping[str, int]]  # place to measure to minor units
deals = st.dictionaries(
    st.sampled_from(PLACES), st.dictionaries(st.sampled_from("ABC"), st.integers(-9, 9), min_size=1), min_size=1
)


def plan(ledger: FactLedger, number: int, version: str, deal: Deal) -> Plan:
    """The plan of a deal that contributes to several measures of some places."""
    stated = statement(number, version)
    contributions = tuple(
        Contribution(place(name), tuple(Amount(each, "EUR", minor, "par") for each, minor in sorted(measures.items())))
        for name, measures in sorted(deal.items())
    )
    return decide(stated, ledger.load([stated.key]).get(stated.key), contributions, {})


def states(table: Table) -> dict[str, IntersectionState]:
    """The places as the ledger holds them."""
    by_key = {keys.cell_key(TARGET, place(name).intersection_id()): name for name in PLACES}
    return {by_key[key]: intersection_state(key, item) for key, item in table.get(list(by_key)).items()}


def refuse_everything(table: Table) -> None:
    """Planning refuses whatever it lacks."""
    cells = CellLedger(table)
    seen, sent = cells.dirty(TARGET, 10).found, dirty(table)
    receipt = cells.open_receipt(TARGET, "r", NOW, sent)
    cells.mark_written(seen, sent, receipt, {cell.cell_id: "no such member" for cell in sent}, NOW)


@given(st.lists(deals, min_size=2, max_size=4), st.lists(deals, min_size=2, max_size=4))
def test_facts_committed_together_leave_what_they_leave_one_after_another(
    before: list[Deal], after: list[Deal]
) -> None:
    """Totals, currencies, what is lacking and what is refused, whichever measures each of them touches and whatever was refused."""
    together, apart = MemoryTable(), MemoryTable()
    for version, given_deals in ((V1, before), (V2, after)):
        counted = {name: state.generation for name, state in states(together).items()}
        ledger = FactLedger(together)
        assert committed(ledger, *(plan(ledger, *each) for each in numbered(version, given_deals))) == {}
        for each in numbered(version, given_deals):
            assert committed(FactLedger(apart), plan(FactLedger(apart), *each)) == {}
        found = states(together)
        assert {name: state._replace(generation=0) for name, state in found.items()} == {
            name: state._replace(generation=0) for name, state in states(apart).items()
        }
        assert all(state.generation - counted.get(name, 0) in {0, 1} for name, state in found.items())
        refuse_everything(together)
        refuse_everything(apart)


def numbered(version: str, given_deals: list[Deal]) -> list[tuple[int, str, Deal]]:
    """The deals with their numbers and the version they are stated in."""
    return [(number, version, deal) for number, deal in enumerate(given_deals)]


def test_what_two_facts_change_in_one_place_is_one_change_of_it(table: Table) -> None:
    """Each may touch another measure; a writer that read the place before finds it changed, once."""
    ledger = FactLedger(table)
    deals_in_acme: list[Deal] = [{"Acme": {"A": 5, "B": 1}}, {"Acme": {"C": 7, "B": 2}}, {"Acme": {"A": 4}}]
    assert committed(ledger, *(plan(ledger, *each) for each in numbered(V1, deals_in_acme))) == {}
    state = states(table)["Acme"]
    assert {cell.measure: (cell.total_minor, cell.currency) for cell in state.cells} == {
        "A": (9, "EUR"),
        "B": (3, "EUR"),
        "C": (7, "EUR"),
    }
    assert state.generation == 1


def test_what_was_refused_is_offered_again_when_several_facts_change_it_at_once(table: Table) -> None:
    """Each fact takes back the refusal of the measure it changes, and none of them that of another one's neighbour."""
    ledger = FactLedger(table)
    first: list[Deal] = [{"Acme": {"A": 1, "B": 1, "C": 1}}, {"Acme": {"A": 1, "B": 1, "C": 1}}]
    assert committed(ledger, *(plan(ledger, *each) for each in numbered(V1, first))) == {}
    refuse_everything(table)
    assert dirty(table) == []
    then: list[Deal] = [{"Acme": {"A": 2, "B": 1, "C": 1}}, {"Acme": {"A": 1, "B": 2, "C": 1}}]
    assert committed(ledger, *(plan(ledger, *each) for each in numbered(V2, then))) == {}
    assert [(cell.measure, cell.total_minor) for cell in dirty(table)] == [("A", 3), ("B", 3)]
    assert states(table)["Acme"].generation == 2


@pytest.mark.parametrize(
    ("in_time", "late", "writes"),
    [(1, 0, 1), (2, 0, 1), (0, 1, 1), (1, 1, 3)],
    ids=["one", "two", "one-late", "one-late-of-two"],
)
def test_only_a_pack_that_failed_is_taken_apart(in_time: int, late: int, writes: int) -> None:
    """Facts that are in time cost one transaction, and a fact alone is not tried twice."""
    points: list[str] = []
    table = MemoryTable(io=points.append)
    ledger = FactLedger(table)
    plans = [plan(ledger, number, V1, {"Acme": {"A": 1}}) for number in range(in_time + late)]
    for number in range(late):
        assert committed(ledger, plan(ledger, number, V2, {"Acme": {"A": 2}})) == {}
    points.clear()
    assert set(committed(ledger, *plans)) == {record(number) for number in range(late)}
    assert points.count("before ledger.write") == writes


def test_a_document_of_many_cells_that_has_to_wait_is_listed_where_its_mapping_finds_it() -> None:
    """It leaves all its cells, and what is entered for it says where it came from."""
    table = MemoryTable()  # an emulated transaction of a hundred cells takes seconds
    ledger = FactLedger(table)
    assert committed(ledger, plan(ledger, 1, V1, {f"C{number:03}": {"A": 1} for number in range(60)})) == {}
    stated = statement(1, V2)
    waits = decide(stated, ledger.load([record(1)])[record(1)], Unmapped(ACME), {})
    assert committed(ledger, waits) == {}
    [(key, item)] = table.query(f"HELD#{ACME}").items
    assert key == keys.held_key(ACME, record(1))
    assert item["delivery_id"] == lineage(record(1)).delivery_id
    assert [cell.total_minor for cell in dirty(table)] == [0] * 60
