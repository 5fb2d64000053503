from __future__ import annotations

from decimal import Decimal

import pytest

from functions.intake import parts
from functions.intake.check import place_of
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.intake_desk import BUCKET, IntakeDesk
from tests.support.legacy_feeds import JOURNALS, NAME, entry
from tieout import strict_json
from tieout.file_runs import Drop, FileState

FILE = "GL_BR01_202603_42.csv"
DROP = Dropped(batch=42, company="BR01")
SALE = entry("S1", ("1100", "100.00"), ("4000", "-100.00"))
COST = entry("C1", ("6000", "30.00"), ("2000", "-30.00"))
CONTENT = write_file(JOURNALS, SALE, DROP)


def test_a_true_file_is_accepted_and_its_documents_are_told_of() -> None:
    """Every document of the file is on the bus, as lines debit positive, and the run has the counts."""
    desk = IntakeDesk()
    run = desk.take(FILE, write_file(JOURNALS, SALE + COST, DROP))
    assert run.state is FileState.ACCEPTED
    assert (run.rows, run.documents, run.gone, run.chunks, run.debit) == (4, 2, 0, 1, "130.00")
    assert desk.kept(run.drop).state is FileState.DONE
    assert desk.lines() == {
        "journals/BR01/S1": [("1100", "100.00"), ("4000", "-100.00")],
        "journals/BR01/C1": [("6000", "30.00"), ("2000", "-30.00")],
    }


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (write_file(JOURNALS, SALE, DROP._replace(differs={"debit": Decimal("100.01")})), FileState.REFUSED),
        (CONTENT[: CONTENT.rindex(b"T;")], FileState.INCOMPLETE),
        (CONTENT[:60], FileState.INCOMPLETE),
        (CONTENT.replace(b"CC1", b"CC\x81", 1), FileState.UNREADABLE),
        (write_file(JOURNALS, SALE[:1], DROP), FileState.REFUSED),
        (write_file(JOURNALS, SALE + SALE, DROP), FileState.REFUSED),
    ],
    ids=["total", "no trailer", "cut off", "bytes", "balance", "line twice"],
)
def test_a_flawed_file_changes_nothing_and_says_what_is_wrong(content: bytes, state: FileState) -> None:
    """One mismatch refuses the whole file; the report names it, and what was accepted before stands."""
    desk = IntakeDesk()
    desk.take("GL_BR01_202603_42.csv", CONTENT)
    before = desk.lines()
    run = desk.take("GL_BR01_202603_43.csv", content.replace(b";42;0", b";43;0"))
    assert run.state is state
    assert desk.kept(run.drop) == run
    report = strict_json.parse(desk.store.get(run.report))
    assert report["flaws"] == run.flaws > 0
    assert {"line", "column", "expected", "found"} == set(report["told"][0])
    assert desk.lines() == before
    assert desk.store.keys(f"files/{NAME}/{run.run}/chunks/", 1) == []


@pytest.mark.parametrize("content", [CONTENT, write_file(JOURNALS, SALE + SALE, DROP)], ids=["accepted", "refused"])
def test_the_room_of_a_file_is_given_back_whatever_becomes_of_it(content: bytes) -> None:
    """A function that stays warm would keep the rows of every file it has seen on its disk."""
    desk = IntakeDesk()
    desk.take(FILE, content)
    [scratch] = desk.scratches
    assert [list(scratch.lines(part)) for part in range(scratch.parts)] == [[]] * scratch.parts


def test_a_document_that_no_record_step_could_read_whole_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is read in one piece: the largest that is taken is declared, and the report names what is beyond it."""
    desk = IntakeDesk()
    monkeypatch.setattr(parts, "_MOST_DOCUMENT_BYTES", 10)
    run = desk.take(FILE, CONTENT)
    assert run.state is FileState.REFUSED
    [flaw] = strict_json.parse(desk.store.get(run.report))["told"]
    assert (flaw["column"], flaw["expected"]) == ("document", "at most 10 bytes of journals/BR01/S1")


def test_a_document_that_does_not_balance_is_named_with_its_line() -> None:
    """Whoever sees the report finds the document: the first of its lines, and by how much it is off."""
    desk = IntakeDesk()
    run = desk.take(FILE, write_file(JOURNALS, SALE + COST[:1], DROP))
    [flaw] = strict_json.parse(desk.store.get(run.report))["told"]
    assert (flaw["line"], flaw["column"]) == (4, "balance")
    assert flaw["expected"] == "debits equal to credits of journals/BR01/C1 in BRL"
    assert flaw["found"] == "30.00 more debits"


def test_a_line_that_is_there_twice_is_named_with_its_document() -> None:
    """A document's lines have names of their own; the second of one name is the flaw."""
    desk = IntakeDesk()
    run = desk.take(FILE, write_file(JOURNALS, [*SALE, SALE[0]], DROP))
    told = strict_json.parse(desk.store.get(run.report))["told"]
    assert [(each["line"], each["column"], each["found"]) for each in told] == [
        (2, "balance", "100.00 more debits"),
        (4, "line", "1"),
    ]


