"""Records with a history: whatever order their versions are told in, the ledger knows all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from functions.record.payloads import KeptPayloads
from functions.record.pipeline import record
from functions.record.settle import Origin, Settling
from functions.record.work import Message
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.ledger_scenes import NOW
from tests.support.ledger_scenes import record as record_key
from tests.support.made_up import connection
from tests.support.memory_queue import MemoryQueue
from tests.support.memory_table import MemoryTable
from tests.support.record_step import record_step
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.payload import Payload
from tieout.facts.reading import Content, Reading
from tieout.facts.statement import Statement
from tieout.facts.subscription import RecurringItem, Subscription, SubscriptionStatus, SubscriptionVersion
from tieout.landscape import Connection
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import Outcome
from tieout.money import Money
from tieout.planning.model import PlanningModel

KEY = record_key(1)


def seats_of(*days: int) -> tuple[SubscriptionVersion, ...]:
    """What a subscription was from these days of a month on: as many seats as the day."""
    return tuple(
        SubscriptionVersion(
            version=f"2026-03-{day:02}T00:00:00.000Z#evt",
            day=date(2026, 3, day),
            status=SubscriptionStatus.ACTIVE,
            start_date=date(2026, 3, 1),
            items=(RecurringItem(item_id="1", product=None, monthly=Money(day, "EUR"), annual=Money(12 * day, "EUR")),),
        )
        for day in days
    )


def seats(*versions: SubscriptionVersion) -> Statement:
    """A record that is a subscription of these versions."""
    fact = Subscription(versions=versions)
    return Statement(key=KEY, source_version=fact.latest_version(), fact=fact)


class Source:
    """A source whose records are known to it by these statements alone."""

    def __init__(self, *says: Statement) -> None:
        self._says = {each.key: each for each in says}

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """Its answers."""
        return {key: self._says[key] for key in keys}


def settled(
    table: MemoryTable, stated: Statement | None = None, source: Source | None = None, *told: Subscription
) -> Outcome:
    """How the record ends that a payload states, or else the source, of which payloads tell what it was."""
    settling = Settling(
        ledger=FactLedger(table),
        model=PlanningModel((), "USD", {KEY.connection: "EMEA"}),
        reader_of=lambda _: source or Source(),
        clock=ManualClock(),
        entropy=SeededEntropy(),
        code_version="test",
    )
    notice = Notice(KEY, "n", "subscription.updated")
    origin = Origin(notice=notice, delivery_id="d", flow="f", received_at=NOW, statement=stated, told=told)
    result = settling.settle({KEY: origin})[KEY]
    assert result.error is None
    return result.outcome


def test_a_record_with_a_history_keeps_what_it_was_whichever_order_it_is_told_in() -> None:
    """An older version that comes late is no older statement; told again it is a duplicate, and the ledger stands at the newest."""
    table = MemoryTable()
    outcomes = [settled(table, seats(*seats_of(day))) for day in (5, 20, 12, 12)]
    assert outcomes == [Outcome.APPLIED, Outcome.APPLIED, Outcome.APPLIED, Outcome.DUPLICATE]
    stored = FactLedger(table).load([KEY])[KEY]
    assert stored.history == Subscription(versions=seats_of(5, 12, 20))
    assert stored.source_version == seats(*seats_of(20)).source_version


def test_a_history_that_is_stated_whole_is_all_there_is() -> None:
    """A version that was taken back is known no more, and an older reading of the whole is passed over."""
    table = MemoryTable()

    def read(stamp: str, *days: int) -> Outcome:
        fact = Subscription(versions=seats_of(*days))
        return settled(table, None, Source(Statement(key=KEY, source_version=stamp, fact=fact, is_whole=True)))

    outcomes = [read("2", 5, 12, 20), read("3", 5, 12), read("2", 5, 12, 20), read("3", 5, 12)]
    assert outcomes == [Outcome.APPLIED, Outcome.APPLIED, Outcome.SUPERSEDED, Outcome.DUPLICATE]
    assert FactLedger(table).load([KEY])[KEY].history == Subscription(versions=seats_of(5, 12))


def test_a_history_longer_than_an_item_holds_plainly_is_read_back_too() -> None:
    """It is deflated like any long statement."""
    table = MemoryTable()
    for version in seats_of(*range(1, 28)):
        assert settled(table, seats(replace(version, customer="x" * 900))) is Outcome.APPLIED
    [item] = table.get([keys.fact_key(KEY)]).values()
    assert "statement_deflated" in item
    history = FactLedger(table).load([KEY])[KEY].history
    assert isinstance(history, Subscription)
    assert len(history.versions) == 27


def test_what_is_read_is_joined_with_what_payloads_and_the_ledger_know() -> None:
    """The ledger has the fifth and the twentieth; a late message tells of the twelfth, and the source of what nobody told."""
    table = MemoryTable()
    settled(table, seats(*seats_of(5, 20)))
    [now] = seats_of(25)
    read = replace(now, version="2026-03-25T00:00:00.000Z~", was_read=True)
    late = Subscription(versions=seats_of(12))
    assert settled(table, None, Source(seats(read)), late) is Outcome.APPLIED
    history = FactLedger(table).load([KEY])[KEY].history
    assert history == Subscription(versions=(*seats_of(5, 12, 20), read))
    assert settled(table, None, Source(seats(read)), late) is Outcome.DUPLICATE
    found_since = Subscription(versions=(replace(read, version="2026-03-24T00:00:00.000Z#evt", was_read=False),))
    settled(table, None, Source(seats(read)), found_since)
    history = FactLedger(table).load([KEY])[KEY].history
    assert history == Subscription(versions=(*seats_of(5, 12, 20), *found_since.versions, read))


def test_what_is_read_stands_behind_what_the_ledger_knows_though_a_late_message_says_the_same() -> None:
    """It is again what it was on the twelfth, of which a message comes late: the ledger's last version is not what it is now."""
    table = MemoryTable()
    settled(table, seats(*seats_of(5, 20)))
    [late] = seats_of(12)
    read = replace(late, version="2026-03-25T00:00:00.000Z~", day=date(2026, 3, 25), was_read=True)
    settled(table, None, Source(seats(read)), Subscription(versions=(late,)))
    assert FactLedger(table).load([KEY])[KEY].history == Subscription(versions=(*seats_of(5, 12, 20), read))


