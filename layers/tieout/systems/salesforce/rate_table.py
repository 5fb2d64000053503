"""Keeps an organisation's exchange rates for some minutes: they change by the month, and every batch needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tieout.errors import AccessDeniedError, UnreadableRecordError
from tieout.ports import Clock
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.answers import MissingObjectError, Row
from tieout.systems.salesforce.queries import Query
from tieout.systems.salesforce.rates import Rates, corporate_currency

_KEPT_FOR = timedelta(minutes=5)

Ask = Callable[[Query], Sequence[Row]]


class RateTable:
    """The rates as they were read last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rates: Rates | None = None
        self._read_at: datetime | None = None

    def current(self, ask: Ask) -> Rates | None:
        """The rates, read again after five minutes; None for an organisation with one currency.

        Raises:
            AccessDeniedError: if they cannot be read as they are: nothing is gained by asking for fewer records.
            TransientError, PermanentError: what else `ask` does.
        """
        now = self._clock.now()
        if self._read_at is None or now - self._read_at >= _KEPT_FOR:
            try:
                self._rates = _read(ask)
            except UnreadableRecordError as error:
                raise AccessDeniedError(f"the exchange rates: {error.reason}") from error
            self._read_at = now
        return self._rates


def _read(ask: Ask) -> Rates | None:
    """Salesforce has the one object only where there are several currencies, and the other where rates have dates."""
    try:
        currencies = ask(queries.CURRENCIES)
    except MissingObjectError:
        return None
    corporate = corporate_currency(currencies)
    if corporate is None:
        return None
    try:
        dated = ask(queries.DATED_RATES)
    except MissingObjectError:
        dated = ()
    return Rates(corporate, currencies, dated)
