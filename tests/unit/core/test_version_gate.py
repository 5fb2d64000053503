"""The version gate: what a statement changes, given what the ledger held when the source was read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tieout.arriving.notice import RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.ledger.part import Part
from tieout.ledger.plan import Outcome, Plan, StoredFact, decide
from tieout.money import Money
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped
from tieout.planning.mapping import MappingKey

KEY = RecordKey("crm", "opportunity", "7")
EARLY, NOW, LATE = "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z", "2026-03-03T00:00:00.000Z"
PLACE = Intersection("anaplan", "Pipeline", (("Customer", "ACME"),))
AMOUNT = Amount("Amount", "EUR", 100, "par")
PLANNED = (Contribution(PLACE, (AMOUNT,)),)
WAITING = Unmapped(MappingKey("crm", "customer", "1"))


def statement(version: str = NOW, *, amount: int = 100, absence: Absence | None = None) -> Statement:
    """What the source said of the deal."""
    deal = Opportunity(
        name=None,
        amount=Money(amount, "EUR"),
        stage="-/-",
        probability=None,
        close_date=None,
        customer=None,
        product=None,
    )
    return Statement(key=KEY, source_version=version, fact=None if absence else deal, absence=absence)


def stored_by(plan: Plan) -> StoredFact:
    """What the ledger holds after a plan was committed."""
    return StoredFact(
        revision=1,
        source_version=plan.source_version,
        digest=plan.digest,
        parts=plan.new_parts(),
        held_for=plan.waits_for,
    )


APPLIED = stored_by(decide(statement(), None, PLANNED, {}))


@pytest.mark.parametrize(
    ("version", "amount", "outcome"),
    [
        (LATE, 200, Outcome.APPLIED),
        (LATE, 100, Outcome.APPLIED),
        (NOW, 100, Outcome.DUPLICATE),
        (NOW, 200, Outcome.APPLIED),
        (EARLY, 200, Outcome.SUPERSEDED),
        (EARLY, 100, Outcome.SUPERSEDED),
    ],
)
def test_a_version_decides_and_at_a_tie_the_content(version: str, amount: int, outcome: Outcome) -> None:
    """Newer versions apply, older ones change nothing, and an equal one applies only if it says something else."""
    assert decide(statement(version, amount=amount), APPLIED, PLANNED, {}).outcome is outcome


def test_the_same_statement_planned_elsewhere_is_no_duplicate() -> None:
    """A mapping that changed moves the fact though the source's stamp did not."""
    moved = (Contribution(replace(PLACE, members=(("Customer", "GLOBEX"),)), (AMOUNT,)),)
    assert decide(statement(), APPLIED, moved, {}).outcome is Outcome.APPLIED


def test_a_new_rate_is_no_duplicate_even_where_the_amount_is_the_same() -> None:
    """The identity of the rate is part of what the ledger says."""
    converted = (Contribution(PLACE, (AMOUNT._replace(rate="average:EUR>USD@2026-03=1"),)),)
    assert decide(statement(), APPLIED, converted, {}).outcome is Outcome.APPLIED


def test_an_unmapped_fact_is_held_and_contributes_nothing() -> None:
    """Whatever it contributed before: so planning does not depend on which version was seen in between."""
    plan = decide(statement(LATE), APPLIED, WAITING, {})
    assert (plan.outcome, plan.contributions, plan.waits_for) == (Outcome.HELD, (), WAITING.key)
    assert plan.targets() == {"anaplan"}


def test_a_held_fact_is_released_at_its_own_version() -> None:
    """The mapping arrives, the deal did not change: its fact is applied."""
    held = stored_by(decide(statement(), None, WAITING, {}))
    assert decide(statement(), held, WAITING, {}).outcome is Outcome.DUPLICATE
    assert decide(statement(), held, PLANNED, {}).outcome is Outcome.APPLIED


