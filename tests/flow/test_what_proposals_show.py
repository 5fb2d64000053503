"""What a proposal shows of facts that nobody can plan and of its entries, and what is said where it is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.flow.test_effects_of_landscapes import DEPLOYED, effects
from tests.support.governed import CHECKER, ERP, NOW, GovernedLedger, customer, entry
from tieout.effects.effect import FAILING, MOVED, RELEASED
from tieout.effects.governing import EffectMovedError, NotDecidableError
from tieout.errors import MalformedError
from tieout.facts.statement import Statement
from tieout.ledger import keys
from tieout.ledger.plan import Plan
from tieout.ledger.planner import Planner
from tieout.ledger.proposals import ProposalState
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey
from tieout.planning.model import PlanningModel


@pytest.fixture(name="ledger")
def _ledger() -> GovernedLedger:
    """Two invoices of a customer with a name, one of a customer without."""
    ledger = GovernedLedger()
    ledger.say("1", 100_00)
    ledger.say("2", 50_00, of="8")
    ledger.say("3", 10_00)
    return ledger


@pytest.fixture(name="stuck")
def _stuck(ledger: GovernedLedger, monkeypatch: pytest.MonkeyPatch) -> GovernedLedger:
    """The same ledger once nobody can plan the first invoice any more."""
    plan = Planner.plan

    def fail(planner: Planner, statement: Statement, *rest: object) -> Plan:
        if statement.key.record_id == "1":
            raise MalformedError("unplannable")
        return plan(planner, statement, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Planner, "plan", fail)
    return ledger


def test_a_fact_that_could_not_be_planned_is_told_as_failing_and_hides_no_other(stuck: GovernedLedger) -> None:
    """It is named, and the facts behind it are shown as they would be."""
    shown = stuck.shown(stuck.propose(entry(customer("7"), "C_70")))
    assert shown["named"] == [["netsuite-group#invoice#1", FAILING, ""], ["netsuite-group#invoice#3", MOVED, ""]]
    assert {row["after"] for row in shown["cells"] if row["measure"] == "Revenue"} == {"10.00", "100.00"}


def test_a_fact_that_could_not_be_planned_is_in_nobodys_way(stuck: GovernedLedger) -> None:
    """What was shown of it is that it fails: approved is what was shown, as long as it stays as it is."""
    proposal = stuck.propose(entry(customer("7"), "C_70"))
    assert stuck.governing.approve(proposal, proposal.effect, CHECKER, NOW).state is ProposalState.STORED


def test_a_fact_that_asks_for_no_entry_since_it_is_unsound_is_told_as_failing(
    ledger: GovernedLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that fails later."""
    entries = PlanningModel.mapping_keys

    def fail(model: PlanningModel, connection: str, fact: Any, found: Any) -> Any:  # noqa: ANN401 as it is
        if fact.number == "1":
            raise MalformedError("unsound")
        return entries(model, connection, fact, found)

    monkeypatch.setattr(PlanningModel, "mapping_keys", fail)
    shown = ledger.shown(ledger.propose(entry(customer("7"), "C_70")))
    assert shown["named"] == [["netsuite-group#invoice#1", FAILING, ""], ["netsuite-group#invoice#3", MOVED, ""]]


def test_what_waits_is_shown_though_the_index_is_behind() -> None:
    """It stands with the entry that it waits for."""
    ledger = GovernedLedger()
    ledger.table.index_lag = 1_000
    ledger.say("1", 50_00, of="8")
    shown = ledger.shown(ledger.propose(entry(customer("8"), "C_8")))
    assert shown["named"] == [["netsuite-group#invoice#1", RELEASED, ""]]


def test_a_fact_that_cannot_be_planned_as_things_are_is_failing_by_any_landscape(stuck: GovernedLedger) -> None:
    """What it would be moved from is as unknown as what to."""
    shown = effects(stuck, DEPLOYED).effect().told()
    assert (shown["named"], shown["cells"]) == ([["netsuite-group#invoice#1", FAILING, ""]], [])


def test_an_entry_says_when_it_was_approved(ledger: GovernedLedger) -> None:
    """Beside who stored it and who approved it."""
    ledger.approve(ledger.propose(entry(customer("8"), "C_8")))
    item = ledger.table.contents()[keys.mapping_key(customer("8"))]
    assert item["approved_at"] == "2026-06-02T09:00:00.000Z"


def test_a_proposal_counts_the_entries_that_change(ledger: GovernedLedger) -> None:
    """Those that say it already are none of it."""
    proposal = ledger.propose(entry(customer("7"), "C_7"), entry(customer("8"), "C_8"), entry(customer("9"), "C_9"))
    assert (proposal.count, ledger.stands(proposal).count) == (2, 2)


def test_what_waits_for_another_entry_is_no_part_of_an_effect(ledger: GovernedLedger) -> None:
    """Nor is what is planned without it; what waits for one and is planned with another is looked at once."""
    shown = ledger.shown(ledger.propose(entry(customer("8"), "C_8")))
    assert shown["named"] == [["netsuite-group#invoice#2", "released", ""]]
    assert shown["facts"]["unchanged"] == 0
    company = MappingKey(ERP, "legal_entity", "9")
    both = ledger.shown(ledger.propose(entry(customer("8"), "C_8"), entry(company, "FR"), name="p2"))
    assert [each[0][-1] for each in both["named"]] == ["1", "2", "3"]


def test_an_effect_says_whether_nothing_but_names_would_change(ledger: GovernedLedger) -> None:
    """A customer's is one; a company's decides calendars, and a rate amounts."""
    kinds = {
        customer("7"): "C_70",
        MappingKey(ERP, "legal_entity", "9"): "FR",
        MappingKey(EVERY_CONNECTION, "rate", "average:GBP>USD@2026-03"): "1.5",
    }
    proposals = [
        ledger.propose(entry(key, text), name=f"p{number}") for number, (key, text) in enumerate(kinds.items())
    ]
    assert [ledger.shown(each)["only_names"] for each in proposals] == [True, False, False]


def test_a_refusal_says_what_is_in_the_way(ledger: GovernedLedger) -> None:
    """In words, for whoever typed the command."""
    name = entry(customer("7"), "C_70")
    for entries, says in (
        ((name, name), "an entry is proposed twice"),
        ((entry(customer("7"), "C_7"),), "the entries say that already"),
    ):
        with pytest.raises(NotDecidableError, match=f"^{says}$"):
            ledger.propose(*entries)
    proposal = ledger.propose(name)
    with pytest.raises(NotDecidableError, match=r"^a proposal needs a reason$"):
        ledger.governing.propose(replace(proposal, reason=" "), [name])
    ledger.say("4", 10_00)
    with pytest.raises(EffectMovedError, match=r"^proposal p1 would do something else by now; nothing was changed$"):
        ledger.approve(proposal)
    refused = ledger.governing.refuse(ledger.stands(proposal), CHECKER, "not so", NOW + timedelta(hours=1))
    assert (refused.state, refused.decided_at) == (ProposalState.REFUSED, NOW + timedelta(hours=1))
    for decide in (ledger.approve, lambda each: ledger.governing.refuse(each, CHECKER, "", NOW)):
        with pytest.raises(NotDecidableError, match=r"^proposal p1 is refused$"):
            decide(ledger.stands(proposal))
