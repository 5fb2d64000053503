"""How old a change is that a commit brings: as the oldest notice says of those it stands for, and none that was told before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.record.settle import Origin
from functions.record.work import Message, opened
from tests.support.ledger_scenes import V1, lineage, planned, record, statement
from tests.support.memory_table import MemoryTable
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import StoredFact

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minute: int) -> datetime:
    """A moment of the morning."""
    return NINE + timedelta(minutes=minute)


def origin(*minutes: int) -> Origin:
    """What stands for notices of changes that occurred then."""
    notice = Notice(key=record(1), notice_id="n", kind="deal.change")
    occurred = tuple(map(at, minutes))
    return Origin(notice=notice, delivery_id="d", flow="f", received_at=at(9), occurred=occurred)


def stored(minute: int | None, *, unfinished: bool = False) -> StoredFact:
    """A fact that was told of by a notice of a change that occurred then; None: by one that does not say."""
    ledger = FactLedger(MemoryTable())
    plan = planned(ledger, statement(1, V1), {"Acme": 100})
    came = lineage(plan.key)
    notice = came.notice._replace(occurred_at=None if minute is None else at(minute))
    told = replace(came, notice=notice, received_at=at(4), recorded_at=at(5))
    assert ledger.commit([(plan, told)]) == {}
    return replace(ledger.load([plan.key])[plan.key], unfinished=unfinished)


@pytest.mark.parametrize(
    ("told_before", "minutes", "oldest"),
    [
        (None, (7, 6, 8), 6),
        (None, (), None),
        (stored(3), (2, 3, 7, 6), 6),
        (stored(3), (3,), None),
        (stored(3, unfinished=True), (3, 7), 3),
        (stored(3, unfinished=True), (2,), None),
        (stored(None), (4, 5, 6), 6),
        (stored(99), (4, 5), 5),
    ],
)
def test_only_what_occurred_later_than_a_fact_was_told_of_is_news(
    told_before: StoredFact | None, minutes: tuple[int, ...], oldest: int | None
) -> None:
    """What is told again is not, nor what the reading of a census found; a source's clock that is ahead says nothing of later."""
    assert origin(*minutes).oldest_news(told_before) == (None if oldest is None else at(oldest))


@pytest.mark.parametrize(("minute", "counts"), [(3, 3), (4, 4), (5, 4), (None, None)])
def test_nothing_is_told_before_it_occurs(minute: int | None, counts: int | None) -> None:
    """Whatever the source's clock says, a change occurred no later than it was told of."""
    notice = Notice(record(1), "n", "deal.change", None if minute is None else at(minute))
    envelope = Envelope("d", "crm", "f", at(4), (notice,))
    message = Message(message_id="m", receipt_handle="r", body=envelope.message(), attempt=1)
    [task] = opened(message, lambda _: b"")
    assert task.occurred_at == (None if counts is None else at(counts))
