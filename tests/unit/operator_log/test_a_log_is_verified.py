"""The operators' log: one chain whoever writes it, and whatever is done to it afterwards is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.operator_log import OperatorLog
from tests.support.log_objects import LogObjectsInMemory
from tests.support.memory_table import MemoryTable
from tieout import strict_json
from tieout.errors import UnavailableError
from tieout.ledger import control_keys
from tieout.ledger.log_head import LogHead
from tieout.ledger.table import Delete, Put
from tieout.operator_log import End, Entry, Flaw, Head, Step, key_of

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ENTRIES = 5


def step(run: str, **said: str) -> Step:
    """What is said of a command."""
    return Step(run=run, at=NOW, who="Operator/ana", command="undo", arguments={"receipt": "7c31aa"}, **said)  # type: ignore[arg-type]  # texts


class Desk:
    """A log with some entries, and all it lies in."""

    def __init__(self, entries: int = ENTRIES) -> None:
        self.objects = LogObjectsInMemory()
        self.table = MemoryTable()
        self.log = OperatorLog(self.objects, LogHead(self.table))
        self.entries = [self.log.append(step(f"run-{number}")) for number in range(entries)]

    def put(self, number: int, body: bytes) -> None:
        """Have something else stand there, as if it always had."""
        self.objects.kept[key_of(number)] = [body]

    def found(self) -> tuple[int, Flaw] | None:
        """What looking through it finds."""
        return self.log.verify().flaw


def test_a_log_is_a_chain_and_holds() -> None:
    """Each entry has the hash of the one before it, and the table that of the last."""
    desk = Desk()
    assert [each.number for each in desk.entries] == [1, 2, 3, 4, 5]
    assert [each.previous for each in desk.entries[1:]] == [each.digest for each in desk.entries[:-1]]
    assert (desk.entries[0].previous, LogHead(desk.table).read()) == ("", Head(5, desk.entries[-1].digest))
    verified = desk.log.verify()
    assert (verified.holds, verified.entries, verified.head.number) == (True, 5, 5)
    assert [each.number for each in desk.log.newest_first()] == [5, 4, 3, 2, 1]
    assert OperatorLog(LogObjectsInMemory(), LogHead(MemoryTable())).verify().holds


def test_an_entry_is_read_as_it_was_said() -> None:
    """With all that was said of the command, and nothing that was not."""
    said = Step(
        run="r",
        at=NOW,
        who="Controller/ben",
        command="periods approve",
        arguments={"record": "crm#opportunity#1"},
        reason="audit",
        end=End.DONE,
        effect="ab",
        asked_by="Operator/ana",
        approved_by="Controller/ben",
    )
    entry = Entry(number=7, previous="cd", step=said)
    assert Entry.of_bytes(entry.text().encode()) == entry
    assert "error" not in strict_json.parse(entry.text().encode())["step"]


@given(number=st.integers(1, ENTRIES), field=st.sampled_from(["who", "command", "run", "at"]))
def test_an_altered_entry_is_named(number: int, field: str) -> None:
    """Also where its own hash was made anew."""
    desk = Desk()
    stored = strict_json.parse(desk.objects.read(key_of(number)))
    stored["step"][field] = "2026-11-27T10:00:00.000Z"
    desk.put(number, strict_json.dump(stored).encode())
    assert desk.found() == (number, Flaw.ALTERED)
    was = desk.entries[number - 1]
    desk.put(number, was.text().encode() + b" ")
    assert desk.found() == (number, Flaw.ALTERED)
    forged = Entry(number=number, previous=was.previous, step=step("forged"))
    desk.put(number, forged.text().encode())
    assert desk.found() == (number, Flaw.ALTERED)


@given(number=st.integers(1, ENTRIES))
def test_a_removed_entry_is_named(number: int) -> None:
    """In the middle by its number, at the end by the head in the table, and all of them too."""
    desk = Desk()
    del desk.objects.kept[key_of(number)]
    assert desk.found() == (number, Flaw.REMOVED)
    for behind in range(number, ENTRIES + 1):
        desk.objects.kept.pop(key_of(behind), None)
    assert desk.found() == (number, Flaw.REMOVED)


@given(pair=st.lists(st.integers(1, ENTRIES), min_size=2, max_size=2, unique=True))
def test_reordered_entries_are_named(pair: list[int]) -> None:
    """By the first place in which another stands."""
    desk = Desk()
    one, other = (desk.objects.read(key_of(number)) for number in pair)
    desk.put(pair[0], other)
    desk.put(pair[1], one)
    assert desk.found() == (min(pair), Flaw.REORDERED)


@given(number=st.integers(1, ENTRIES))
def test_a_chain_forged_from_an_entry_on_is_found_where_it_meets_the_head(number: int) -> None:
    """Whoever makes all later entries anew has another head than the table."""
    desk = Desk()
    previous = desk.entries[number - 1].previous
    for each in range(number, ENTRIES + 1):
        forged = Entry(number=each, previous=previous, step=step(f"forged-{each}"))
        desk.put(each, forged.text().encode())
        previous = forged.digest
    assert desk.found() == (ENTRIES, Flaw.ALTERED)


@pytest.mark.parametrize("done", [[None], [None, b"{}"], [b"{}"]])
def test_what_was_deleted_or_written_again_is_told_by_its_versions(done: list[bytes | None]) -> None:
    """What was written first is what counts, so that the chain is read to its end."""
    desk = Desk()
    desk.objects.kept[key_of(2)] += done
    assert desk.found() == (2, Flaw.WRITTEN_AGAIN)
    desk.objects.kept[key_of(2)] = [None]
    assert desk.found() == (2, Flaw.REMOVED)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"number": 1, "previous": "", "step": {"at": 1}}', b"\xff"])
def test_what_is_no_entry_is_one_that_was_altered(body: bytes) -> None:
    """Whatever stands there."""
    desk = Desk()
    desk.put(1, body)
    assert desk.found() == (1, Flaw.ALTERED)


def test_a_log_cannot_begin_with_an_entry_that_follows_another() -> None:
    """What was before it would be gone."""
    desk = Desk(0)
    forged = Entry(number=1, previous="ab", step=step("forged"))
    desk.put(1, forged.text().encode())
    desk.table.write([Put(control_keys.LOG_HEAD, {"number": 1, "digest": forged.digest})])
    assert desk.found() == (1, Flaw.ALTERED)


def test_objects_beside_the_entries_are_told() -> None:
    """Nothing else belongs there."""
    desk = Desk()
    desk.objects.create("operator-log/000000000006.json.bak", b"")
    verified = desk.log.verify()
    assert (verified.holds, verified.foreign) == (False, ("operator-log/000000000006.json.bak",))


def test_two_at_once_make_one_chain() -> None:
    """Who comes second follows the entry that was there first."""
    desk, others = Desk(1), list[Entry]()

    def write_first(key: str) -> None:
        desk.objects.before_creating = lambda _: None
        others.append(desk.log.append(step(f"quicker than {key}")))

    desk.objects.before_creating = write_first
    mine = desk.log.append(step("slower"))
    assert (others[0].number, mine.number, mine.previous) == (2, 3, others[0].digest)
    assert desk.log.verify().holds


def test_an_entry_whose_command_died_before_the_head_is_followed_all_the_same() -> None:
    """Verified before and after the next one, which makes up for the head."""
    desk = Desk(1)
    second = Entry(number=2, previous=desk.entries[0].digest, step=step("died"))
    desk.put(2, second.text().encode())
    assert desk.log.verify().holds
    third = desk.log.append(step("next"))
    assert (third.number, third.previous) == (3, second.digest)
    assert LogHead(desk.table).read() == Head(3, third.digest)


def test_a_log_whose_head_is_gone_does_not_hold() -> None:
    """Its end could have been cut off; only the very first command can die before there is one."""
    desk = Desk(2)
    desk.table.write([Delete(control_keys.LOG_HEAD)])
    assert (desk.log.verify().is_headless, desk.log.verify().holds, desk.found()) == (True, False, None)
    del desk.objects.kept[key_of(2)]
    assert desk.log.verify().holds


def test_the_head_never_goes_back() -> None:
    """A slower command does not hide what a quicker one has written."""
    desk = Desk(3)
    LogHead(desk.table).advance(desk.entries[0])
    assert LogHead(desk.table).read().number == 3


def test_an_entry_of_which_the_answer_was_lost_is_written_once() -> None:
    """It finds its own work."""
    desk = Desk(1)
    create: Callable[[str, bytes], bool] = desk.objects.create

    def lose(key: str, body: bytes) -> bool:
        create(key, body)
        return create(key, body)

    desk.objects.create = lose  # type: ignore[method-assign]
    assert desk.log.append(step("mine")).number == 2
    assert (desk.log.verify().entries, desk.log.verify().holds) == (2, True)


def test_what_cannot_be_written_is_said() -> None:
    """So that nothing of it begins."""
    desk = Desk(1)

    def fail(_: str) -> None:
        raise UnavailableError("SlowDown")

    desk.objects.before_creating = fail
    with pytest.raises(UnavailableError):
        desk.log.append(step("mine"))
    assert desk.log.verify().entries == 1
