from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.intake.errors import FlowBusyError
from functions.intake.finish import fail_file
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.faults import no_fault
from tests.support.intake_desk import IntakeDesk
from tests.support.legacy_feeds import JOURNALS, NAME, entry
from tieout.errors import ConflictError, TieoutError, UnavailableError
from tieout.file_runs import Drop, FileRun, FileState

FILE = "GL_BR01_202603_42.csv"
FEED = {**JOURNALS, "chunk_documents": 2}
FIRST = {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5}
SECOND = {"A": 1, "B": 7, "F": 8}


def journals(documents: dict[str, int], rerun: int = 0) -> bytes:
    """A file of journal entries: number of each document, and its amount."""
    rows = [
        row
        for number, amount in documents.items()
        for row in entry(number, ("1100", f"{amount}.00"), ("4000", f"-{amount}.00"))
    ]
    return write_file(FEED, rows, Dropped(batch=42, rerun=rerun, company="BR01"))


def standing(desk: IntakeDesk) -> dict[str, str]:
    """The amount of each document that stands."""
    return {record_id.split("/")[-1]: lines[0][1] for record_id, lines in desk.lines().items()}


def expected(documents: dict[str, int]) -> dict[str, str]:
    """What stands when a file of these documents is done."""
    return {number: f"{amount}.00" for number, amount in documents.items()}


class Crash(Exception):  # noqa: N818 it stands for a process that is gone, which is no error of anybody
    """The function is killed where it stands."""


class CrashAt:
    """Kills the function the first time it passes a point outside, counted from 1."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.passed = 0

    def __call__(self, _point: str) -> None:
        """Pass a point."""
        self.passed += 1
        self.left -= 1
        if self.left == 0:
            raise Crash


def points(start: Callable[[IntakeDesk, CrashAt], None]) -> int:
    """How many points outside a file passes on its way."""
    desk, counter = prepared(), CrashAt(0)
    start(desk, counter)
    return counter.passed


def prepared() -> IntakeDesk:
    """A desk where a first file is done, so that a rerun has documents to change, to add and to remove."""
    desk = IntakeDesk(FEED)
    desk.take(FILE, journals(FIRST))
    return desk


def once(desk: IntakeDesk, crash: CrashAt) -> None:
    """The way of the rerun, each killed task done once more, as the state machine does."""
    desk.fail_at(crash)

    def again(task: Callable[[], Any]) -> Any:  # noqa: ANN401 what the task gives
        try:
            return task()
        except Crash:
            return task()

    desk.to_the_end(desk.drop(FILE, journals(SECOND, 1)), trying=again)


def anew(desk: IntakeDesk, crash: CrashAt) -> None:
    """The way of the rerun, begun from its start again where a task was killed."""
    desk.fail_at(crash)
    drop = desk.drop(FILE, journals(SECOND, 1))
    try:
        desk.to_the_end(drop)
    except Crash:
        desk.to_the_end(drop)


@pytest.mark.parametrize("way", [once, anew])
def test_a_crash_at_every_step_loses_and_doubles_nothing(way: Callable[[IntakeDesk, CrashAt], None]) -> None:
    """Wherever it is killed, before or after a call outside: the run ends done, and each document is told of under one name."""
    whole = points(way)
    assert whole > 40, "a way with hardly a call outside would prove nothing"
    for number in range(1, whole + 1):
        desk = prepared()
        told = len(desk.told())
        way(desk, CrashAt(number))
        assert standing(desk) == expected(SECOND), number
        states = Counter(each.state for each in desk.ledger.runs(NAME))
        assert states == {FileState.REPLACED: 1, FileState.DONE: 1}, number
        named = {
            (envelope.delivery_id, envelope.received_at, notice.position): notice.key.record_id
            for envelope in desk.told()[told:]
            for notice in envelope.notices
        }
        # A document told of twice under one name has one outcome; under two it would count twice.
        assert sorted(named.values()) == [f"journals/BR01/{each}" for each in "ABCDEF"], number


@given(
    pieces=st.integers(1, 400),
    chunk_documents=st.integers(1, 7),
    parts=st.integers(1, 5),
    order=st.randoms(use_true_random=False),
    crashes=st.lists(st.integers(1, 25), max_size=6),
)
def test_any_chunking_in_any_order_comes_to_the_same(
    pieces: int,
    chunk_documents: int,
    parts: int,
    order: Any,  # noqa: ANN401 random.Random
    crashes: list[int],
) -> None:
    """However the file arrives, is spread and cut, in whichever order chunks are sent, and whatever is killed on the way."""
    desk = IntakeDesk({**JOURNALS, "chunk_documents": chunk_documents}, parts=parts)
    desk.incoming.piece_bytes = pieces
    drop = desk.drop(FILE, journals(FIRST))
    left = list(crashes)

    def killed[Answer](task: Callable[[], Answer]) -> Answer:
        while left:
            desk.fail_at(CrashAt(left.pop()))
            try:
                return task()
            except Crash:
                continue
            finally:
                desk.fail_at(no_fault)
        return task()

    run = killed(lambda: desk.check(drop))
    assert run.chunks == -(-len(FIRST) // chunk_documents)
    chunks = desk.manifest(run)
    order.shuffle(chunks)
    for chunk in chunks:
        assert killed(lambda chunk=chunk: desk.send(chunk)) == "sent"  # type: ignore[misc]  # bound now
    assert killed(lambda: desk.finish(run)).outcome == "done"
    assert standing(desk) == expected(FIRST)
    assert desk.kept(drop).documents == len(FIRST)


def test_two_that_check_one_drop_at_once_take_it_once() -> None:
    """Of two that read it at the same time one is told that it is too late, and finds the other's run."""
    desk = IntakeDesk(FEED)
    drop = desk.drop(FILE, journals(FIRST))
    begun: list[str] = []
    others: list[FileRun] = []

    def meanwhile(point: str) -> None:
        if point == "before ledger.write" and not begun:
            begun.append(point)
            others.append(desk.check(drop))

    desk.fail_at(meanwhile)
    with pytest.raises(ConflictError):
        desk.check(drop)
    desk.fail_at(no_fault)
    again = desk.check(drop)
    assert [again] == others
    keys = desk.store.keys("files/", 100)
    assert set(keys) == {again.manifest, *(each.key for each in desk.manifest(again))}, "the loser left nothing"


