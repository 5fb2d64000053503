"""What a transaction is, as Chargebee states it: money that moved, in two lines that add up to nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chargebee_rows import VERSION, fact_of, statement, transaction
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import Payment
from tieout.facts.statement import Absence
from tieout.money import Money
from tieout.systems.chargebee.cash import STATUSES

MOVES = [("payment", 1), ("refund", -1), ("payment_reversal", -1)]


def paid(**changed: Any) -> Payment:  # noqa: ANN401 JSON values
    """The payment that a transaction is."""
    found = fact_of(transaction(**changed))
    assert isinstance(found, Payment)
    return found


@pytest.mark.parametrize(("kind", "sign"), MOVES)
def test_what_comes_in_settles_what_is_owed_and_what_goes_out_does_not(kind: str, sign: int) -> None:
    """Debit positive, on the day of the connection's zone, with the customer's name on both lines."""
    found = paid(type=kind, business_entity_id="be_1")
    assert (found.number, found.document_date) == ("txn_1", date(2026, 12, 1))
    assert [(each.line_id, each.account, each.account_role, each.transaction) for each in found.lines] == [
        ("txn_1", "chargebee_cash", "cash", Money(sign * 23_800, "EUR")),
        ("txn_1:receivable", "chargebee_receivable", "receivable", Money(-sign * 23_800, "EUR")),
    ]
    assert {(each.customer, each.posting_date, each.legal_entity) for each in found.lines} == {
        ("cus_1", date(2026, 12, 1), "be_1")
    }


def test_the_accounts_are_those_of_the_connection() -> None:
    """By which the mapping table finds them."""
    found = fact_of(transaction(), cash_account="1800", receivable_account="1200")
    assert isinstance(found, Payment)
    assert [each.account for each in found.lines] == ["1800", "1200"]


@pytest.mark.parametrize("status", [each for each in STATUSES if each not in {"success", "late_failure"}])
@pytest.mark.parametrize("kind", [kind for kind, _ in MOVES])
def test_what_has_not_succeeded_moves_nothing(kind: str, status: str) -> None:
    """Or not yet."""
    found = statement(transaction(type=kind, status=status))
    assert (found.fact, found.absence, found.source_version) == (None, Absence.NOT_POSTED, VERSION)


def test_an_authorization_is_a_promise_and_no_money() -> None:
    """However well it went."""
    assert statement(transaction(type="authorization")).absence is Absence.NOT_POSTED


def test_what_failed_late_counts_where_another_transaction_took_it_back() -> None:
    """Else it would be taken back alone; without one it never counted."""
    assert statement(transaction(status="late_failure")).absence is Absence.NOT_POSTED
    assert paid(status="late_failure", reversal_transaction_id="txn_2") == paid()


def test_one_that_was_deleted_is_gone() -> None:
    """Payments that were recorded by hand can be."""
    assert statement(transaction(deleted=True)).absence is Absence.DELETED


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"type": "gift"}, "field type: not_known"),
        ({"type": ...}, "field type: not_known"),
        ({"status": "odd"}, "field status: not_known"),
        ({"amount": ...}, "field amount: not_a_whole_number"),
        ({"date": ...}, "field date: missing"),
        ({"currency_code": "?"}, "field currency_code: not_iso4217"),
    ],
)
def test_what_cannot_be_made_out_is_named(changed: dict[str, Any], reason: str) -> None:
    """Never with its value."""
    with pytest.raises(UnreadableRecordError) as caught:
        statement(transaction(**changed))
    assert caught.value.reason == reason


@given(
    amount=st.integers(0, 10**12),
    kind=st.sampled_from([kind for kind, _ in MOVES]),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_the_lines_of_a_payment_add_up_to_nothing(amount: int, kind: str, currency: str) -> None:
    """In whatever currency, and to the minor unit."""
    lines = paid(amount=amount, type=kind, currency_code=currency).lines
    assert sum(each.transaction.amount_minor for each in lines) == 0
    assert {abs(each.transaction.amount_minor) for each in lines} == {amount}
