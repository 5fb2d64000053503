"""What deploying another landscape would do is what planning every fact again by it does, whatever is recorded and closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.declared import landscape
from tests.support.governed import FLOWS, RULES, GovernedLedger, cells_of, customer, moved
from tieout.closing import BooksState, Closing, LateRule
from tieout.effects.effect import KINDS
from tieout.effects.landscapes import LandscapeEffects
from tieout.landscape import Feed, Landscape
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.planned import FactCatalogue
from tieout.planning.model import PlanningModel

DEPLOYED = replace(landscape(), closing=RULES)
REVENUE = "billed_revenue"


def changed(change: Callable[[Feed], Feed | None]) -> Landscape:
    """What is deployed, with another feed of revenue, or without it."""
    feeds = ((each, change(each) if each.name == REVENUE else each) for each in DEPLOYED.feeds)
    return replace(DEPLOYED, feeds=tuple(then for _, then in feeds if then is not None))


def by_number(feed: Feed) -> Feed:
    """Customers as their source numbers them."""
    dimensions = (replace(each, table="") if each.table == "customer" else each for each in feed.dimensions)
    return replace(feed, dimensions=tuple(dimensions))


WANTED = {
    "the same": DEPLOYED,
    "no such feed": changed(lambda _: None),
    "another sign": changed(lambda feed: replace(feed, sign=1)),
    "another cube": changed(lambda feed: replace(feed, cube="Income")),
    "other names": changed(by_number),
    "other rules": replace(DEPLOYED, closing=Closing()),
}


def effects(ledger: GovernedLedger, wanted: Landscape) -> LandscapeEffects:
    """What the ledger would come to."""
    return LandscapeEffects(table=ledger.table, deployed=DEPLOYED, wanted=wanted)


def plan_again(ledger: GovernedLedger, wanted: Landscape) -> None:
    """A landscape is deployed, and every fact goes through the line."""
    ledger.settling = replace(ledger.settling, model=PlanningModel.of(wanted), closing=wanted.closing)
    for fact in list(FactCatalogue(ledger.table).facts("netsuite-group", "invoice")):
        ledger.settle(fact.record, fact.lineage.flow)


_SAYS = st.tuples(
    st.just("says"),
    st.sampled_from(("1", "2")),
    st.sampled_from((5_00, 120_00)),
    st.fixed_dictionaries(
        {"of": st.sampled_from(("7", "7", "8")), "month": st.sampled_from((3, 4)), "flow": st.sampled_from(FLOWS)}
    ),
)
_CLOSES = st.tuples(st.just("closes"), st.sampled_from((3, 4)), st.sampled_from(list(BooksState)), st.none())
_REPLACES = st.tuples(st.just("replaces"), st.sampled_from(("C_70", "C_71")), st.none(), st.none())


def told(acts: list[tuple[Any, ...]]) -> GovernedLedger:
    """A ledger after these acts; what a name that is replaced concerns is not sent again."""
    ledger = GovernedLedger()
    for act, first, second, more in acts:
        if act == "says":
            ledger.say(first, second, **more)
        elif act == "closes":
            ledger.close(first, second)
        else:
            MappingLedger(ledger.table).put(customer("7"), first, "operator", ledger.settling.clock.now())
    return ledger


@given(st.lists(st.one_of(_SAYS, _SAYS, _CLOSES, _REPLACES), min_size=1, max_size=5), st.sampled_from(sorted(WANTED)))
def test_what_is_shown_is_how_planning_again_by_either_differs(acts: list[tuple[Any, ...]], name: str) -> None:
    """Of facts that are outdated, too: what they would come to by the deployed landscape is no part of it."""
    ledger, by_deployed, by_wanted = (told(acts) for _ in range(3))
    plan_again(by_deployed, DEPLOYED)
    plan_again(by_wanted, WANTED[name])
    shown = effects(ledger, WANTED[name]).effect().told()
    assert cells_of(shown) == moved(by_deployed.cells(), by_wanted.cells())


def test_the_landscape_that_is_deployed_moves_nothing() -> None:
    """Not even what is outdated."""
    ledger = GovernedLedger()
    ledger.say("1", 100_00)
    MappingLedger(ledger.table).put(customer("7"), "C_70", "operator", ledger.settling.clock.now())
    shown = effects(ledger, DEPLOYED).effect().told()
    assert [shown[each] for each in ("cells", "sums", "named", "periods")] == [[], [], [], []]
    assert shown["facts"]["unchanged"] == 1


def test_what_would_be_released_as_things_are_is_no_effect_of_a_landscape() -> None:
    """Neither what waited for a name that is stored by now, nor what came late for books that are open again."""
    ledger = told([("says", "1", 5_00, {}), ("says", "2", 5_00, {"of": "8"}), ("closes", 3, BooksState.CLOSED, None)])
    ledger.say("1", 120_00)
    ledger.close(3, BooksState.OPEN)
    MappingLedger(ledger.table).put(customer("8"), "C_8", "operator", ledger.settling.clock.now())
    shown = effects(ledger, DEPLOYED).effect().told()
    assert [shown[each] for each in ("cells", "sums", "named", "late")] == [[], [], [], []]
    assert shown["facts"]["unchanged"] == 2


def test_what_is_outdated_is_taken_as_the_deployed_landscape_would_have_it() -> None:
    """The cell of the new name, in which nothing stands yet, turns round; that of the old one is no part of it."""
    ledger = told([("says", "1", 5_00, {}), ("replaces", "C_70", None, None)])
    shown = effects(ledger, WANTED["another sign"]).effect().told()
    assert [(row["members"][2], row["before"], row["after"]) for row in shown["cells"]] == [
        ("C_70", "5.00", "-5.00"),
        ("C_70", "6.25", "-6.25"),
    ]


def test_closed_books_go_by_the_rules_that_would_be_deployed() -> None:
    """What is held by the deployed ones would be booked to the next open period."""
    ledger, booked = GovernedLedger(), LateRule(name="booked", flows=("hold",), closed="next_open")
    ledger.close(3)
    ledger.say("1", 100_00)
    wanted = replace(DEPLOYED, closing=Closing(late=(booked,)))
    shown, before = effects(ledger, wanted).effect().told(), ledger.cells()
    assert [(row["period"], row["policy"]) for row in shown["periods"]] == [
        ("2026-03", "next_open"),
        ("2026-04", "accept"),
    ]
    plan_again(ledger, wanted)
    assert cells_of(shown) == moved(before, ledger.cells())
    assert len(shown["cells"]) == 2


def test_connections_that_come_and_go_are_named_and_their_facts_left_alone() -> None:
    """Nobody could read the records of one that is gone, and a new one has none."""
    ledger = GovernedLedger()
    ledger.say("1", 100_00)
    [erp] = [each for each in DEPLOYED.connections if each.name == "netsuite-group"]
    others = tuple(each for each in DEPLOYED.connections if each is not erp)
    wanted = replace(DEPLOYED, connections=(*others, replace(erp, name="netsuite-new")))
    found = effects(ledger, wanted)
    assert (found.gone(), found.new()) == (["netsuite-group"], ["netsuite-new"])
    shown = found.effect().told()
    assert (shown["cells"], [shown["facts"][each] for each in KINDS]) == ([], [0] * len(KINDS))


def test_facts_that_no_flow_would_carry_any_more_are_looked_at_too() -> None:
    """They stay as they are: what is planned of them is not taken back."""
    ledger = told([("says", "1", 100_00, {}), ("says", "2", 50_00, {"of": "8"})])
    flows = tuple(each for each in DEPLOYED.flows if each.name == "forecast_to_plan")
    shown = effects(ledger, replace(DEPLOYED, flows=flows)).effect().told()
    assert sum(count for name, count in shown["facts"].items() if name != "of") == 2
    assert shown["only_names"] is False


def test_a_table_that_is_asked_for_anew_holds_what_nobody_has_named() -> None:
    """Until somebody says what planning calls it."""

    def by_document(feed: Feed) -> Feed:
        dimensions = (
            replace(each, attribute="account", table="cost_centre") if each.table == "customer" else each
            for each in feed.dimensions
        )
        return replace(feed, dimensions=tuple(dimensions))

    ledger = GovernedLedger()
    ledger.say("1", 100_00)
    shown = effects(ledger, changed(by_document)).effect().told()
    assert shown["named"] == [["netsuite-group#invoice#1", "held", "netsuite-group#cost_centre#4000"]]
    assert [row["held"] for row in shown["sums"]] == ["-100.00", "-125.00"]
