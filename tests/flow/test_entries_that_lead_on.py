"""Facts whose mapping entries lead on to others, and records that are but a part of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from functions.record.settle import Origin, Settling
from tests.support.clock import ManualClock
from tests.support.memory_table import MemoryTable
from tests.support.settling import settling_of
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.documents import AccountClass, DocumentState, Invoice, LedgerLine
from tieout.facts.opportunity import Opportunity, OpportunityLine
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.mapping import MappingKey

ERP, CRM = "netsuite-group", "hubspot-emea"
INVOICE = RecordKey(ERP, "invoice", "7")
DEAL, ITEM = RecordKey(CRM, "opportunity", "101"), RecordKey(CRM, "line_item", "31")
VERSION = "2026-03-02T08:00:00.000Z"


class Answers:
    """A source that answers as told."""

    def __init__(self, *statements: Statement) -> None:
        self.by_key = {statement.key: statement for statement in statements}

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What was told of each record."""
        return {key: self.by_key[key] for key in keys}


def invoice() -> Statement:
    """An invoice of 100 GBP of a British company, posted to an adjustment period."""
    pounds = Money(-10_000, "GBP")
    line = LedgerLine(
        line_id="1",
        account="4000",
        account_class=AccountClass.INCOME,
        transaction=pounds,
        functional=pounds,
        legal_entity="9",
    )
    fact = Invoice(
        number="1",
        document_date=None,
        posting_period=PostingPeriod("999", "Adjust 2026"),
        state=DocumentState.POSTED,
        lines=(line,),
    )
    return Statement(key=INVOICE, source_version=VERSION, fact=fact)


def deal(*products: str) -> Statement:
    """A deal that offers these products."""
    fact = Opportunity(
        name=None,
        amount=None,
        stage="default/new",
        probability=Decimal("0.5"),
        close_date=date(2026, 4, 1),
        customer=None,
        product="default",
        lines=tuple(
            OpportunityLine(line_id=str(place), product=product, amount=Money(100, "USD"))
            for place, product in enumerate(products)
        ),
    )
    return Statement(key=DEAL, source_version=VERSION, fact=fact)


def item(*deals: RecordKey) -> Statement:
    """A line item, which belongs to these deals."""
    return Statement(key=ITEM, source_version="", fact=None, absence=Absence.NOT_POSTED, related=deals)


def settle(settling: Settling, key: RecordKey) -> Outcome:
    """Settle a record, and say how that ended."""
    notice = Notice(key=key, notice_id="n", kind="any")
    origin = Origin(notice=notice, delivery_id="d", flow="any", received_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    result = settling.settle({key: origin})[key]
    assert result.error is None
    return result.outcome


def members_of(table: MemoryTable) -> set[str]:
    """The coordinates of everything that holds an amount."""
    return {
        str(item["members"])
        for key, item in table.contents().items()
        if key[1] == "STATE" and any(item[name] for name in item if name.startswith(keys.TOTAL))
    }


OF_THE_INVOICE = {
    MappingKey(ERP, "account", "4000"): "4020",
    MappingKey(ERP, "legal_entity", "9"): "UK",
    MappingKey(ERP, "period", "999"): "2026-12",
    MappingKey.rate("average", "GBP", "USD", "2026-12"): "1.25",
}
OF_THE_DEAL = {
    MappingKey(CRM, "stage", "default/new"): "prospect",
    MappingKey(CRM, "product", "801"): "P-801",
    MappingKey(CRM, "product", "802"): "P-802",
}


def test_a_rate_that_follows_from_the_period_table_is_looked_up_too() -> None:
    """Which month's rate is wanted is known only once the table says where the adjustment period goes."""
    settling, table = settling_of(Answers(invoice()), OF_THE_INVOICE)
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert members_of(table)
    assert all("2026-12" in each and "UK" in each for each in members_of(table))


@pytest.mark.parametrize("missing", OF_THE_INVOICE)
def test_a_document_waits_for_exactly_the_entry_that_is_missing(missing: MappingKey) -> None:
    """Whichever it is, and however late in the chain: when it arrives, the document is planned."""
    entries = {key: member for key, member in OF_THE_INVOICE.items() if key != missing}
    settling, table = settling_of(Answers(invoice()), entries)
    assert settle(settling, INVOICE) is Outcome.HELD
    assert [fact.record for fact in MappingLedger(table).waiting(missing)] == [INVOICE]
    MappingLedger(table).put(missing, OF_THE_INVOICE[missing], "controller", ManualClock().now())
    assert settle(settling, INVOICE) is Outcome.APPLIED
    assert members_of(table)


def test_other_lines_at_the_same_version_are_applied() -> None:
    """A change of a line item need not move the deal's stamp; the same lines once more are a duplicate."""
    source = Answers(deal("801"))
    settling, table = settling_of(source, OF_THE_DEAL)
    assert settle(settling, DEAL) is Outcome.APPLIED
    assert settle(settling, DEAL) is Outcome.DUPLICATE
    source.by_key[DEAL] = deal("802")
    assert settle(settling, DEAL) is Outcome.APPLIED
    assert all("P-802" in each for each in members_of(table))


def test_a_notice_about_a_line_item_ends_as_its_deal_does() -> None:
    """The line item itself is kept nowhere, and touches the targets its deal touches."""
    settling, table = settling_of(Answers(item(DEAL), deal("801")), OF_THE_DEAL)
    assert settle(settling, ITEM) is Outcome.APPLIED
    assert settle(settling, ITEM) is Outcome.DUPLICATE
    assert not [key for key in table.contents() if "line_item" in key[0]]


def test_a_line_item_of_no_deal_is_ignored() -> None:
    """It was deleted, or belongs to a quote."""
    settling, table = settling_of(Answers(item()), OF_THE_DEAL)
    assert settle(settling, ITEM) is Outcome.IGNORED
    assert not [key for key in table.contents() if key[0].startswith("FACT#")]


def test_a_failure_of_the_deal_is_a_failure_of_the_line_items_notice() -> None:
    """It is tried again, because nothing else may tell of the change."""
    settling, _ = settling_of(Answers(item(DEAL), deal("801")), OF_THE_DEAL)
    refusing = replace(settling, reader_of=lambda _: Refusing(Answers(item(DEAL))))
    notice = Notice(key=ITEM, notice_id="n", kind="any")
    origin = Origin(notice=notice, delivery_id="d", flow="any", received_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert refusing.settle({ITEM: origin})[ITEM].error is not None


def test_a_fact_that_cannot_be_made_into_lines_fails_alone() -> None:
    """Whatever is wrong with it, or with our code, its neighbours in the batch are recorded."""
    broken = RecordKey(CRM, "opportunity", "102")
    line = OpportunityLine(
        line_id="1", product="801", amount=None, recurring=Money(1, "USD"), recurring_months=0
    )  # what is paid every nought months
    good = deal("801")
    assert isinstance(good.fact, Opportunity)
    bad = replace(good, key=broken, fact=replace(good.fact, lines=(line,)))
    settling, table = settling_of(Answers(good, bad), OF_THE_DEAL)
    notices = {key: Notice(key=key, notice_id="n", kind="any") for key in (DEAL, broken)}
    origins = {
        key: Origin(notice=notice, delivery_id="d", flow="any", received_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
        for key, notice in notices.items()
    }
    results = settling.settle(origins)
    assert results[DEAL].outcome is Outcome.APPLIED
    assert results[broken].error is not None
    assert members_of(table)


class Refusing(Answers):
    """A source that has no answer about deals."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(*answers.by_key.values())

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What was told, and nothing of what was not."""
        return {key: self.by_key[key] for key in keys if key in self.by_key}
