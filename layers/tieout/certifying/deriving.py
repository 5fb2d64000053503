"""Derives what a certificate says of a company's period from the ledger, the landscape and a moment: nothing else decides.

The table may be the ledger's as it is, or as the journal tells that it was: for the same items it is the same content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tieout.arriving.notice import RecordKey
from tieout.calendars import EntityCalendars
from tieout.certifying import cells, rounding, sections
from tieout.certifying.bridge import Leg
from tieout.certifying.chains import chains
from tieout.certifying.coverage import span_of_days
from tieout.certifying.subject import Plain, Subject
from tieout.certifying.verdict import verdict
from tieout.closing import Books
from tieout.facts.listing import Window
from tieout.landscape import Landscape
from tieout.ledger.breaks import BreakLedger
from tieout.ledger.censuses import CensusLedger
from tieout.ledger.certificates import CertificateLedger, Evidence
from tieout.ledger.closed_period import PeriodLedger, PlacedCells
from tieout.ledger.closing import BooksLedger, LateFact
from tieout.ledger.mappings import HeldFact, MappingLedger
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.stages import StageLedger
from tieout.ledger.table import Table
from tieout.moments import moment_text
from tieout.periods import Period
from tieout.planning.model import PlanningModel
from tieout.reconciling.linking import standing
from tieout.reconciling.reconcile import reconcile

FORM = 1
"""How a certificate is laid out; another number wherever it is laid out otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be certified.

    Attributes:
        as_of: the moment; its UTC day decides what may still follow.
        evidence: the name of what was found beside the ledger.
    """

    legal_entity: str
    period: str
    as_of: datetime
    evidence: str


def derive(table: Table, landscape: Landscape, asked: Asked) -> Plain:
    """What the certificate says.

    Raises:
        DoesNotAddUpError, UnevenCellError: the ledger does not add up, so that nothing can be certified.
        NoEvidenceError: the ledger does not know the evidence.
        OutsideCalendarError: the company has no such period.
    """
    derived = _Deriving(table, landscape, asked).content()
    return derived | {"verdict": verdict(derived)}


class _Deriving:
    """One period being derived."""

    def __init__(self, table: Table, landscape: Landscape, asked: Asked) -> None:
        self._table, self._landscape, self._asked = table, landscape, asked
        self._subject = Subject(
            legal_entity=asked.legal_entity,
            period=asked.period,
            reporting_currency=landscape.reporting_currency,
        )
        self._books = frozenset(
            Books(asked.legal_entity, asked.period, version) for version in landscape.closing.versions
        )
        calendar = EntityCalendars.of_landscape(landscape).calendar_of(asked.legal_entity)
        self._days = calendar.span_of(Period.parse(asked.period))

    def content(self) -> Plain:
        """Everything but the verdict."""
        asked, first, last = self._asked, *self._days
        books = BooksLedger(self._table, lambda _: None)
        planned_by = PeriodLedger(self._table).planned_by(self._records)
        stored = MappingLedger(self._table).stored({key for each in planned_by.values() for key in each.used})
        legs = [each.plain(self._subject) for each in self._legs()]
        return {
            "form": FORM,
            "stage": self._landscape.stage,
            "legal_entity": asked.legal_entity,
            "period": asked.period,
            "days": [first.isoformat(), last.isoformat()],
            "as_of": moment_text(asked.as_of),
            "reporting_currency": self._landscape.reporting_currency,
            "evidence": self._evidence.plain(),
            "books": sections.books_rows(self._books, books.changes()),
            "legs": legs,
            "chains": chains(legs, self._subject),
            "late": sections.late_rows(self._late(books)),
            "restated": sections.late_rows(each for one in sorted(self._books) for each in books.restated(one)),
            "adjusted": cells.adjusted(self._places, planned_by),
            "held": sections.held_rows(self._held()),
            "planning": self._planning(),
            "census": list(self._census()),
            "mappings": sections.mapping_rows(planned_by, stored),
            "rounding": rounding.residuals(self._places, self._reporting_measures()),
            "totals": cells.totals(self._places),
            "extent": cells.extent(self._places),
            "cells": cells.cell_rows(self._places),
            "facts": cells.fact_rows(self._places, planned_by),
        }

    @cached_property
    def _evidence(self) -> Evidence:
        asked = self._asked
        return CertificateLedger(self._table).evidence(asked.legal_entity, asked.period, asked.evidence)

    @cached_property
    def _places(self) -> tuple[PlacedCells, ...]:
        targets = (each.name for each in self._landscape.targets)
        return tuple(PeriodLedger(self._table).places(targets, self._books))

    @cached_property
    def _records(self) -> frozenset[RecordKey]:
        return frozenset(each.record for place in self._places for each in place.contributed)

    def _legs(self) -> Iterator[Leg]:
        """Every declared reconciliation, in the order in which they are declared."""
        model = PlanningModel.of(self._landscape)
        entities = tuple(sorted(self._landscape.flows_by_entity()))
        sides = StageLedger(self._table, model, entities).sides_of(self._landscape.reconciliations)
        breaks, as_of = BreakLedger(self._table), self._asked.as_of.date()
        for each in self._landscape.reconciliations:
            left, right = sides[each.name]
            links = standing({link.link: link.came_to for link in breaks.links(each.name)}, left, right)
            yield Leg(
                declared=each,
                left=left,
                right=right,
                found=reconcile(each, left, right, as_of, links.holding),
                said={kept.tracked.found.name: kept.tracked for kept in breaks.breaks(each.name)},
                outdated=links.outdated,
            )

    def _late(self, books: BooksLedger) -> Iterable[LateFact]:
        return (each for one in sorted(self._books) for each in books.late(one))

    def _held(self) -> Iterable[HeldFact]:
        """What waits of the connections that the company's records come from."""
        connections = {connection for connection, _ in self._kinds_of_records}
        return (each for each in MappingLedger(self._table).held() if each.record.connection in connections)

    def _planning(self) -> Plain:
        """What planning holds of the cells, and how that is known."""
        ledger = ReadbackLedger(self._table)
        own = {(each.state.target, each.state.intersection_id) for each in self._places}
        written: dict[str, str] = {}
        for each in self._places:
            written[each.state.target] = max(written.get(each.state.target, ""), each.state.written_at)
        return {
            "unsettled": cells.unsettled(self._places),
            "differences": sections.difference_rows(
                each
                for target in sorted(written)
                for each in ledger.standing(target)
                if (target, each.intersection_id) in own
            ),
            "cycles": [
                sections.cycle_row(each, ledger.last_whole(each) or ledger.cycle(each), written[each])
                for each in sorted(written)
            ],
        }

    def _census(self) -> Iterator[Plain]:
        """Of every entity of a connection that the period is made of what was listed of the period's days."""
        span, ledger = self._span, CensusLedger(self._table)
        for connection, entity in self._kinds_of_records:
            windows = list(ledger.windows(connection, entity))
            is_listed = (connection, entity) in self._listed
            yield sections.census_row(connection, entity, windows, span, is_listed=is_listed)

    @cached_property
    def _kinds_of_records(self) -> list[tuple[str, str]]:
        """Connection and entity of what contributes, and of what is listed of the company's own connections."""
        own = {each.name for each in self._landscape.connections if each.legal_entity == self._asked.legal_entity}
        expected = {each for each in self._listed if each[0] in own}
        return sorted(expected | {(each.connection, each.entity) for each in self._records})

    @cached_property
    def _listed(self) -> frozenset[tuple[str, str]]:
        return frozenset((name, entity) for name, some in self._evidence.listed.items() for entity in some)

    @property
    def _span(self) -> Window:
        return span_of_days(*self._days, self._asked.as_of)

    def _reporting_measures(self) -> dict[tuple[str, str], str]:
        """Cube and measure of every amount in the reporting currency, to the measure of the same in the transaction's."""
        return {
            (feed.cube, measure.reporting): measure.transaction
            for feed in self._landscape.feeds
            for measure in feed.measures
        }