def test_wrong_names_and_sizes_are_told_apart() -> None:
    """A name of no feed is none, and a file above the declared size is refused unread."""
    desk = IntakeDesk({**JOURNALS, "most_bytes": 50})
    assert desk.take("holidays.csv", CONTENT).state is FileState.NOT_A_FEED
    desk.incoming.objects[BUCKET, f"incoming/{NAME}/{FILE}"] = ("not read", b"")
    assert desk.check(Drop(BUCKET, f"incoming/{NAME}/{FILE}", "large", 51)).state is FileState.TOO_LARGE
    assert desk.check(Drop(BUCKET, f"incoming/{NAME}/{FILE}", "full", 50)).state is FileState.CHANGED, "it was read"
    assert desk.check(Drop(BUCKET, "incoming/nobody/x.csv", "e", 1)).state is FileState.NOT_A_FEED
    assert sorted(each.state for each in desk.ledger.runs(NAME)) == ["not_a_feed", "too_large"]


def test_a_name_may_have_folders_of_its_own() -> None:
    """Behind the connection's."""
    assert place_of("incoming/ledger/2026/03/x.csv") == ("ledger", "2026/03/x.csv")


def test_a_run_says_what_the_file_is_and_what_was_counted() -> None:
    """And room is asked for by the size of the file, twice: what is kept of a row is longer."""
    desk = IntakeDesk()
    run = desk.take(FILE, CONTENT)
    assert (run.company, run.period, run.rows) == ("BR01", "2026-03", len(SALE))
    assert (run.debit, run.credit) == ("100.00", "100.00")
    assert desk.room_asked_for == [2 * len(CONTENT)]


def test_the_same_drop_again_is_a_duplicate() -> None:
    """An event told twice, and the same content under another name, are told of no second time."""
    desk = IntakeDesk()
    first = desk.take(FILE, CONTENT)
    assert desk.to_the_end(first.drop).state is FileState.DUPLICATE
    again = desk.take(FILE.replace("_42", "_042"), CONTENT)
    assert again.state is FileState.DUPLICATE
    assert len(desk.told()) == 1
    assert desk.kept(first.drop).state is FileState.DONE


def test_another_file_of_an_accepted_number_is_refused() -> None:
    """A corrected file needs a rerun number: which of two of one number is right nobody could say."""
    desk = IntakeDesk()
    desk.take(FILE, CONTENT)
    run = desk.take(FILE, write_file(JOURNALS, COST, DROP))
    assert run.state is FileState.REFUSED
    assert desk.lines().keys() == {"journals/BR01/S1"}
    assert strict_json.parse(desk.store.get(run.report)) == {
        "file": FILE,
        "feed": "journals",
        "flaws": 1,
        "told": [
            {
                "line": 0,
                "column": "batch",
                "expected": "a number or rerun of its own",
                "found": "that of another file, which was accepted",
            }
        ],
    }


def test_an_older_file_than_the_accepted_one_is_outdated() -> None:
    """What comes late does not undo what replaced it."""
    desk = IntakeDesk()
    desk.take(FILE, write_file(JOURNALS, COST, DROP._replace(rerun=2)))
    assert desk.take(FILE, write_file(JOURNALS, SALE, DROP._replace(rerun=1))).state is FileState.OUTDATED
    assert desk.lines().keys() == {"journals/BR01/C1"}


def test_a_drop_that_was_replaced_before_its_end_is_outdated() -> None:
    """Its event told once more is no news of the file that stands."""
    desk = IntakeDesk()
    first = desk.check(desk.drop(FILE, CONTENT))
    desk.take(FILE, write_file(JOURNALS, COST, DROP._replace(rerun=1)))
    desk.incoming.put(first.drop.key, CONTENT)
    assert desk.check(first.drop).state is FileState.OUTDATED
    assert desk.lines().keys() == {"journals/BR01/C1"}


def test_a_file_is_complete_when_its_marker_is_there() -> None:
    """In whichever order file and marker come, the file is taken once both are there."""
    feed = {**JOURNALS, "marker": ".done"}
    desk = IntakeDesk(feed)
    file = desk.drop(FILE, CONTENT)
    assert desk.to_the_end(file).state is FileState.WAITING
    assert desk.told() == []
    marker = desk.drop(f"{FILE}.done", b"")
    assert desk.to_the_end(marker).state is FileState.ACCEPTED
    assert len(desk.told()) == 1

    other = IntakeDesk(feed)
    marker = other.drop(f"{FILE}.done", b"")
    assert other.to_the_end(marker).state is FileState.WAITING
    assert other.take(FILE, CONTENT).state is FileState.ACCEPTED


def test_a_drop_that_was_overwritten_is_left_to_its_own_event() -> None:
    """What stands there by now is not what was told of."""
    desk = IntakeDesk()
    first = desk.drop(FILE, CONTENT)
    second = desk.drop(FILE, write_file(JOURNALS, COST, DROP))
    assert desk.to_the_end(first).state is FileState.CHANGED
    assert desk.to_the_end(second).state is FileState.ACCEPTED
    assert desk.lines().keys() == {"journals/BR01/C1"}