def test_a_deletion_without_a_version_keeps_the_stored_one() -> None:
    """A source that no longer knows a record has no stamp for it; the tombstone keeps the version, so nothing older returns."""
    plan = decide(statement("", absence=Absence.DELETED), APPLIED, (), {})
    assert (plan.outcome, plan.source_version, plan.contributions) == (Outcome.APPLIED, NOW, ())
    tombstone = stored_by(plan)
    assert decide(statement("", absence=Absence.DELETED), tombstone, (), {}).outcome is Outcome.DUPLICATE
    assert decide(statement(EARLY), tombstone, PLANNED, {}).outcome is Outcome.SUPERSEDED
    assert decide(statement(NOW), tombstone, PLANNED, {}).outcome is Outcome.APPLIED


def test_a_record_that_was_never_posted_is_ignored_and_one_that_no_longer_is_is_taken_back() -> None:
    """A draft leaves no trace; a document that leaves the books takes its amounts along."""
    draft = statement(LATE, absence=Absence.NOT_POSTED)
    assert decide(draft, None, (), {}).outcome is Outcome.IGNORED
    assert decide(draft, APPLIED, (), {}).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    "stored",
    [
        APPLIED,
        stored_by(decide(statement(), None, WAITING, {})),
        replace(APPLIED, parts={}, unfinished=True),
    ],
    ids=["applied", "held", "begun"],
)
def test_whatever_the_books_know_of_a_document_is_taken_back_when_it_leaves_them(stored: StoredFact) -> None:
    """What it contributes, that it waits for an entry, and what was begun and not finished."""
    draft = statement(LATE, absence=Absence.NOT_POSTED)
    assert decide(draft, stored, (), {}).outcome is Outcome.APPLIED
    assert decide(draft, replace(APPLIED, parts={}), (), {}).outcome is Outcome.IGNORED


@pytest.mark.parametrize(
    ("stated", "stored", "planned", "outcome", "is_committed"),
    [
        (statement(), None, PLANNED, Outcome.APPLIED, True),
        (statement(), None, WAITING, Outcome.HELD, True),
        (statement(), APPLIED, PLANNED, Outcome.DUPLICATE, False),
        (statement(EARLY), APPLIED, PLANNED, Outcome.SUPERSEDED, False),
        (statement(absence=Absence.NOT_POSTED), None, (), Outcome.IGNORED, True),
        (statement("", absence=Absence.NOT_POSTED), None, (), Outcome.IGNORED, False),
        (statement("", absence=Absence.DELETED), None, (), Outcome.APPLIED, True),
    ],
)
def test_what_is_new_to_the_ledger_is_committed(
    stated: Statement,
    stored: StoredFact | None,
    planned: tuple[Contribution, ...] | Unmapped,
    outcome: Outcome,
    *,
    is_committed: bool,
) -> None:
    """What is ignored is remembered where it has a version, so that no older reading is committed after it."""
    plan = decide(stated, stored, planned, {})
    assert (plan.outcome, plan.changes_ledger) == (outcome, is_committed)
    assert plan.source_version == stated.source_version


def test_the_same_contents_have_the_same_digest_for_ever() -> None:
    """Else a new version of the code would commit every record once more at its next notice, though nothing changed."""
    digests = [decide(statement(), None, planned, {}).digest for planned in (PLANNED, WAITING, ())]
    assert digests == [
        "b1605091c29eae665081c5de488f3ce2",
        "44f1cb6195ff4d565b202ba0c491e050",
        "1dac68dd2c0a999a5e264ad8b6f42950",
    ]


def test_an_unfinished_commit_is_taken_up_even_by_a_duplicate() -> None:
    """What was begun in part-facts is completed by whoever reads the record next, but never with an older version."""
    unfinished = replace(APPLIED, unfinished=True, parts={"cell": Part("anaplan")})
    assert decide(statement(), unfinished, PLANNED, {}).outcome is Outcome.APPLIED
    assert decide(statement(EARLY), unfinished, PLANNED, {}).outcome is Outcome.SUPERSEDED


def test_a_statement_is_a_fact_or_an_absence() -> None:
    """Never both, never neither."""
    with pytest.raises(ValueError, match="a fact or an absence"):
        Statement(key=KEY, source_version=NOW, fact=None)
