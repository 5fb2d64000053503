from __future__ import annotations

from pathlib import Path

import pytest

from functions.intake import scratch
from functions.intake.scratch import DiskScratch


@pytest.mark.parametrize("buffered", [1, 100, 1_000_000])
def test_lines_of_a_record_come_together_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, buffered: int
) -> None:
    """However little is kept in memory, each record has one part, and its lines stand there as they were added."""
    monkeypatch.setattr(scratch, "_BUFFERED_BYTES", buffered)
    room = DiskScratch(tmp_path, 40 * 1024 * 1024)
    records = [b"r%d" % (number % 37) for number in range(500)]
    for number, record in enumerate(records):
        room.add(record, b"%s %d" % (record, number))
    parts = [list(room.lines(part)) for part in range(room.parts)]
    assert room.parts == 11
    assert sorted(line for part in parts for line in part) == sorted(b"%s %d" % (r, n) for n, r in enumerate(records))
    for record in set(records):
        mine = [[line for line in part if line.split()[0] == record] for part in parts]
        [lines] = [each for each in mine if each]
        assert lines == [b"%s %d" % (r, n) for n, r in enumerate(records) if r == record]


def test_nothing_of_a_file_is_left_for_the_next(tmp_path: Path) -> None:
    """A warm function, or one that follows a killed one, begins with an empty folder."""
    DiskScratch(tmp_path, 0).add(b"old", b"old")
    (tmp_path / "0000").write_bytes(b"left by a killed one\n")
    room = DiskScratch(tmp_path, 0)
    assert list(room.lines(0)) == []
    room.add(b"new", b"new")
    assert list(room.lines(0)) == [b"new"]
    room.clear()
    assert list(tmp_path.iterdir()) == []


def test_there_are_never_more_parts_than_a_function_can_keep_apart(tmp_path: Path) -> None:
    """The largest file there may be has larger parts, not more of them."""
    assert DiskScratch(tmp_path, 10**12).parts == 1_024


def test_what_is_kept_in_memory_is_bounded_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With each line counts its end; what was written, or given back, takes no memory any more."""
    monkeypatch.setattr(scratch, "_BUFFERED_BYTES", 10)
    room, file = DiskScratch(tmp_path / "not" / "there", 0), tmp_path / "not" / "there" / "0000"
    for _ in range(2):
        room.add(b"r", b"1234")
        room.add(b"r", b"1234")
        assert not file.exists()
        room.add(b"r", b"")
        assert file.read_bytes() == b"1234\n1234\n\n"
        room.add(b"r", b"123456789")
        assert file.read_bytes() == b"1234\n1234\n\n"
        room.add(b"r", b"")
        assert file.read_bytes() == b"1234\n1234\n\n123456789\n\n"
        room.add(b"r", b"left")
        room.clear()
