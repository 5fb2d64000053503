"""An organisation's own exchange rates: what a unit of a currency is worth in its corporate one on a day; pure.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_datedconversionrate.htm
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tieout.columns import number_of, text_of, unreadable
from tieout.facts.family import SourceRate

_Row = Mapping[str, Any]


class Rates:
    """The rates of one organisation.

    Args:
        corporate: the corporate currency.
        undated: `CurrencyType` rows: what holds where there are no rates by date.
        dated: `DatedConversionRate` rows; none in an organisation without them.
    """

    def __init__(self, corporate: str, undated: Iterable[_Row], dated: Iterable[_Row]) -> None:
        self._corporate = corporate
        self._undated = {str(row.get("IsoCode")): row for row in undated}
        self._dated: dict[str, list[_Row]] = defaultdict(list)
        for row in dated:
            self._dated[str(row.get("IsoCode"))].append(row)

    def rate(self, currency: str, day: date | None) -> SourceRate | None:
        """The rate from a currency on a day; None for the corporate currency itself, and where there is no rate of that day.

        Raises:
            UnreadableRecordError: for a rate that nothing can be converted by: it strikes the records of its currency alone.
        """
        if currency == self._corporate or day is None:
            return None
        dated = self._dated.get(currency)
        row = _valid_on(day, dated) if dated else self._undated.get(currency)
        if row is None:
            return None
        units = number_of(row, "ConversionRate")
        if units is None or units <= 0:
            raise unreadable("ConversionRate", "not_positive")
        since = text_of(row, "StartDate") if dated else "undated"
        identity = f"salesforce:{currency}>{self._corporate}:{since}=1/{units.normalize():f}"
        return SourceRate.inverted(self._corporate, units, identity)


def corporate_currency(currencies: Iterable[_Row]) -> str | None:
    """The currency all rates are stated to, among the `CurrencyType` rows; None where none is marked so."""
    return next((text_of(row, "IsoCode") for row in currencies if row.get("IsCorporate") is True), None)


def _valid_on(day: date, rows: Iterable[_Row]) -> _Row | None:
    """The row that began last by that day. Dates are compared as texts: the first one lies in the year 0, which Python lacks."""
    begun = [(start, row) for row in rows if (start := text_of(row, "StartDate") or "") <= day.isoformat()]
    return max(begun, key=lambda each: each[0], default=("", None))[1]
