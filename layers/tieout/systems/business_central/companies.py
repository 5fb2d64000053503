"""What is known of a company beside its documents: its currency, its accounts and its accounting periods, kept for an hour."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tieout.errors import UnavailableError
from tieout.facts.documents import AccountClass
from tieout.ports import Clock
from tieout.systems.business_central import queries
from tieout.systems.business_central.fields import Row, day_of, text_of, unreadable, word_of
from tieout.systems.business_central.periods import PeriodStart

Ask = Callable[[str, str, Mapping[str, str]], Sequence[Row]]

_KEPT_FOR = timedelta(hours=1)
_ASKED_AGAIN_AFTER = timedelta(minutes=1)  # for an account that is not known: it may be a new one
_CLASSES = {
    "income": AccountClass.INCOME,
    "cost_of_goods_sold": AccountClass.EXPENSE,
    "expense": AccountClass.EXPENSE,
    "assets": AccountClass.ASSET,
    "liabilities": AccountClass.LIABILITY,
    "equity": AccountClass.EQUITY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What the translation must know of a company.

    Attributes:
        currency: its local currency, in which its books are kept.
        additional_currency: the currency in which its books are kept, too; empty where there is none.
        accounts: number to class, of the accounts that have a category.
        period_starts: of its accounting periods, in order; empty where they are not asked for.
        asked_again_in_seconds: when its accounts may be read again, since one was wanted that may be newer than they are; None
            where they are known to be as new.
    """

    id: str
    currency: str
    additional_currency: str
    accounts: Mapping[str, AccountClass]
    period_starts: Sequence[PeriodStart]
    asked_again_in_seconds: float | None = None


class Companies:
    """What is known of the companies of one connection.

    Args:
        default_currency: of companies that state none.
        has_periods: whether their accounting periods are read.
    """

    def __init__(self, default_currency: str, clock: Clock, *, has_periods: bool) -> None:
        self._default_currency = default_currency
        self._clock = clock
        self._has_periods = has_periods
        self._known: dict[str, tuple[datetime, Company]] = {}

    def get(self, company: str, accounts: Collection[str], ask: Ask) -> Company:
        """A company as it was at most an hour ago, a minute where one of the accounts was not known.

        Where it was not read now and one of them is not known, it says when it will be read again.

        Raises:
            UnavailableError: its set-up, which says the currency of its books, is not shown.
            TransientError, PermanentError: as `ask`.
        """
        now = self._clock.now()
        read_at, known = self._known.get(company, (now, None))
        if known is not None:
            if all(each in known.accounts for each in accounts):
                if now - read_at < _KEPT_FOR:
                    return known
            elif now - read_at < _ASKED_AGAIN_AFTER:
                left = read_at + _ASKED_AGAIN_AFTER - now
                return replace(known, asked_again_in_seconds=left.total_seconds())
        found = self._read(company, ask)
        self._known[company] = (now, found)
        return found

    def _read(self, company: str, ask: Ask) -> Company:
        setup = next(iter(ask(company, queries.SETUP, {})), None)
        if setup is None:
            raise UnavailableError("Business Central shows our user no general ledger set-up of the company")
        accounts = ask(company, queries.ACCOUNTS, {"$select": "number,category"})
        return Company(
            id=company,
            currency=text_of(setup, "localCurrencyCode") or self._default_currency,
            additional_currency=text_of(setup, "additionalReportingCurrency") or "",
            accounts=_classes(accounts),
            period_starts=_starts(ask(company, queries.PERIODS, {})) if self._has_periods else (),
        )


def _classes(rows: Sequence[Row]) -> Mapping[str, AccountClass]:
    """The class of each account; those without a category that takes part in a balance sheet or income statement are left out."""
    words = {text_of(row, "number"): word_of(row, "category") for row in rows}
    return {number: _CLASSES[word] for number, word in words.items() if number and word in _CLASSES}


def _starts(rows: Sequence[Row]) -> Sequence[PeriodStart]:
    starts = []
    for row in rows:
        day = day_of(row, "startingDate")
        if day is None:
            raise unreadable("startingDate", "missing")
        starts.append(PeriodStart(day, text_of(row, "name") or ""))
    return tuple(sorted(starts))
