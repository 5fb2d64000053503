"""What the simulated environment posts, and what it will not; and the events it makes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.dynamics_finance.books import Books
from sandbox.systems.dynamics_finance.documents import KINDS, document_of
from sandbox.systems.dynamics_finance.events import CATALOGUE, contract_of, envelope, event_of
from sandbox.systems.dynamics_finance.posting import Posted, Posting
from tests.support.clock import ManualClock
from tests.support.dynamics_environment import BILL, INVOICE, JOURNAL, PAYMENT


class Ledger:
    """Fresh books and who posts to them."""

    def __init__(self) -> None:
        self.clock, self.books = ManualClock(), Books()
        self.posting = Posting(self.books, self.clock.now)

    def post(self, plain: Any, **changes: Any) -> Posted:  # noqa: ANN401 JSON
        """Post a document."""
        return self.posting.post(document_of({**plain, **changes}))

    def sums(self) -> set[tuple[str, Decimal, Decimal]]:
        """What the lines of each entry add up to, in the company's and the reporting currency."""
        found: dict[str, list[Decimal]] = {}
        for line in self.books.state()["posted_line"]:
            sums = found.setdefault(line["journal_number"], [Decimal(0), Decimal(0)])
            sums[0] += Decimal(line["accounting_amount"])
            sums[1] += Decimal(line["reporting_amount"])
        return {(number, *sums) for number, sums in found.items()}  # type: ignore[misc]  # two each


def test_every_kind_is_posted_in_balance_and_has_its_event() -> None:
    """In each company's currency and in the reporting currency, whatever rounding leaves over."""
    ledger = Ledger()
    for company in ("usmf", "mxmf", "brmf"):
        for kind in KINDS:
            day = {"closing": "2026-12-31", "opening": "2026-01-01"}.get(kind, "2026-03-31")
            posted = ledger.post(INVOICE, kind=kind, date=day, company=company, currency="EUR")
            assert event_of(posted) in CATALOGUE
            assert contract_of(posted)
    assert {(one, other) for _, one, other in ledger.sums()} == {(Decimal(0), Decimal(0))}
    assert len(ledger.sums()) == 3 * len(KINDS)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "order"}, {"company": "nowhere"}, {"date": "2031-01-01"}, {"period": "Period 13"}, {"currency": "XXX"},
        {"lines": []}, {"lines": [{"account": "1", "amount": "0"}]}, {"lines": [{"account": "130100", "amount": "5"}]},
        {"lines": [{"account": "130100", "amount": "x"}]}, {"lines": [{"account": "130100"}]}, {"colour": "red"},
    ],
)  # fmt: skip
def test_what_makes_no_entry_is_refused(changes: dict[str, Any]) -> None:
    """And nothing of it is in the books."""
    ledger = Ledger()
    with pytest.raises(ValueError, match=r".+"):
        ledger.post(INVOICE, **changes)
    assert not ledger.books.state()["posted_entry"]
    assert not ledger.books.state()["customer_invoice"]


def test_the_period_is_that_of_the_kind_or_the_one_that_is_stated() -> None:
    """An entry may be posted to another than its day's."""
    ledger = Ledger()
    ledger.post(JOURNAL, date="2026-12-31")
    ledger.post(JOURNAL, date="2026-12-31", kind="closing")
    ledger.post(JOURNAL, date="2026-12-31", period="Period 11")
    assert [each["period_name"] for each in ledger.books.state()["posted_entry"]] == [
        "Period 12",
        "Closing",
        "Period 11",
    ]


def test_a_reversal_is_an_entry_of_its_own() -> None:
    """With every amount the other way round, in all three currencies; what it reverses stays as it is."""
    ledger = Ledger()
    posted = ledger.post(INVOICE, company="mxmf", currency="EUR")
    before = ledger.books.state()["posted_line"]
    ledger.posting.reverse("mxmf", posted.document.voucher, "2026-04-01")
    after = ledger.books.state()["posted_line"]
    assert after[:3] == before
    for name in ("amount", "accounting_amount", "reporting_amount"):
        assert [Decimal(each[name]) for each in after[3:]] == [-Decimal(each[name]) for each in before]
    with pytest.raises(KeyError):
        ledger.posting.reverse("usmf", posted.document.voucher, "2026-04-01")


