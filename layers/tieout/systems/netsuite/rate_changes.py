"""Finds the consolidated rates that NetSuite has recalculated since amounts were converted by them.

NetSuite calculates a period's rates again whenever somebody asks for it, until the period is closed, and no transaction's last
modification moves. So the identity of a rate carries its value, and is compared with the table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from tieout.errors import MalformedError
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.netsuite import queries
from tieout.systems.netsuite.client import NetSuiteClient, open_client
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.rate_identities import OWN, PREFIX, ConsolidatedRate, stated_value
from tieout.systems.netsuite.rows import Row

if TYPE_CHECKING:
    import httpx

_PERIODS_AT_ONCE = 24  # of forty subsidiaries they make one page
_SUBSIDIARIES_AT_ONCE = 40


def open_rate_changes(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> NetSuiteRateChanges:
    """What compares the rates of one connection, to be kept: it holds the access token; takes what `open_reader` takes."""
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    return NetSuiteRateChanges(open_client(connection, credentials, http, clock), options)


class NetSuiteRateChanges:
    """Compares rates; see `tieout.facts.rate_changes.RateChanges`."""

    def __init__(self, client: NetSuiteClient, options: Options) -> None:
        self._client, self._group, self._book = client, options.group_subsidiary, options.accounting_book

    def outdated(self, rates: Collection[str]) -> frozenset[str]:
        """Those whose value is another by now or that are no more, and those to another subsidiary than the group's of today.

        One call for two years of periods and forty subsidiaries.

        Raises:
            TransientError, PermanentError: as `NetSuiteClient.query`.
        """
        used = {each: _rate(each) for each in rates if each.startswith(PREFIX)}
        of_today = [rate for rate in used.values() if rate is not None and rate.group == self._group]
        current = {rate for rate in of_today if rate.kind == OWN}
        current |= self._current([rate for rate in of_today if rate.kind != OWN])
        return frozenset(identity for identity, rate in used.items() if rate not in current)

    def _current(self, rates: Sequence[ConsolidatedRate]) -> frozenset[ConsolidatedRate]:
        """What the table says of these, whatever value each has."""
        wanted = {(rate.period_id, rate.subsidiary, rate.kind) for rate in rates}
        periods, subsidiaries = (sorted({each[place] for each in wanted}) for place in (0, 1))
        rows: dict[tuple[str, str], Row] = {}
        for some_periods in batched(periods, _PERIODS_AT_ONCE, strict=False):
            for some in batched(subsidiaries, _SUBSIDIARIES_AT_ONCE, strict=False):
                found = self._client.query(queries.rates(some_periods, some, self._group, self._book))
                # The first of several rows of one rate counts, as it does for the reader.
                rows |= {(row.get("period", ""), row.get("subsidiary", "")): row for row in reversed(found)}
        return frozenset(
            rate
            for period_id, subsidiary, kind in wanted
            if (rate := self._stated(period_id, subsidiary, kind, rows.get((period_id, subsidiary), {}))) is not None
        )

    def _stated(self, period_id: str, subsidiary: str, kind: str, row: Row) -> ConsolidatedRate | None:
        try:
            return ConsolidatedRate(subsidiary, self._group, period_id, kind, stated_value(row, kind))
        except MalformedError:  # a reading makes nothing of it either
            return None


def _rate(identity: str) -> ConsolidatedRate | None:
    """The rate an identity names; None for a form that no reading would write today."""
    try:
        return ConsolidatedRate.parse(identity)
    except ValueError:
        return None
