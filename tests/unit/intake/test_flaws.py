from __future__ import annotations

from tieout.files import MOST_TOLD, Cause, Flaw, Flaws


def told(flaws: Flaws) -> list[int]:
    """The lines that are told of."""
    return [each.line for each in flaws.told]


def test_flaws_are_counted_and_told_in_the_order_of_lines() -> None:
    """However they were found; what is wrong with the file as a whole stands last, and explains it first."""
    flaws = Flaws()
    flaws.add(0, "trailer", "the sum", "none", Cause.CUT_OFF)
    for line in (7, 3, 5):
        flaws.add(line, "amount", "a number", "x")
    assert (len(flaws), told(flaws), flaws.cause) == (4, [3, 5, 7, 0], Cause.CUT_OFF)
    assert flaws.plain() == {
        "flaws": 4,
        "told": [
            {"line": 3, "column": "amount", "expected": "a number", "found": "x"},
            {"line": 5, "column": "amount", "expected": "a number", "found": "x"},
            {"line": 7, "column": "amount", "expected": "a number", "found": "x"},
            {"line": 0, "column": "trailer", "expected": "the sum", "found": "none"},
        ],
    }


def test_the_first_hundred_are_told_of_and_all_are_counted() -> None:
    """One of an earlier line takes the place of the last; one of the same line, or of the file as a whole, does not."""
    flaws = Flaws()
    for line in range(2, MOST_TOLD + 2):
        flaws.add(line, "amount", "a number", "x")
    flaws.add(0, "trailer", "the sum", "none")
    flaws.add(MOST_TOLD + 1, "date", "a day", "y")
    assert (len(flaws), told(flaws)) == (MOST_TOLD + 2, list(range(2, MOST_TOLD + 2)))
    assert flaws.told[-1].column == "amount"
    flaws.add(MOST_TOLD, "date", "a day", "y")
    assert told(flaws) == [*range(2, MOST_TOLD + 1), MOST_TOLD]
    flaws.add(1, "amount", "a number", "x")
    assert told(flaws) == list(range(1, MOST_TOLD + 1))
    assert len(flaws) == MOST_TOLD + 4


def test_a_line_takes_the_place_of_what_is_wrong_with_the_file_as_a_whole() -> None:
    """Where there is no more room: a person looks for lines."""
    flaws = Flaws()
    for _ in range(MOST_TOLD):
        flaws.add(0, "trailer", "the sum", "none")
    flaws.add(0, "batch", "a number", "none")
    assert {each.column for each in flaws.told} == {"trailer"}
    flaws.add(9, "amount", "a number", "x")
    assert told(flaws) == [9, *[0] * (MOST_TOLD - 1)]


def test_what_was_found_is_shown_as_people_can_read_it() -> None:
    """What has no look has a mark in its place, and a long text is cut."""
    flaws = Flaws()
    flaws.add(1, "name", "a text", "a\x00b\u200bc")
    flaws.add(2, "name", "a text", "x" * 81)
    assert flaws.told == [
        Flaw(1, "name", "a text", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"),
        Flaw(2, "name", "a text", "x" * 80),
    ]
