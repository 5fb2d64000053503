"""Keeps closed books as they are while a fact is planned: what it may still contribute, and what comes too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.calendars import OutsideCalendarError
from tieout.closing import Books, Closing, Treatment
from tieout.errors import MalformedError
from tieout.facts.statement import Statement
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import BooksNow
from tieout.ledger.late import Protected, Protection, is_touched, places_needed, protected
from tieout.ledger.late_rows import LateKind
from tieout.ledger.plan import Guard, StoredFact
from tieout.periods import Period
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.model import PlanningModel

_PERIODS_LOOKED_AT = 60  # for one that is open; what finds none is held


@dataclass(frozen=True, kw_only=True)
class Protecting:
    """What protecting works with."""

    ledger: FactLedger
    model: PlanningModel
    closing: Closing

    def guard(
        self,
        statement: Statement,
        planned: tuple[Contribution, ...] | Unmapped,
        stored: StoredFact | None,
        now: BooksNow,
        flow: str,
    ) -> Guard:
        """What of the plan of a statement that came by a flow stands while the books are as they are now.

        Raises what reading the ledger raises, where something came too late.
        """
        flow = stored.rules_for(statement, flow) if stored else flow

        def treatment(books: Books) -> Treatment:
            return self.closing.treatment(books, now.state_of(books), flow)

        is_mapped = not isinstance(planned, Unmapped)
        desired = planned if isinstance(planned, tuple) else ()
        parts = stored.parts if stored else {}
        if not is_touched(desired, parts, treatment):
            return Guard(protected=Protected(desired), flow=flow, gate=now.check)
        approvals = self._approvals(statement.key, stored, treatment)
        protection = Protection(
            treatment=treatment,
            following=lambda books: self._following(books, treatment),
            moved=self.model.moved,
            known=self.ledger.places(places_needed(parts, treatment)),
            approved={books: str(strict_json.parse(text.encode())["digest"]) for books, text in approvals.items()},
            books_late=is_mapped,
            waited=stored.late if stored else (),
        )
        late = protected(desired, parts, protection)
        return Guard(protected=late, flow=flow, gate=now.check, approvals=approvals)

    def _approvals(
        self, record: RecordKey, stored: StoredFact | None, treatment: Callable[[Books], Treatment]
    ) -> dict[Books, str]:
        """What somebody approved of what is late already."""
        late = {row.books for row in stored.late if row.kind is LateKind.TO_RESTATE} if stored else set()
        waiting = {books for books in late if treatment(books) is Treatment.RESTATE}
        return self.ledger.approvals(record, sorted(waiting))

    def _following(self, books: Books, treatment: Callable[[Books], Treatment]) -> Books | None:
        """The next books of the company and version that may change; None where its calendar ends before there are any."""
        try:
            period = Period.parse(books.period)
            for _ in range(_PERIODS_LOOKED_AT):
                period = self.model.calendars.following(books.legal_entity, period)
                following = books._replace(period=str(period))
                if treatment(following) is Treatment.ACCEPT:
                    return following
        except (MalformedError, OutsideCalendarError):
            return None
        return None
