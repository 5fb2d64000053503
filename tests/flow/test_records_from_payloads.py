"""Records that are completed from what was delivered: kept before it is answered, ordered by the version it states."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.made_up import body_of, booking
from tests.support.payload_line import NAME, STAGE, PayloadLine
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, UnavailableError
from tieout.facts.reading import Content
from tieout.landscape import Connection
from tieout.ledger import keys
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Update

V1, V2, V3 = (f"2026-03-0{day}T00:00:00.000Z" for day in (1, 2, 3))


@pytest.fixture
def line() -> PayloadLine:
    """A line on which nothing has happened."""
    return PayloadLine()


def test_a_record_is_what_its_payload_states(line: PayloadLine) -> None:
    """Nothing is read from the source: the fact, its version and its lineage come from what was delivered."""
    assert line.post(booking(), headers={"x-made-up-currency": "CHF"}).status == 200
    assert line.work().outcomes == {Outcome.APPLIED: 1}
    assert line.stands() == (V1, "100.00 CHF")
    [key] = line.door.kept("payloads/somewhere/")
    assert line.lineage().notice.payload == key
    assert key == "payloads/somewhere/2026-03-02/delivery-0"


def test_what_is_kept_is_the_raw_body_and_the_headers_that_speak_of_it(line: PayloadLine) -> None:
    """The bytes as sent, and of the headers those the door names: no signature, no credential."""
    line.post(booking(), headers={"x-about-origin": "a\u00e9", "authorization": "Bearer x", "x-abouts": "no"})
    found = list(line.door.kept("payloads/").values())
    assert len(found) == 1
    [raw] = found
    head, body = raw.split(b"\n", 1)
    assert body == body_of(booking())
    assert json.loads(head)["headers"] == {"x-about-origin": "a\u00e9"}


def test_a_payload_is_kept_before_anybody_is_told(line: PayloadLine) -> None:
    """Whoever reads the notice finds the payload, however fast it is."""
    calls: list[str] = []
    line.door.store.io = line.door.bus.io = calls.append
    line.post(booking())
    assert calls.index("after archive.put") < calls.index("before bus.put")


@pytest.mark.parametrize(
    "error", [UnavailableError("x"), ThrottledError("x"), LostAnswerError("x"), AccessDeniedError("x")]
)
@pytest.mark.parametrize("moment", ["before archive.put", "after archive.put"])
def test_what_the_archive_does_not_confirm_is_not_accepted(line: PayloadLine, error: Exception, moment: str) -> None:
    """The door's answer for a fault of ours, and nothing on the bus: the sender comes again."""

    def strike(point: str) -> None:
        if point == moment:
            raise error

    line.door.store.io = strike
    assert line.post(booking()).status == 503
    assert not line.door.bus.entries
    assert line.door.last_line()["outcome"] == "unavailable"


def test_a_delivery_that_says_nothing_leaves_nothing_in_the_archive(line: PayloadLine) -> None:
    """What nobody will read is not kept for good."""
    assert line.post().status == 200
    assert not line.door.kept("")


def test_a_connection_that_is_read_keeps_no_payload() -> None:
    """What the source can be asked for is not kept, and its notice is as short as ever."""
    line = PayloadLine()
    line.door.take_from("read")
    line.post(booking())
    assert not line.door.kept("")
    assert "payload" not in line.door.bus.entries[0].detail


def test_the_newest_version_in_a_batch_counts_and_never_the_latest_arrival(line: PayloadLine) -> None:
    """Of all notices about a record the newest is recorded; the others are superseded by it or its duplicates."""
    line.post(booking(1, V2, amount="2.00"))
    line.post(booking(1, V3, amount="3.00"), booking(2, V1))
    line.post(booking(1, V3, amount="3.00"))
    line.post(booking(1, V1, amount="1.00"))
    report = line.work()
    assert line.stands() == (V3, "3.00 EUR")
    assert report.outcomes == {Outcome.APPLIED: 2, Outcome.DUPLICATE: 1, Outcome.SUPERSEDED: 2}
    assert line.outcomes()["delivery-0"] == line.outcomes()["delivery-3"] == [Outcome.SUPERSEDED]


def test_an_older_version_changes_nothing_later_either(line: PayloadLine) -> None:
    """The gate is the ledger's: a batch that holds only what is old leaves the fact as it is."""
    line.post(booking(1, V2, amount="2.00"))
    line.post(booking(1, V1, amount="1.00"))
    new, old = line.bodies()
    line.work([new])
    assert line.work([old]).outcomes == {Outcome.SUPERSEDED: 1}
    assert line.work([old, new]).outcomes == {Outcome.SUPERSEDED: 1, Outcome.DUPLICATE: 1}
    assert line.stands() == (V2, "2.00 EUR")


BOOKINGS = st.builds(
    lambda version, amount, deleted: booking(1, version, amount=amount, **({"deleted": True} if deleted else {})),
    st.sampled_from([V1, V2]),
    st.sampled_from(["1.00", "2.00", "3.00"]),
    st.integers(0, 4).map(lambda number: number == 0),
)


