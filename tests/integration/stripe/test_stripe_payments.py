"""Charges, refunds, disputes and payouts of a simulated account as they are read, with their fees, and what came back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.support.stripe_account import CUSTOMER, LiveStripe
from tieout.facts.documents import AccountClass, Payment
from tieout.facts.statement import Absence
from tieout.money import Money

BALANCE, BANK, FEES, RECEIVABLE = "stripe_balance", "stripe_bank", "stripe_fees", "stripe_receivable"


def moved(fact: Payment) -> list[tuple[str, int]]:
    """Each line's account and amount; they add up to nothing on every day."""
    for day in {each.posting_date for each in fact.lines}:
        assert sum(each.transaction.amount_minor for each in fact.lines if each.posting_date == day) == 0
    return [(each.account, each.transaction.amount_minor) for each in fact.lines]


def test_a_charge_comes_to_the_balance_less_its_fee(live: LiveStripe) -> None:
    """What the customer owed is paid by the whole of it."""
    record_id = live.charge(10_000)
    fact = live.payment_of(record_id)
    assert moved(fact) == [(BALANCE, 9_825), (FEES, 175), (RECEIVABLE, -10_000)]
    assert [(each.account_class, each.account_role) for each in fact.lines] == [
        (AccountClass.ASSET, "cash"),
        (AccountClass.EXPENSE, None),
        (AccountClass.ASSET, "receivable"),
    ]
    assert {each.customer for each in fact.lines} == {CUSTOMER}
    assert (fact.number, fact.posting_period) == (record_id, None)
    assert all(each.functional == each.transaction for each in fact.lines)


def test_a_converted_charge_counts_as_what_comes_to_the_balance(live: LiveStripe) -> None:
    """The balance is in another currency than the customer paid in."""
    live.control("POST", "settings", fee_fixed=0)
    record_id = live.charge(1_000, "usd", settled_amount=90_000, settled_currency="isk")
    assert {each.transaction for each in live.payment_of(record_id).lines} == {
        Money(887, "ISK"),
        Money(13, "ISK"),
        Money(-900, "ISK"),
    }