@pytest.mark.parametrize(("completion", "days"), [("both", [5, 12, 20, 25]), ("payload", [5, 12, 20])])
def test_all_notices_of_a_batch_tell_what_a_record_was(completion: str, days: list[int]) -> None:
    """The latest alone would be enough for a record without a history; what it is now says the source, where it is read."""
    table, clock = MemoryTable(), ManualClock()
    [now] = seats_of(25)
    source = Source(seats(replace(now, version="2026-03-25T00:00:00.000Z~", was_read=True)))
    told = connection(KEY.connection, completion=completion)

    def contents(payload: Payload, _connection: Connection) -> list[Content]:
        return [Content(KEY, seats(*seats_of(int(payload.body))), payload.body)]

    step = record_step(
        table,
        entities={KEY.entity},
        model=PlanningModel((), "USD", {KEY.connection: "EMEA"}),
        reader_of=lambda _: source,
        payloads=KeptPayloads([told], lambda day: b'{"headers":{}}\n' + day.encode(), lambda _: contents),
        dead_letters=MemoryQueue(clock, name="dead"),
        fetch=lambda _: b"",
        clock=clock,
        entropy=SeededEntropy(),
    )
    report = record(step, [message_of(day) for day in ("20", "5", "12")])
    assert not report.retries
    history = FactLedger(table).load([KEY])[KEY].history
    assert isinstance(history, Subscription)
    assert [each.day.day for each in history.versions] == days


def message_of(day: str) -> Message:
    """A notice that the record changed, whose payload tells what it was from a day on."""
    notice = Notice(KEY, f"n{day}", "subscription.updated", payload=day)
    envelope = Envelope(delivery_id=f"d{day}", connection=KEY.connection, flow="f", received_at=NOW, notices=(notice,))
    return Message(message_id=day, receipt_handle=day, body=envelope.message(), attempt=1)


def test_what_payloads_tell_of_a_record_is_not_told_of_those_related_to_it() -> None:
    """Each has a history of its own."""
    table, other = MemoryTable(), record_key(2)
    read = replace(seats(*seats_of(25)), related=(other,))
    source = Source(read, replace(seats(*seats_of(3)), key=other))
    settled(table, None, source, Subscription(versions=seats_of(5)))
    histories = {key: each.history for key, each in FactLedger(table).load([KEY, other]).items()}
    assert histories == {KEY: Subscription(versions=seats_of(5, 25)), other: Subscription(versions=seats_of(3))}
