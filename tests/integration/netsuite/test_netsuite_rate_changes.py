"""Which consolidated rates of a simulated account are no longer those that amounts were converted by."""

from __future__ import annotations

import pytest

from tests.support.netsuite_account import INVOICE, JOURNAL, SUITEQL, Account
from tieout.errors import ThrottledError


def rates_of(account: Account, entity: str, record_id: str) -> set[str]:
    """The identities of the rates a document is read with."""
    return {line.group_rate for line in account.fact(entity, record_id).lines if line.group_rate}


def recalculate(account: Account, period: str = "Mar 2026", **rates: str) -> None:
    """Have NetSuite calculate a period's rates again."""
    stated = {"current": "1.0842", "average": "1.0790", "historical": "1.1000", **rates}
    account.control("POST", "rates", period=period, subsidiary="3", to="1", rates=stated)


def test_exactly_the_rates_that_changed_are_named(account: Account) -> None:
    """Of a period's three the average alone was calculated again; April's, and the other subsidiary's, are as they were."""
    march = rates_of(account, "invoice", account.save(INVOICE))
    april = rates_of(account, "invoice", account.save(INVOICE, id="48212", period="Apr 2026"))
    yen = rates_of(account, "invoice", account.save(INVOICE, id="48213", subsidiary="5", currency="JPY"))
    own = rates_of(account, "journal_entry", account.save(JOURNAL, id="48214"))
    every = march | april | yen | own
    assert account.rate_changes().outdated(every) == frozenset()
    recalculate(account, average="1.0811")
    assert account.rate_changes().outdated(every) == {"netsuite:3>1:215:Mar-2026:average=1.079"}
    again = rates_of(account, "invoice", "48211")
    assert account.rate_changes().outdated(again) == frozenset()
    assert account.rate_changes().outdated({*every, *again}) == {"netsuite:3>1:215:Mar-2026:average=1.079"}


def test_a_rate_that_is_no_more_is_outdated(account: Account) -> None:
    """What was converted by it is to be read again, and then has no group amount."""
    rates = rates_of(account, "invoice", account.save(INVOICE))
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates={})
    assert account.rate_changes().outdated(rates) == rates


def test_the_same_rate_in_other_digits_is_the_same(account: Account) -> None:
    """1.0790 today and 1.079 tomorrow."""
    rates = rates_of(account, "invoice", account.save(INVOICE))
    recalculate(account, average="1.07900", current="1.08420")
    assert account.rate_changes().outdated(rates) == frozenset()


def test_rates_to_another_subsidiary_than_the_groups_of_today_are_outdated(account: Account) -> None:
    """The option was changed: everything is to be read again, the group's own amounts too."""
    rates = rates_of(account, "invoice", account.save(INVOICE))
    rates |= rates_of(account, "journal_entry", account.save(JOURNAL))
    assert len(rates) == 3
    for group in ("5", ""):
        assert account.rate_changes(group_subsidiary=group).outdated(rates) == rates


def test_what_is_no_rate_of_netsuites_is_never_outdated_and_costs_no_call(account: Account) -> None:
    """Planning's own rates, and amounts that needed none; an identity in a form of an older version is read again."""
    calls: list[str] = []
    account.http.event_hooks["request"].append(lambda request: calls.append(request.url.path))
    others = {"par", "functional", "average:EUR>USD@2026-03=1.0851", "salesforce:EUR>USD:2026-03-01=1/0.92"}
    assert account.rate_changes().outdated(others) == frozenset()
    older = {"netsuite:3>1:Mar-2026:average", "netsuite:3>1:1 OR 1=1:Mar-2026:average=1"}
    assert account.rate_changes().outdated(older) == older
    assert calls == []


def test_two_years_and_forty_subsidiaries_cost_one_call(account: Account) -> None:
    """And their 960 rows one page."""
    rates = {
        f"netsuite:{subsidiary}>1:{period}:Any:{kind}=1.5"
        for subsidiary in range(2, 42)
        for period in range(300, 324)
        for kind in ("average", "current")
    }
    calls: list[str] = []
    account.http.event_hooks["request"].append(lambda request: calls.append(request.url.path))
    assert account.rate_changes().outdated(rates) == rates
    assert calls.count(SUITEQL) == 1
    assert account.rate_changes().outdated({*rates, "netsuite:99>1:300:Any:average=1"}) > rates
    assert calls.count(SUITEQL) == 3


def test_rates_of_another_book_are_not_taken_for_ours(account: Account) -> None:
    """Each accounting book has rates of its own."""
    rates = rates_of(account, "invoice", account.save(INVOICE))
    wrong = {"current": "9", "average": "9", "historical": "9"}
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates=wrong, book="2")
    assert account.rate_changes().outdated(rates) == frozenset()


def test_rates_that_cannot_be_had_now_are_not_said_to_be_current(account: Account) -> None:
    """Whoever asked comes back."""
    rates = rates_of(account, "invoice", account.save(INVOICE))
    account.fault("answer", path=SUITEQL, status=429)
    with pytest.raises(ThrottledError):
        account.rate_changes().outdated(rates)
