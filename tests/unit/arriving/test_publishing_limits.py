"""How much goes into one entry and one call, measured in what AWS counts, and how long a bus that refuses is asked again."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tests.support.clock import FixedEntropy, ManualClock, NotedClock, SeededEntropy
from tests.support.memory_bus import MemoryBus
from tests.support.memory_store import MemoryObjectStore
from tieout.arriving.delivery import Delivery
from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.publishing import entries_of, publish
from tieout.arriving.spool import BusEntry
from tieout.errors import UnavailableError

_ENTRY_BYTES = 240 * 1024  # of a detail, so that with source, type and time an entry stays below EventBridge's 256 KB
_CALL_BYTES = 250 * 1024  # of all entries of a call
_LETTERS = {"ascii": "a", "two bytes": "ß", "four bytes": "🧾"}


def delivery() -> Delivery:
    """A delivery that has arrived."""
    clock = ManualClock()
    return Delivery(delivery_id="d", method="POST", query="", headers={}, body=b"", received_at=clock.now())


def notices_of(detail_bytes: int, letter: str) -> list[Notice]:
    """One notice that makes the detail of its entry exactly so long, filled up with a letter."""

    def with_text(text: str) -> Notice:
        return Notice(key=RecordKey("crm", "opportunity", "1"), notice_id=text, kind="k")

    envelope = Envelope(
        delivery_id="d",
        connection="crm",
        flow="forecast",
        received_at=delivery().received_at,
        notices=(with_text(""),),
    )
    missing = detail_bytes - len(envelope.detail().encode())
    letters, rest = divmod(missing, len(letter.encode()))
    return [with_text(letter * letters + "a" * rest)]


@pytest.mark.parametrize("letter", _LETTERS.values(), ids=_LETTERS)
@pytest.mark.parametrize(("detail_bytes", "by_the_archive"), [(_ENTRY_BYTES, False), (_ENTRY_BYTES + 1, True)])
def test_an_entry_is_as_long_as_its_bytes(detail_bytes: int, letter: str, *, by_the_archive: bool) -> None:
    """What fits travels whole, one byte more goes by the archive, whatever alphabet a customer writes in."""
    store = MemoryObjectStore()
    entries = entries_of(notices_of(detail_bytes, letter), delivery(), "crm", {"opportunity": "forecast"}, store)
    assert ('"pointer"' in entries["forecast"].detail) is by_the_archive
    assert [len(store.get(key)) for key in store.keys("", 10)] == ([detail_bytes] if by_the_archive else [])


@pytest.mark.parametrize(("detail_bytes", "by_the_archive"), [(_ENTRY_BYTES, False), (_ENTRY_BYTES + 1, True)])
def test_no_sender_waits_for_an_object_because_of_an_outline(detail_bytes: int, *, by_the_archive: bool) -> None:
    """An outline that does not fit beside the notices is left out; one of notices that go by the archive goes with them."""
    store = MemoryObjectStore()
    flows = {"opportunity": "forecast"}
    entries = entries_of(notices_of(detail_bytes, "a"), delivery(), "crm", flows, store, {"said": ""})
    message = json.dumps({"detail-type": "forecast", "detail": json.loads(entries["forecast"].detail)})
    assert read_message(message, store.get).outline == ({"said": ""} if by_the_archive else None)
    assert len(store.keys("", 10)) == by_the_archive


def test_details_too_large_for_the_bus_lie_apart() -> None:
    """Two flows of one delivery that both go by the archive point to two objects, each with its own notices."""
    store = MemoryObjectStore()
    [first] = notices_of(2 * _ENTRY_BYTES, "a")
    second = first._replace(key=first.key._replace(entity="invoice"))
    flows = {"opportunity": "forecast", "invoice": "billings"}
    entries = entries_of([first, second], delivery(), "crm", flows, store)
    assert len(store.keys("", 10)) == 2
    for flow, notice in (("forecast", first), ("billings", second._replace(position=1))):
        message = json.dumps({"detail-type": flow, "detail": json.loads(entries[flow].detail)})
        assert read_message(message, store.get).notices == (notice,)


def entry(flow: str, total_bytes: int, letter: str) -> BusEntry:
    """An entry whose source, type and detail have exactly so many bytes."""
    source = "tieout.crm"
    room = total_bytes - len(source) - len(flow) - len('{"a":""}')
    letters, rest = divmod(room, len(letter.encode()))
    return BusEntry(source, flow, f'{{"a":"{letter * letters}{"a" * rest}"}}')


class CountingBus(MemoryBus):
    """A bus that remembers how many entries and bytes each call brought."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[tuple[int, int]] = []

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """Take everything."""
        bytes_of_all = sum(len(f"{each.source}{each.detail_type}{each.detail}".encode()) for each in entries)
        self.sizes.append((len(entries), bytes_of_all))
        return [""] * len(entries)


