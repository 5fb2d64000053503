"""What a simulated site bills, collects and agrees, as it is read: net of discounts and taxes, cash against what is owed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.support.chargebee_site import A_PLAN, ADDON, PLAN, LiveChargebee
from tieout.facts.sales import SalesStatus
from tieout.facts.statement import Absence
from tieout.facts.subscription import SubscriptionStatus
from tieout.money import Money

LINE = {"amount": 12_000, "discount": 2_000, "tax": 1_600, "entity_id": PLAN}


def eur(minor: int) -> Money:
    """So many cents."""
    return Money(minor, "EUR")


def test_invoices_and_credit_notes_are_net(live: LiveChargebee) -> None:
    """Whether taxes are on top or within, and of the price they are of."""
    for price_type, net in (("tax_exclusive", 10_000), ("tax_inclusive", 8_400)):
        bill = live.bill(LINE, {"amount": 500}, price_type=price_type)
        lines = live.bill_of(f"invoice:{bill}").lines
        assert [(each.product, each.amount) for each in lines] == [(PLAN, eur(net)), (None, eur(500))]
        note = live.do(f"invoices/{bill}/credit", lines=[{"amount": 100, "tax": 16, "entity_id": PLAN}])
        [line] = live.bill_of(f"credit_note:{note}").lines
        assert (line.product, line.amount) == (PLAN, eur(-100 if price_type == "tax_exclusive" else -84))


def test_what_is_void_stays_without_lines(live: LiveChargebee) -> None:
    """What is pending or deleted is no bill, and what is written off was billed all the same."""
    void, written_off, deleted = live.bill(), live.bill(), live.bill()
    live.do(f"invoices/{void}/void")
    live.do(f"invoices/{written_off}/write-off")
    live.do(f"invoices/{deleted}/delete")
    pending = live.bill(pending=True)
    fact = live.bill_of(f"invoice:{void}")
    assert (fact.status, fact.lines) == (SalesStatus.CANCELLED, ())
    assert live.bill_of(f"invoice:{written_off}").lines[0].amount == eur(1_000)
    note = live.shown("credit_notes")["list"][0]["credit_note"]["id"]
    absences = [
        live.statement("billing_document", each).absence
        for each in (f"credit_note:{note}", f"invoice:{pending}", f"invoice:{deleted}")
    ]
    assert absences == [Absence.NOT_POSTED, Absence.NOT_POSTED, Absence.DELETED]
    live.do(f"invoices/{pending}/close")
    assert live.bill_of(f"invoice:{pending}").lines[0].amount == eur(1_000)


def test_cash_comes_and_goes(live: LiveChargebee) -> None:
    """A payment that fails later went back by a transaction of its own."""
    paid, late = live.pay(10_000), live.pay(7_000)
    refund = live.do(f"transactions/{paid}/refund", amount=400)
    back = live.do(f"transactions/{late}/reverse", is_late_failure=True)
    cash = {each: live.payment_of(each).lines[0].functional for each in (paid, refund, late, back)}
    assert cash == {paid: eur(10_000), refund: eur(-400), late: eur(7_000), back: eur(-7_000)}
    assert sum(each.functional.amount_minor for each in live.payment_of(paid).lines) == 0
    pending = live.pay(1, status="in_progress")
    blocked = live.control("POST", "authorizations", amount=1, currency_code="EUR", customer_id="c")["id"]
    for each in (pending, blocked):
        assert live.statement("payment", each).absence is Absence.NOT_POSTED
    live.do(f"transactions/{pending}/settle", succeeds=True)
    assert live.payment_of(pending).lines[0].functional == eur(1)


def test_what_recurs_is_read_as_it_is_agreed(live: LiveChargebee) -> None:
    """By item, less what is taken off for good, with a term and an end."""
    addon = {"item_price_id": ADDON, "item_type": "addon", "unit_price": 12_000, "billing_period_unit": "year"}
    name = live.subscribe({**A_PLAN, "quantity": 3}, {**addon, "billing_period": 1})
    live.do(f"subscriptions/{name}/take-off", percentage=50, item_price_id=ADDON)
    version = live.subscribed(name)
    recurs = [(each.product, each.monthly, each.annual) for each in version.items]
    assert recurs == [(PLAN, eur(14_700), eur(176_400)), (ADDON, eur(500), eur(6_000))]
    assert live.shown(f"subscriptions/{name}")["subscription"]["mrr"] == 14_700 + 500
    today = version.start_date
    assert (version.status, version.renewal_date) == (SubscriptionStatus.ACTIVE, today + timedelta(days=30))
    live.do(f"subscriptions/{name}/cancel", at_term_end=True)
    assert live.subscribed(name).end_date == today + timedelta(days=30)
    live.do(f"subscriptions/{name}/stay")
    assert live.subscribed(name).end_date is None
    live.do(f"subscriptions/{name}/pause")
    paused = live.subscribed(name)
    assert (paused.status, paused.items) == (SubscriptionStatus.PAUSED, ())


def test_a_coupon_is_asked_for(live: LiveChargebee) -> None:
    """A subscription only names it."""
    live.control("POST", "coupons", id="TENTH", discount_percentage=10)
    name = live.subscribe()
    live.do(f"subscriptions/{name}/redeem", coupon_id="TENTH")
    assert [each.monthly for each in live.subscribed(name).items] == [eur(4_410)]


def test_days_are_those_of_the_connection(live: LiveChargebee) -> None:
    """Just before midnight in UTC it is tomorrow in Stockholm."""
    live.wait_until(datetime(2027, 1, 31, 23, 30, tzinfo=UTC))
    bill, paid, name = live.bill(), live.pay(), live.subscribe(trial_days=14)
    assert live.bill_of(f"invoice:{bill}").day == live.payment_of(paid).document_date == date(2027, 2, 1)
    assert (live.subscribed(name).day, live.subscribed(name).start_date) == (date(2027, 2, 1), date(2027, 2, 15))
