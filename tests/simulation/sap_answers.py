"""Answers S/4HANA's OData services from a tenant in memory: the calls of `tieout.systems.sap_s4hana.client`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.simulation.sap_filters import Holds, holds
from tests.simulation.sap_records import Document, Entry, Order, Row
from tests.simulation.sap_tenant import Tenant
from tests.simulation.schedule import Invocation, Schedule
from tests.simulation.weather import Weather
from tieout.errors import UnreadableRecordError
from tieout.systems.sap_s4hana.queries import EntitySet, Query

_QUOTED = re.compile(r"\('([^']+)'\)")
_LONGEST_CONDITION = 300  # characters; 414 to more
_LATE = timedelta(seconds=25)
_ITEMS = "to_Item"


class SapAnswers:
    """The services of a tenant.

    Args:
        tell_again: called with what a reader was served an older version of.
        rate: how often a whole run of a function is shown nothing at all, as if our user were not allowed to see it.
    """

    base_bytes = 64

    def __init__(
        self,
        tenant: Tenant,
        random: Random,
        schedule: Schedule,
        weather: Weather,
        tell_again: Callable[[Document], None],
        rate: float,
    ) -> None:
        self._tenant, self._random, self._weather, self._tell_again = tenant, random, weather, tell_again
        self._schedule = schedule
        self._rate = rate
        self._shown_nothing: dict[Invocation | None, bool] = {}

    def rows(self, query: Query) -> list[Row]:
        """The entities of a query, as many as fit into one page."""
        self._weather.io("before sap_s4hana.read")
        if _names_too_many(query):
            raise UnreadableRecordError("the address is too long")
        found = [] if self._shows_nothing() else list(self._found(query))
        found.sort(key=lambda row: tuple(row[name] for name in query.order))
        self._weather.io("after sap_s4hana.read")
        return [_written(row, query) for row in found[: query.most or len(found)]]

    def exists(self, address: str, source: EntitySet) -> bool:
        """Whether there is the one sales order at an address, in whichever spelling of its number; never seen too late."""
        self._weather.io("before sap_s4hana.read")
        number = _QUOTED.search(address)
        assert number is not None, source
        self._weather.io("after sap_s4hana.read")
        if self._shows_nothing():
            return False
        return any(int(each.number) == int(number[1]) and not each.is_deleted for each in self._tenant.orders)

    def _shows_nothing(self) -> bool:
        """Whether our user is shown nothing, which no run of a function sees begin or end."""
        run = self._schedule.current
        if run not in self._shown_nothing:
            self._shown_nothing[run] = self._weather.is_on and self._random.random() < self._rate
            if self._shown_nothing[run]:
                self._weather.strike("nothing_shown")
        return self._shown_nothing[run]

    def _found(self, query: Query) -> Iterator[Row]:
        condition = holds(query.condition)
        documents: dict[str, Sequence[Document]] = {
            "A_SalesOrder": list(self._tenant.orders),
            "A_BillingDocument": self._tenant.billings,
            "A_OperationalAcctgDocItemCube": self._tenant.entries,
        }
        for document in documents[query.source.name]:
            for row in self._shown(document, condition):
                yield from [{**row, **each} for each in document.items()] if isinstance(document, Entry) else [row]

    def _is_late(self, document: Document) -> bool:
        """Whether a list does not show a new document yet: every fourth one comes late."""
        is_slow = document.before is None and int(document.number) % 4 == 0 and self._weather.is_on
        return is_slow and self._schedule.now() < document.created + _LATE

    def _shown(self, document: Document, condition: Holds) -> list[Row]:
        """A document as it is, or as it was before its last change: then somebody is told of it once more."""
        is_gone = isinstance(document, Order) and document.is_deleted
        now = [] if is_gone or self._is_late(document) else [document.row()]
        before = [document.before] if document.before is not None else []
        shown = [row for row in now if condition(row)]
        was_shown = [row for row in before if condition(row)]
        if (shown or was_shown) and self._weather.chance("stale_replica"):
            if before:  # what a list does not show yet is no reading of it
                self._tell_again(document)
            return was_shown
        return shown


def _names_too_many(query: Query) -> bool:
    """Whether the keys that a query names are more than something on the way takes; a window's condition names none."""
    return len(query.condition) > _LONGEST_CONDITION and " eq " in query.condition[: len("(CompanyCode eq ")]


def _written(row: Row, query: Query) -> Row:
    """The properties asked for, as OData writes them."""
    names = [name for name in query.columns if "/" not in name]
    found = {name: _text(row[name]) for name in names}
    if query.expand:
        assert query.expand == _ITEMS
        inner = [name.removeprefix(f"{_ITEMS}/") for name in query.columns if "/" in name]
        found[_ITEMS] = {"results": [{name: _text(item[name]) for name in inner} for item in row[_ITEMS]]}
    return found


def _text(value: Any) -> Any:  # noqa: ANN401 whatever a property holds
    if isinstance(value, Decimal):
        return f"{value:.3f}"
    if isinstance(value, datetime):
        return f"/Date({round(value.timestamp() * 1000)}+0000)/"
    if isinstance(value, date):
        return f"/Date({round(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000)})/"
    return value
