"""What is read of a simulated tenant: documents, money, and what its subscriptions have been; and what its refusals mean."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.systems.faults import Fault
from tests.support.zuora_tenant import CUSTOMER, SERVICES, SOFTWARE, LiveZuora
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    StillRunningError,
    ThrottledError,
    TieoutError,
    UnavailableError,
)
from tieout.facts.documents import DocumentState
from tieout.facts.listing import Window
from tieout.facts.sales import SalesStatus
from tieout.facts.statement import Absence
from tieout.facts.subscription import SubscriptionStatus
from tieout.money import Money

EUR = "EUR"


def test_a_bill_has_the_net_lines_of_its_items(live: LiveZuora) -> None:
    """What is taken off is a line of its own, of the same product; taxes are in none."""
    invoice = live.bill({"amount": "100", "tax": "25", "discount": "10", "product": SOFTWARE}, date="2026-03-31")
    bill = live.bill_of("invoice", invoice)
    assert (bill.number, bill.day, bill.customer) == ("INV00000001", date(2026, 3, 31), CUSTOMER)
    assert [(each.product, each.amount) for each in bill.lines] == [
        (SOFTWARE, Money(10_000, EUR)),
        (SOFTWARE, Money(-1_000, EUR)),
    ]
    item = {"amount": "8", "tax": "2", "inclusive": True, "product": SERVICES}
    for kind, act, sign in (("credit_memo", "credit", -1), ("debit_memo", "debit", 1)):
        memo = live.control("POST", f"invoices/{invoice}/{act}", items=[item])["id"]
        assert [(each.product, each.amount) for each in live.bill_of(kind, memo).lines] == [
            (SERVICES, Money(sign * 800, EUR))
        ]


def test_what_is_out_of_the_books_is_planned_nowhere(live: LiveZuora) -> None:
    """A draft is in none, one that was given up stays without lines, and one that was deleted is gone."""
    invoice = live.bill()
    live.control("POST", f"invoices/{invoice}/unpost")
    assert live.statement("invoice", invoice).absence is Absence.NOT_POSTED
    live.control("POST", f"invoices/{invoice}/cancel")
    assert (live.bill_of("invoice", invoice).status, live.bill_of("invoice", invoice).lines) == (
        SalesStatus.CANCELLED,
        (),
    )
    live.control("POST", f"invoices/{invoice}/delete")
    assert live.statement("invoice", invoice).absence is Absence.DELETED


@pytest.mark.parametrize("count", [98, 99, 150])
def test_all_items_are_read_however_many_there_are(live: LiveZuora, count: int) -> None:
    """Zuora cuts off what comes with an invoice."""
    invoice = live.bill(*({"amount": "1"} for _ in range(count)))
    assert len(live.bill_of("invoice", invoice).lines) == count


def test_a_payment_stands_on_the_bank_on_its_day(live: LiveZuora) -> None:
    """What is applied of it settles what is owed, on the day of that; refunds go the other way, and voided ones nowhere."""
    invoice = live.bill()
    payment = live.pay("100", applied=[{"invoice": invoice, "amount": "10"}], date="2026-03-04")
    lines = live.payment_of("payment", payment).lines
    assert [(each.account, each.functional.amount_minor) for each in lines] == [
        ("zuora_bank", 10_000),
        ("zuora_unapplied", -10_000),
        ("zuora_unapplied", 1_000),
        ("zuora_receivable", -1_000),
    ]
    refund = live.control("POST", f"payments/{payment}/refund", amount="5")["id"]
    [bank, *_] = live.payment_of("refund", refund).lines
    assert (bank.account, bank.functional) == ("zuora_bank", Money(-500, EUR))
    live.control("POST", f"refunds/{refund}/end")
    assert live.payment_of("refund", refund).state is DocumentState.VOID


def test_a_subscription_is_all_that_its_versions_say(live: LiveZuora) -> None:
    """By the days from which it counts, however late that was agreed."""
    number = live.subscribe(
        {"price": "100", "quantity": 2, "product": SOFTWARE},
        {"price": "1000", "period": "Annual", "product": SERVICES},
        {"discount_percentage": 10},
        start="2026-01-01",
    )
    live.control("POST", f"subscriptions/{number}/change", charge="C-00000001", quantity=3, start="2026-02-01")
    live.control("POST", f"subscriptions/{number}/remove", charge="C-00000002", start="2026-03-01")
    live.control("POST", f"subscriptions/{number}/cancel", start="2026-05-01")
    known = live.subscribed(number)
    assert [
        (each.day.isoformat(), {item.product: item.monthly.amount_minor for item in each.items})
        for each in known.versions
    ] == [
        ("2026-01-01", {SOFTWARE: 18_000, SERVICES: 7_500}),
        ("2026-02-01", {SOFTWARE: 27_000, SERVICES: 7_500}),
        ("2026-03-01", {SOFTWARE: 27_000}),
    ]
    last = known.versions[-1]
    assert (last.status, last.end_date, last.customer) == (SubscriptionStatus.ENDED, date(2026, 5, 1), CUSTOMER)
    assert known.versions[0].items[1].annual == Money(90_000, EUR)
    assert live.statement("subscription", number).source_version == "2026-03-02T09:00:00.000Z"


def test_a_token_that_has_ended_is_replaced_once(live: LiveZuora) -> None:
    """With a secret that does not do there is no other."""
    invoice = live.bill()
    live.fault("expire_tokens")
    assert live.bill_of("invoice", invoice)
    live.settings.client_secret = "another-one"
    live.fault("expire_tokens")
    assert isinstance(live.read("invoice", invoice), AccessDeniedError)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (53100010, AccessDeniedError),
        (50000050, ConflictError),
        (50000061, UnavailableError),
        (50000070, ThrottledError),
    ],
)
def test_a_refusal_may_come_as_a_success(live: LiveZuora, code: int, error: type[TieoutError]) -> None:
    """Its code says what is to be done; one that says there is none is believed only if the list has none either."""
    invoice = live.bill()
    live.fault("reasons", detail={"code": code})
    assert isinstance(live.read("invoice", invoice), error)
    live.fault("reasons", detail={"code": 50000040})
    assert isinstance(live.read("invoice", invoice), UnavailableError)


def test_a_page_of_html_is_no_answer(live: LiveZuora) -> None:
    """Whatever its status; and a limit says how long to wait."""
    invoice = live.bill()
    for status in (200, 503):
        live.fault("answer", status=status, body="<html>maintenance</html>", path="/object-query")
        assert isinstance(live.read("invoice", invoice), UnavailableError)
    live.settings.calls_per_second = 0
    throttled = live.read("invoice", invoice)
    assert isinstance(throttled, ThrottledError)
    assert throttled.retry_after_seconds == 7


def test_a_query_that_comes_to_nothing_is_asked_again(live: LiveZuora) -> None:
    """One that goes on for long is waited for, and one whose file is gone is begun anew."""
    invoice = live.bill()
    live.clock.advance(1)
    window = Window(live.clock.now().replace(hour=0), live.clock.now())
    for kind in ("fail_job", "cancel_job"):
        live.plan.plant(Fault(kind=kind))
    place = ""
    listed: list[str] = []
    live.settings.job_looks = 9
    running = 0
    for _ in range(40):
        try:
            page = live.listing.page("billing_document", window, place)
        except StillRunningError:
            running += 1
            continue
        listed += [each.key.record_id for each in page.records]
        place = page.following
        if not place:
            break
    assert listed == [f"invoice-{invoice}"]
    assert running > 0