def test_days_are_cut_where_the_connection_is(live: LiveStripe) -> None:
    """By the moment of the movement, not by when it can be paid out."""
    live.wait_until(datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    fact = live.payment_of(live.charge())
    assert {each.posting_date for each in fact.lines} == {date(2026, 12, 1)}
    assert fact.document_date == date(2026, 12, 1)


def test_a_charge_that_is_not_good_is_not_in_the_books(live: LiveStripe) -> None:
    """A pending one comes into them when it succeeds."""
    failed, good, bad = live.charge(status="failed"), live.charge(status="pending"), live.charge(status="pending")
    for record_id in (failed, good, bad):
        assert live.statement(record_id).absence is Absence.NOT_POSTED
    waiting = live.statement(good).source_version
    live.clock.advance(86_400)
    live.control("POST", f"charges/{good}/settle", succeeds=True)
    live.control("POST", f"charges/{bad}/settle", succeeds=False)
    assert live.statement(bad).absence is Absence.NOT_POSTED
    assert moved(live.payment_of(good))[0] == (BALANCE, 9_825)
    assert live.statement(good).source_version > waiting
    assert live.payment_of(good).lines[0].posting_date == live.clock.now().date()


def test_a_charge_that_fails_afterwards_goes_back_on_its_own_day(live: LiveStripe) -> None:
    """Stripe keeps its fee."""
    record_id = live.charge()
    live.clock.advance(5 * 86_400)
    live.control("POST", f"charges/{record_id}/bounce")
    fact = live.payment_of(record_id)
    assert moved(fact)[3:] == [(BALANCE, -10_000), (RECEIVABLE, 10_000)]
    assert len({each.posting_date for each in fact.lines}) == 2


def test_a_refund_is_a_payment_of_its_own_and_may_come_back(live: LiveStripe) -> None:
    """The charge stays as it was; whose it is the refund says by its charge."""
    charge = live.charge(10_000)
    before = live.statement(charge)
    live.clock.advance(60)
    refund = live.control("POST", f"charges/{charge}/refund", amount=4_000)["id"]
    assert moved(live.payment_of(refund)) == [(BALANCE, -4_000), (RECEIVABLE, 4_000)]
    assert {each.customer for each in live.payment_of(refund).lines} == {CUSTOMER}
    assert live.statement(charge) == before
    told = live.statement(refund).source_version
    live.clock.advance(60)
    live.control("POST", f"refunds/{refund}/fail")
    assert sum(amount for account, amount in moved(live.payment_of(refund)) if account == BALANCE) == 0
    assert live.statement(refund).source_version > told


@pytest.mark.parametrize(("won", "net", "fees"), [(True, -2_000, 2_000), (False, -12_000, 2_000)])
def test_a_dispute_takes_the_charge_back_until_it_is_won(live: LiveStripe, *, won: bool, net: int, fees: int) -> None:
    """With a fee that is never given back; lost, it stays as it is."""
    dispute = live.control("POST", f"charges/{live.charge(10_000)}/dispute")["id"]
    assert moved(live.payment_of(dispute)) == [(BALANCE, -12_000), (FEES, 2_000), (RECEIVABLE, 10_000)]
    live.clock.advance(30 * 86_400)
    live.control("POST", f"disputes/{dispute}/close", won=won)
    found = moved(live.payment_of(dispute))
    assert sum(amount for account, amount in found if account == BALANCE) == net
    assert sum(amount for account, amount in found if account == FEES) == fees
    assert {each.customer for each in live.payment_of(dispute).lines} == {CUSTOMER}


def test_an_inquiry_has_moved_nothing(live: LiveStripe) -> None:
    """As long as the bank only asks."""
    dispute = live.control("POST", f"charges/{live.charge()}/dispute", is_inquiry=True)["id"]
    assert live.statement(dispute).absence is Absence.NOT_POSTED


def test_a_payout_goes_from_the_balance_to_the_bank(live: LiveStripe) -> None:
    """Cash on both sides; that it has arrived changes nothing, that it failed brings it back."""
    payout = live.control("POST", "payouts", amount=50_000, currency="eur")["id"]
    fact = live.payment_of(payout)
    assert moved(fact) == [(BALANCE, -50_000), (BANK, 50_000)]
    assert {each.account_role for each in fact.lines} == {"cash"}
    assert {each.customer for each in fact.lines} == {None}
    live.control("POST", f"payouts/{payout}/arrive")
    assert live.payment_of(payout) == fact
    live.clock.advance(3 * 86_400)
    live.control("POST", f"payouts/{payout}/fail")
    assert moved(live.payment_of(payout)) == [(BALANCE, -50_000), (BANK, 50_000), (BALANCE, 50_000), (BANK, -50_000)]


def test_an_instant_payout_costs_a_fee(live: LiveStripe) -> None:
    """Which the balance pays beside it."""
    payout = live.control("POST", "payouts", amount=50_000, currency="eur", fee=500)["id"]
    assert moved(live.payment_of(payout)) == [(BALANCE, -50_500), (FEES, 500), (BANK, 50_000)]


def test_accounts_are_called_as_the_connection_says(live: LiveStripe) -> None:
    """Two accounts of Stripe may settle to one bank."""
    reader = live.open_reader(balance_account="1830", fee_account="6570")
    fact = live.statement(live.charge(), reader).fact
    assert isinstance(fact, Payment)
    assert [each.account for each in fact.lines] == ["1830", "6570", RECEIVABLE]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"balance_transaction": "txn_1"}, "field balance_transaction: not_expanded"),
        ({"net": 5}, "field net: not_amount_less_fee"),
        ({"created": None}, "field created: missing"),
    ],
)
def test_a_movement_that_cannot_be_is_not_planned(live: LiveStripe, change: dict[str, object], reason: str) -> None:
    """It is named and told to a person."""
    record_id = live.charge()
    body = live.shown(f"charges/{record_id}", "balance_transaction")
    (body if "balance_transaction" in change else body["balance_transaction"]).update(change)
    live.fault("answer", status=200, body=body, path="/v1/charges")
    assert getattr(live.read(record_id), "reason", None) == reason