def test_a_chunk_waits_while_its_flow_is_busy() -> None:
    """What came from elsewhere goes first; nothing of the chunk is sent meanwhile, and it is afterwards."""
    desk = IntakeDesk(FEED)
    [chunk, *_] = desk.manifest(desk.check(desk.drop(FILE, journals(FIRST))))
    desk.is_busy = True
    with pytest.raises(FlowBusyError):
        desk.send(chunk)
    assert desk.told() == []
    desk.is_busy = False
    assert desk.send(chunk) == "sent"
    desk.is_busy = True
    assert desk.send(chunk) == "sent", "what is on the bus already need not wait"
    assert len(desk.told()) == 1


def test_a_bus_that_refuses_is_asked_again() -> None:
    """A chunk that the bus does not take is not sent, and the run is not done."""
    desk = IntakeDesk(FEED)
    run = desk.check(desk.drop(FILE, journals({"A": 1})))
    [chunk] = desk.manifest(run)
    desk.bus.refuse = lambda _: "InternalFailure"
    with pytest.raises(UnavailableError):
        desk.send(chunk)
    assert desk.finish(run).outcome == "unfinished"
    desk.bus.refuse = lambda _: ""
    assert desk.send(chunk) == "sent"
    assert desk.finish(run).outcome == "done"


@pytest.mark.parametrize("is_known", [True, False])
def test_what_fails_is_kept_with_its_error_and_goes_on_when_it_is_tried_again(is_known: bool) -> None:  # noqa: FBT001 a case
    """A run under way says what stood in its way; a drop nobody could check is listed as failed. Both go on."""
    desk = IntakeDesk(FEED)
    drop = desk.drop(FILE, journals(FIRST))
    if is_known:
        desk.check(drop)
    fail_file(desk.finishing, drop, "ThrottledError")
    fail_file(desk.finishing, drop, "LostAnswerError")
    kept = desk.kept(drop)
    assert (kept.state, kept.failing) == (FileState.ACCEPTED if is_known else FileState.FAILED, "LostAnswerError")
    desk.to_the_end(drop)
    assert (desk.kept(drop).state, desk.kept(drop).failing) == (FileState.DONE, "")
    fail_file(desk.finishing, drop, "TooLateError")
    assert desk.kept(drop).state is FileState.DONE, "what is done did not fail"


def test_a_run_nobody_knows_is_no_reason_to_send() -> None:
    """A manifest of another stage, say."""
    desk = IntakeDesk(FEED)
    run = desk.check(desk.drop(FILE, journals(FIRST)))
    [chunk, *_] = desk.manifest(run)
    with pytest.raises(TieoutError):
        desk.send(chunk._replace(run="other"))
    assert desk.check(Drop("drops", run.drop.key, "gone", 1)).state is FileState.CHANGED
