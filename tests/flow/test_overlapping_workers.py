"""Two workers on one record, one of them with an older reading of the source in its hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from functions.record.settle import Origin, Settling
from tests.support.memory_table import MemoryTable
from tests.support.settling import settling_of
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.plan import Outcome
from tieout.money import Money
from tieout.planning.mapping import MappingKey

DEAL = RecordKey("hubspot-emea", "opportunity", "101")
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Everything the deal asks for, whichever customer it has.
ENTRIES = {
    MappingKey("hubspot-emea", "customer", "71"): "ACME",
    MappingKey("hubspot-emea", "customer", "72"): "GLOBEX",
    MappingKey("hubspot-emea", "product", "default"): "NEW",
    MappingKey("hubspot-emea", "stage", "default/new"): "prospect",
    MappingKey.rate("budget", "EUR", "USD", "2026-04"): "1.1",
}
EARLIER, LATER = "2026-03-02T08:00:00.000Z", "2026-03-02T08:30:00.000Z"


class Source:
    """A source that says one thing; while an answer is on its way, something else may happen."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.meanwhile: Callable[[], None] = lambda: None

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What it says now, arriving after what happens meanwhile."""
        answer = self.statement
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return dict.fromkeys(keys, answer)


def deal(version: str, customer: str) -> Statement:
    """A deal of 100 EUR."""
    fact = Opportunity(
        name="Deal",
        amount=Money(10_000, "EUR"),
        stage="default/new",
        probability=Decimal("0.5"),
        close_date=date(2026, 4, 1),
        customer=customer,
        product="default",
    )
    return Statement(key=DEAL, source_version=version, fact=fact)


def draft(version: str) -> Statement:
    """A record that is not in the books."""
    return Statement(key=DEAL, source_version=version, fact=None, absence=Absence.NOT_POSTED)


def settle(settling: Settling) -> Outcome:
    """Settle the deal, and say how that ended."""
    notice = Notice(key=DEAL, notice_id="n", kind="deal.propertyChange")
    origin = Origin(notice=notice, delivery_id="d", flow="forecast_to_plan", received_at=MORNING)
    result = settling.settle({DEAL: origin})[DEAL]
    assert result.error is None
    return result.outcome


def customers_of(table: MemoryTable) -> set[str]:
    """The customers whose cells hold anything."""
    return {
        member
        for key, item in table.contents().items()
        if key[1] == "STATE" and any(item[name] for name in item if name.startswith(keys.TOTAL))
        for member in ("ACME", "GLOBEX")
        if member in item["members"]
    }


def test_a_posted_document_that_became_a_draft_meanwhile_is_not_recorded_after_all() -> None:
    """A worker that read "posted" commits after another one read "draft" of a record the ledger did not know."""
    source = Source(deal(EARLIER, "71"))
    settling, table = settling_of(source, ENTRIES)

    def becomes_draft() -> None:
        source.statement = draft(LATER)
        assert settle(settling) is Outcome.IGNORED

    source.meanwhile = becomes_draft
    settle(settling)
    assert customers_of(table) == set()


def test_a_draft_that_was_never_posted_is_ignored_every_time() -> None:
    """Records that are not in the books are ignored, not applied, however often they change."""
    source = Source(draft(EARLIER))
    settling, _ = settling_of(source, ENTRIES)
    assert settle(settling) is Outcome.IGNORED
    source.statement = draft(LATER)
    assert settle(settling) is Outcome.IGNORED


def test_a_customer_changed_and_changed_back_is_the_one_the_source_has() -> None:
    """Neither change moves the deal's stamp; the worker that read the middle state must not have the last word."""
    source = Source(deal(EARLIER, "71"))
    settling, table = settling_of(source, ENTRIES)
    assert settle(settling) is Outcome.APPLIED
    source.statement = deal(EARLIER, "72")

    def is_changed_back() -> None:
        source.statement = deal(EARLIER, "71")
        assert settle(settling) is Outcome.DUPLICATE

    source.meanwhile = is_changed_back
    settle(settling)
    assert customers_of(table) == {"ACME"}


def test_two_duplicates_at_once_do_not_stand_in_each_others_way() -> None:
    """A confirmation excludes older readings that differ, and no other confirmation."""
    source = Source(deal(EARLIER, "71"))
    settling, table = settling_of(source, ENTRIES)
    settle(settling)
    reads: list[None] = []

    def read_again() -> None:
        reads.append(None)
        assert settle(settling) is Outcome.DUPLICATE

    source.meanwhile = read_again
    assert settle(settling) is Outcome.DUPLICATE
    assert len(reads) == 1
    assert customers_of(table) == {"ACME"}


def test_the_ledger_is_read_before_the_source() -> None:
    """What another worker commits while the source answers makes the answer out of date, though its version is the same."""
    source = Source(deal(EARLIER, "71"))
    settling, table = settling_of(source, ENTRIES)

    def moves() -> None:
        source.statement = deal(EARLIER, "72")
        settle(settling)

    source.meanwhile = moves
    settle(settling)
    assert customers_of(table) == {"GLOBEX"}