def test_a_reversal_needs_no_rate() -> None:
    """Its amounts are those of what it reverses, in a company too into whose currency nobody keeps rates."""
    ledger = Ledger()
    ledger.books.insert("company", ["eumf", "Example Europe", "EUR", "USD"])
    voucher = ledger.post(JOURNAL, company="eumf", currency="EUR", reporting_rate="1.10").document.voucher
    reversal = ledger.posting.reverse("eumf", voucher, "2026-04-01")
    rows = [row for row in ledger.books.state()["posted_line"] if row["journal_number"] == reversal.journal_number]
    assert [(row["currency"], row["accounting_amount"], row["reporting_amount"]) for row in rows] == [
        ("EUR", "-300.00", "-330.00"),
        ("EUR", "300.00", "330.00"),
    ]


def test_a_payment_that_bounced_is_a_transaction_of_its_customer_again() -> None:
    """What reverses it is posted as a payment, too, and not by a journal."""
    ledger = Ledger()
    payment = ledger.post(PAYMENT).document
    reversal = ledger.posting.reverse("usmf", payment.voucher, "2026-04-20").document
    assert (reversal.kind, reversal.party) == ("customer_payment", payment.party)
    rows = ledger.books.state()["customer_transaction"]
    assert [(row["voucher"], row["total"]) for row in rows] == [
        (payment.voucher, "-5000.00"),
        (reversal.voucher, "5000.00"),
    ]
    assert (
        ledger.posting.reverse("usmf", ledger.post(JOURNAL).document.voucher, "2026-04-20").document.kind == "journal"
    )


def test_what_is_written_is_stamped_to_the_second() -> None:
    """Also where support repairs it; what is archived is gone from the live tables."""
    ledger = Ledger()
    voucher = ledger.post(JOURNAL).document.voucher
    ledger.clock.advance(2)
    ledger.posting.correct("usmf", voucher, "7.00")
    [entry], lines = ledger.books.state()["posted_entry"], ledger.books.state()["posted_line"]
    assert entry["modified"] == ledger.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [each["accounting_amount"] for each in lines] == ["7.00", "-7.00"]
    ledger.posting.archive("usmf", voucher)
    assert not ledger.books.state()["posted_entry"]
    assert not ledger.books.state()["posted_line"]


def test_events_have_the_envelope_of_business_events() -> None:
    """Control numbers only grow, with gaps; times have whole seconds or seven decimals; amounts no currency."""
    ledger = Ledger()
    moment = ledger.clock.now()
    first, second = (envelope(number, "E", "usmf", moment) for number in (1, 2))
    assert first["ControlNumber"] > 2**53
    assert second["ControlNumber"] - first["ControlNumber"] > 1
    assert first["EventId"] != second["EventId"]
    assert first["BusinessEventLegalEntity"] == "USMF"
    assert first["EventTime"] == f"/Date({int(moment.timestamp()) * 1000})/"
    assert len(first["EventTimeIso8601"]) == len("2026-03-31T23:21:07.5123456Z")
    contract = contract_of(ledger.post(INVOICE))
    assert (contract["InvoiceId"], contract["InvoiceAmount"], contract["InvoiceAccount"]) == (
        "CIV-000001",
        11880.0,
        "US-001",
    )
    assert contract["InvoiceDueDate"] == "/Date(-2208988800000)/"
    assert contract_of(ledger.post(PAYMENT))["Voucher"] == "CPV-000001"
    assert contract_of(ledger.post(BILL))["InvoiceId"] == "2026/0117"
    assert contract_of(ledger.post(JOURNAL))["JournalNumber"] == "00004"