@settings(max_examples=60)
@given(st.lists(st.lists(BOOKINGS, min_size=1, max_size=3), min_size=1, max_size=5), st.data())
def test_every_order_of_arrival_and_every_replay_ends_alike(
    deliveries: list[list[dict[str, object]]], data: st.DataObject
) -> None:
    """Whichever way deliveries are ordered, batched and repeated, the ledger ends with the same fact at the same version."""
    ends = set()
    for _ in range(3):
        line = PayloadLine()
        for each in deliveries:
            line.post(*data.draw(st.permutations(each)))
        queued = data.draw(st.permutations(line.bodies()))
        left = [*queued, *data.draw(st.lists(st.sampled_from(queued), max_size=3))]
        while left:
            size = data.draw(st.integers(1, len(left)))
            report = line.work(left[:size])
            assert not report.retries
            left = left[size:]
        ends.add((line.item()["source_version"], line.item()["statement"]))
    assert len(ends) == 1
    stated = [each for some in deliveries for each in some]
    newest = [each for each in stated if each["version"] == max(str(each["version"]) for each in stated)]
    if any("deleted" in each for each in newest):
        assert line.stands()[1] == "deleted"
    else:
        assert line.stands()[1] in {f"{each['amount']} EUR" for each in newest}


def test_a_deletion_wins_a_tie(line: PayloadLine) -> None:
    """At one version a record that is gone stays gone, whichever came first."""
    for gone_first in (False, True):
        for amount in ("1.00", "2.00", "3.00"):
            line = PayloadLine()
            line.post(booking(1, V1, amount=amount))
            line.post(booking(1, V1, deleted=True))
            bodies = line.bodies()
            for body in reversed(bodies) if gone_first else bodies:
                line.work([body])
            assert line.stands() == (V1, "deleted")


def test_a_version_that_begins_like_another_is_still_the_older(line: PayloadLine) -> None:
    """What tells equal versions apart never decides between different ones."""
    line.post(booking(1, "7", deleted=True))
    line.post(booking(1, "70", amount="2.00"))
    line.work()
    assert line.stands() == ("70", "2.00 EUR")


def test_notices_no_flow_records_cost_no_payload_a_reading(line: PayloadLine) -> None:
    """They are ignored as ever, even where their payload is gone."""
    line.post(booking(1, entity="wish"))
    line.door.store.delete("payloads/somewhere/2026-03-02/delivery-0")
    assert line.work().outcomes == {Outcome.IGNORED: 1}


def test_a_payload_is_read_once_however_many_notices_name_it(line: PayloadLine) -> None:
    """A hundred bookings in a delivery are one object."""
    line.post(*(booking(number) for number in range(1, 101)))
    calls: list[str] = []
    line.door.store.io = calls.append
    assert line.work().outcomes == {Outcome.APPLIED: 100}
    assert calls.count("before archive.get") == 1


def test_a_fact_that_is_sent_again_finds_its_payload_again(line: PayloadLine) -> None:
    """The ledger remembers the notice with its payload, so sending it once more changes nothing."""
    line.post(booking(1, V1))
    line.post(booking(1, V2, amount="2.00"))
    line.work()
    assert line.work([line.lineage().envelope().message()]).outcomes == {Outcome.DUPLICATE: 1}
    assert line.stands() == (V2, "2.00 EUR")


def test_a_payload_that_is_read_in_a_better_way_keeps_its_version(line: PayloadLine) -> None:
    """How a payload is understood is ours: corrected and sent again, the fact is recorded anew at the same version."""
    line.post(booking(1))
    line.work()
    version = line.item()["source_version"]
    for currency in ("CHF", "DKK", "SEK", "NOK"):
        line.read = lambda payload, connection, currency=currency: line_read(payload, connection, currency)
        assert line.work([line.lineage().envelope().message()]).outcomes == {Outcome.APPLIED: 1}
        assert line.stands() == (V1, f"100.00 {currency}")
    assert line.item()["source_version"] == version


def line_read(payload: Payload, connection: Connection, currency: str) -> Sequence[Content]:
    """The payload as another version of the code would understand it."""
    from tests.support.systems.made_up.contents import read_contents  # noqa: PLC0415 the reader it corrects

    return read_contents(payload, replace(connection, default_currency=currency))


def test_a_held_fact_is_redriven_with_its_payload() -> None:
    """It waits for a mapping entry with its notice; when the entry comes, the same payload is read again."""
    line = PayloadLine(is_mapped=False)
    line.post(booking(1))
    assert line.work().outcomes == {Outcome.HELD: 1}
    [held] = MappingLedger(line.table).waiting(STAGE)
    line.map_stage()
    assert line.work([held.lineage.envelope().message()]).outcomes == {Outcome.APPLIED: 1}


def test_a_commit_that_was_begun_is_finished_by_its_own_payload(line: PayloadLine) -> None:
    """An older payload is superseded by it and need not wait; the same one starts over, and is no duplicate."""
    line.post(booking(1, V2))
    line.post(booking(1, V1))
    new, old = line.bodies()
    line.work([new])
    key = keys.fact_key(RecordKey(NAME, "opportunity", "1"))
    line.table.write([Update(key, sets={"unfinished": 1})])
    report = line.work([old])
    assert report.outcomes == {Outcome.SUPERSEDED: 1}
    assert not report.retries
    assert "unfinished" in line.item()
    assert line.work([new]).outcomes == {Outcome.APPLIED: 1}
    assert "unfinished" not in line.item()
