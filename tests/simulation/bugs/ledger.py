"""Slips in what the ledger commits."""

from __future__ import annotations

from tests.contract.ledger import test_facts_on_both_tables as committed
from tests.contract.ledger import test_planned_facts as catalogue
from tests.flow import test_cells_of_one_intersection as cells_of_two_measures
from tests.flow import test_overlapping_workers as workers
from tests.flow import test_replaced_mappings as replaced
from tests.flow.test_days import Day
from tests.simulation.bugs.bug import Bug
from tests.support.memory_table import MemoryTable
from tests.support.planning_desk import Desk
from tests.unit.record import test_records_settled_together as together
from tieout.ledger import facts, plan, planned, writes

BUGS = (
    Bug("no version gate", plan.decide, "version < stored.source_version", "False", "records"),
    Bug(
        "an equal version is older", plan.decide, "version < stored.source_version", "version <= stored.source_version"
    ),
    Bug("a newer version is older", plan.decide, "version < stored.source_version", "version > stored.source_version"),
    Bug(
        "differences are totals",
        writes.Change.differences,
        " - before.get(each, 0)",
        "",
    ),
    Bug(
        "a fact that moves leaves its old cells as they are",
        writes.changes,
        "before.keys() | after.keys()",
        "after.keys()",
    ),
    Bug("sums of several facts overwrite each other", writes._added_up, "earlier.adds.get(name, 0) + ", "", "crowd"),
    Bug("a measure is lost to its neighbour", writes._added_up, "(*earlier.adds, *later.adds)", "later.adds", "crowd"),
    Bug(
        "an intersection has one total",
        writes._totals_update,
        "keys.TOTAL + measure: difference",
        "keys.TOTAL + min(differences): difference",
    ),
    Bug(
        "planning is given what it refused before only if somebody asks",
        writes._totals_update,
        "removes=tuple(keys.REFUSED + measure for measure in differences),",
        "",
        proof=lambda: cells_of_two_measures.test_a_refused_cell_is_offered_again_when_its_total_changes(Desk()),
    ),
    Bug(
        "a fact is held without a look at the mapping",
        writes.hold_writes,
        "writes.append(Check(",
        "str(Check(",
        proof=lambda: committed.test_a_fact_is_not_held_for_a_mapping_that_has_just_arrived(MemoryTable()),
    ),
    Bug(
        "a released fact stays in the list of the held",
        writes.hold_writes,
        "if each and each not in waits",
        "if False",
        "mappings",
    ),
    Bug("part-facts have no fence", facts.FactLedger._commit_some, "[mark, *", "[*", "documents", 30),
    Bug(
        "facts planned with a replaced member are not found",
        planned.FactCatalogue.outdated,
        "members.get(entry) != fact.used.get(entry)",
        "False",
        proof=lambda: replaced.test_a_replaced_member_moves_exactly_what_was_planned_with_the_old_one(Day()),
    ),
    Bug(
        "a held fact waits on for what followed from an entry that was replaced",
        planned.FactCatalogue.outdated,
        "for fact, entries in used:",
        "for fact, entries in ((fact, entries) for fact, entries in used if fact.waits_for is None):",
        proof=lambda: catalogue.test_a_held_fact_is_outdated_when_what_it_waits_for_follows_from_a_replaced_entry(
            MemoryTable(), catalogue.COMPANY, ("EU_BV", "UK_LTD")
        ),
    ),
    Bug(
        "a confirmation keeps the mappings it was planned with",
        writes.confirmation,
        '{"mappings": mappings_text(plan)}',
        "{}",
        proof=lambda: catalogue.test_an_entry_replaced_without_a_consequence_is_taken_note_of(MemoryTable()),
    ),
    Bug(
        "drafts are forgotten",
        plan.Plan.changes_ledger,
        "remembered or ",
        "",
        proof=workers.test_a_posted_document_that_became_a_draft_meanwhile_is_not_recorded_after_all,
    ),
    Bug(
        "duplicates are not confirmed",
        facts.FactLedger._confirm,
        "[confirmation(plan) for plan in duplicates]",
        "[]",
        proof=workers.test_a_customer_changed_and_changed_back_is_the_one_the_source_has,
    ),
    Bug(
        "a pack that meets another transaction is taken apart",
        facts.FactLedger._commit_pack,
        "return dict.fromkeys(pack, error)",
        "pass",
        proof=together.test_records_that_meet_another_transaction_are_committed_together_later,
    ),
)