def calls_for(*entries: BusEntry) -> list[tuple[int, int]]:
    """How many entries and bytes each call to the bus brought."""
    bus = CountingBus()
    assert publish({each.detail_type: each for each in entries}, bus, ManualClock(), SeededEntropy()) == {}
    return bus.sizes


@pytest.mark.parametrize("letter", _LETTERS.values(), ids=_LETTERS)
def test_a_call_is_as_long_as_the_bytes_of_its_entries(letter: str) -> None:
    """Two entries go in one call up to its last byte, and in two calls from the next one on."""
    half = _CALL_BYTES // 2
    assert calls_for(entry("a", half, letter), entry("b", half, letter)) == [(2, _CALL_BYTES)]
    assert calls_for(entry("a", half, letter), entry("b", half + 1, letter)) == [(1, half), (1, half + 1)]


def test_a_later_call_is_as_long_as_the_first() -> None:
    """What went before takes no room in it."""
    half = _CALL_BYTES // 2
    calls = calls_for(entry("a", _CALL_BYTES, "a"), entry("b", half, "a"), entry("c", half, "a"))
    assert calls == [(1, _CALL_BYTES), (2, _CALL_BYTES)]


def test_the_next_call_starts_with_the_entry_that_did_not_fit() -> None:
    """Three entries of which two fit together are two calls, and no entry is left out or sent twice."""
    third = _CALL_BYTES // 3 + 1
    calls = calls_for(*(entry(flow, third, "a") for flow in "abc"))
    assert calls == [(2, 2 * third), (1, third)]


@pytest.mark.parametrize(("flows", "calls"), [(10, [10]), (11, [10, 1]), (20, [10, 10]), (21, [10, 10, 1])])
def test_a_call_carries_ten_entries(flows: int, calls: list[int]) -> None:
    """EventBridge refuses an eleventh, and with it the ten others."""
    assert [count for count, _ in calls_for(*(entry(f"f{number}", 100, "a") for number in range(flows)))] == calls


class RefusingBus:
    """A bus that takes nothing, each call taking its time."""

    def __init__(self, clock: ManualClock, seconds: float = 0) -> None:
        self._clock, self._seconds = clock, seconds
        self.calls = 0

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """Refuse."""
        del entries
        self.calls += 1
        self._clock.advance(self._seconds)
        raise UnavailableError("down")


@pytest.mark.parametrize("refused", ["f0", "f5", "f9", "f10", "f11", "f21"])
def test_an_entry_refused_in_any_call_is_refused_still(refused: str) -> None:
    """What a later call has does not cover what an earlier one has not."""
    entries = {f"f{number}": entry(f"f{number}", 100, "a") for number in range(22)}
    bus = MemoryBus()
    bus.refuse = lambda each: "InternalFailure" if each.detail_type == refused else ""
    assert publish(entries, bus, ManualClock(), SeededEntropy()) == {refused: entries[refused]}
    assert len(bus.entries) == 21


class MisansweringBus(MemoryBus):
    """A bus that answers for so many entries, however many it was offered."""

    def __init__(self, answered: int) -> None:
        super().__init__()
        self._answered = answered

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """Take all that is answered for."""
        del entries
        return [""] * self._answered


@pytest.mark.parametrize("answered", [0, 1, 3])
def test_an_answer_for_other_than_the_entries_offered_is_no_success(answered: int) -> None:
    """An entry the bus says nothing of would be lost; the sender is owed no 2xx, and repeats it."""
    entries = {flow: entry(flow, 100, "a") for flow in "ab"}
    with pytest.raises(ValueError, match="zip"):
        publish(entries, MisansweringBus(answered), ManualClock(), SeededEntropy())


@pytest.mark.parametrize(
    ("fraction", "pauses"), [(0.0, [0.0, 0.0]), (0.5, [0.1, 0.2]), (1.0, [0.2, 0.4])], ids=["least", "half", "most"]
)
def test_a_bus_that_refuses_is_asked_again_after_pauses_of_chance(fraction: float, pauses: list[float]) -> None:
    """A bus that stumbles is not met by every function at the same moment again: the whole pause is chance."""
    clock = NotedClock()
    entries = {"f": entry("f", 100, "a")}
    assert publish(entries, RefusingBus(clock), clock, FixedEntropy(fraction)) == entries
    assert clock.slept == pytest.approx(pauses)


@pytest.mark.parametrize(("seconds", "calls"), [(0.99, 3), (1.0, 2), (1.99, 2), (2.0, 1), (30.0, 1)])
def test_a_slow_bus_is_asked_for_two_seconds_in_all(seconds: float, calls: int) -> None:
    """HubSpot hangs up after five, and the spool must still be written."""
    clock = NotedClock()
    bus = RefusingBus(clock, seconds)
    publish({"f": entry("f", 100, "a")}, bus, clock, FixedEntropy(0.0))
    assert bus.calls == calls
