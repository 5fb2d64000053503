"""Rows are fitted into the width there is: shortened first, then without what is missed least, cut at last."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.tables import Fitted, fitted, width_of

AT = "2026-11-25T21:12:36.123Z"


def digits_of(number: int) -> str:
    """An id of 32 hexadecimal digits."""
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def texts(fit: Fitted, name: str) -> tuple[str, ...]:
    """What stands in a column."""
    [column] = [column for column in fit.columns if column.name == name]
    return column.texts


def test_what_fits_is_left_as_it_is() -> None:
    """Nobody gains from a shorter id where there is room for the whole."""
    row = {"cell": digits_of(1), "at": AT}
    fit = fitted([row], list(row), 58)
    assert [column.texts for column in fit.columns] == [(digits_of(1),), (AT,)]
    assert (fit.left_out, fit.lack) == ((), "")


def test_ids_keep_as_many_digits_as_tell_them_apart() -> None:
    """Eight, or more where two ids begin alike."""
    alike = ["0123456789a" + "0" * 21, "0123456789b" + "0" * 21]
    assert texts(fitted([{"cell": each} for each in alike], ["cell"], 20), "cell") == ("0123456789a", "0123456789b")
    assert texts(fitted([{"cell": digits_of(1)}], ["cell"], 20), "cell") == (digits_of(1)[:8],)


def test_ids_that_commands_take_whole_alone_are_whole() -> None:
    """`tieout notices effects` is given a delivery, and `tieout receipts list --reference` a task of planning."""
    row = {"cell": digits_of(1), "delivery": digits_of(2), "reference": digits_of(3), "note": "x" * 100}
    fit = fitted([row], list(row), 90)
    assert [texts(fit, name) for name in ("cell", "delivery", "reference")] == [
        (digits_of(1)[:8],),
        (digits_of(2),),
        (digits_of(3),),
    ]


def test_moments_are_shortened_before_anything_is_left_out() -> None:
    """To the second, then to the minute; a version of the source is none of them, since it must be told from the next."""
    row = {"record": "crm#deal#1", "received_at": AT, "recorded_at": AT}
    assert texts(fitted([row], list(row), 52), "received_at") == ("2026-11-25 21:12:36",)
    assert texts(fitted([row], list(row), 46), "received_at") == ("2026-11-25 21:12",)
    versioned = {"record": "crm#deal#1", "source_version": AT}
    assert texts(fitted([versioned], list(versioned), 36), "source_version") == (AT,)
    assert [column.name for column in fitted([versioned], list(versioned), 35).left_out] == ["source_version"]


def test_a_moment_in_a_name_is_part_of_it() -> None:
    """A key of the archive names an object; a moment in a sentence is told to the second."""
    key, said = f"certificates/UK/2026-03/{AT}-5f2e91c0.json", f"since {AT}, from {AT} to {AT}"
    row = {"kept_as": key, "says": said}
    fit = fitted([row], list(row), len(key) + len(said))
    assert texts(fit, "kept_as") == (key,)
    assert texts(fit, "says") == ("since 2026-11-25 21:12:36, from 2026-11-25 21:12:36 to 2026-11-25 21:12:36",)


def test_empty_columns_go_first_and_it_is_said() -> None:
    """That nothing was refused is said in other words."""
    row = {"cell": "c", "currency": "EUR", "refused": None}
    fit = fitted([row], list(row), 15)
    assert [column.name for column in fit.columns] == ["cell", "currency"]
    assert fit.lack == "Nothing has a value for: refused."
    assert fitted([row], list(row), 8).lack == (
        "Nothing has a value for: refused. No room for: currency. --json has everything."
    )


@pytest.mark.parametrize("name", ["kept_as", "reconciliation", "break", "target"])
def test_what_is_copied_is_whole_even_where_there_is_no_room(name: str) -> None:
    """A key or a name that was cut could not be given to the next command; then the terminal wraps the line."""
    key = "rejected/hubspot-emea/unusable/" + "k" * 40
    row = {"reason": "a reason nobody has room for", name: key}
    fit = fitted([row], list(row), 60)
    assert texts(fit, name) == (key,)
    assert texts(fit, "reason") == ("a rea…",)


def test_text_from_outside_neither_ends_a_line_nor_commands_the_terminal() -> None:
    """Reasons and names come from other systems."""
    assert texts(fitted([{"reason": "bad\r\n\x1b[2Jname\x9b"}], ["reason"], 100), "reason") == ("bad [2Jname ",)


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "cell": st.integers(0, 50).map(digits_of),
                "members": st.text(max_size=80),
                "amount": st.integers(-(10**9), 10**9),
                "currency": st.sampled_from([None, "EUR"]),
                "recorded_at": st.just(AT),
                "refused": st.none() | st.text(max_size=60),
            }
        ),
        min_size=1,
        max_size=5,
    ),
    width=st.integers(42, 200),
)
def test_a_table_is_never_wider_than_the_terminal(rows: list[dict[str, object]], width: int) -> None:
    """Down to what ids and numbers need; the same ids stay the same, others stay others, and numbers stay whole."""
    names = ["cell", "members", "amount", "currency", "recorded_at", "refused"]
    fit = fitted(rows, names, width)
    assert width_of(fit.columns) <= width
    assert {column.name for column in (*fit.columns, *fit.left_out)} == set(names)
    assert len(set(texts(fit, "cell"))) == len({row["cell"] for row in rows})
    assert texts(fit, "amount") == tuple(str(row["amount"]) for row in rows)
