"""Members that are valid in some periods: one text for all that an entry says, and one member for each period, or none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError
from tieout.planning.mapping import MappingKey, check_entry
from tieout.planning.validity import OverlapError, Term, member_in, said_with, shown, terms_of, text_of

ACME, GLOBEX = Term("", "2026-03", "ACME"), Term("2026-04", "", "GLOBEX")
WEEKS = Term("RT2026-P02", "RT2026-P03", "WEEKS")
SAID = text_of([GLOBEX, WEEKS, ACME])
MONTHS = st.integers(0, 35).map(lambda month: f"{2025 + month // 12}-{month % 12 + 1:02d}")
BOUNDS = st.just("") | MONTHS
MEMBERS = st.sampled_from(("A", "B", 'quoted "C"', "D, from 2026-01"))
TERMS = st.builds(Term, BOUNDS, BOUNDS, MEMBERS).filter(
    lambda each: not each.first or not each.last or each.first <= each.last
)


@pytest.mark.parametrize(
    ("period", "member"),
    [
        ("2026-03", "ACME"),
        ("1999-12", "ACME"),
        ("2026-04", "GLOBEX"),
        ("2099-01", "GLOBEX"),
        ("RT2026-P01", None),
        ("RT2026-P02", "WEEKS"),
        ("RT2026-P03", "WEEKS"),
        ("RT2026-P04", None),
        ("FY2026-P02", None),
        (None, "WEEKS"),
    ],
)
def test_an_entry_says_the_member_of_a_period(period: str | None, member: str | None) -> None:
    """Both bounds are of it; a period of another calendar is none of its; what has no period is called what is said last."""
    assert member_in(SAID, period) == member


def test_a_member_without_validity_is_said_as_it_is() -> None:
    """Of every calendar's periods."""
    assert text_of([Term("", "", "ACME")]) == "ACME"
    assert terms_of("ACME") == (Term("", "", "ACME"),)
    assert {member_in("ACME", period) for period in ("2026-03", "RT2026-P01", None)} == {"ACME"}


def test_the_text_of_an_entry_does_not_depend_on_the_order_of_its_members() -> None:
    """Else the same entry would seem to have changed."""
    assert text_of([ACME, GLOBEX, WEEKS]) == SAID
    assert terms_of(SAID) == (ACME, GLOBEX, WEEKS)


def test_people_are_shown_members_with_their_periods() -> None:
    """In their order."""
    assert shown(SAID) == "ACME (to 2026-03), GLOBEX (from 2026-04), WEEKS (from RT2026-P02 to RT2026-P03)"
    assert shown("ACME") == "ACME"


@pytest.mark.parametrize(
    ("standing", "added", "overlaps"),
    [
        ("ACME", Term("2026-01", "", "B"), True),
        ("ACME", Term("", "", "B"), False),
        (text_of([ACME]), Term("", "", "B"), True),
        (text_of([ACME]), Term("", "2026-03", "B"), False),
        (text_of([ACME]), Term("2026-03", "", "B"), True),
        (text_of([ACME]), Term("2026-04", "", "B"), False),
        (text_of([GLOBEX]), Term("2026-01", "2026-04", "B"), True),
        (text_of([GLOBEX]), Term("2026-01", "2026-03", "B"), False),
        (text_of([Term("2026-02", "2026-05", "A")]), Term("2026-03", "2026-04", "B"), True),
        (text_of([Term("2026-03", "2026-04", "A")]), Term("2026-02", "2026-05", "B"), True),
        (text_of([WEEKS]), Term("2026-01", "", "B"), False),
        (text_of([WEEKS]), Term("FY2026-P01", "", "B"), False),
    ],
)
def test_a_member_is_added_beside_others_or_in_the_place_of_one(standing: str, added: Term, *, overlaps: bool) -> None:
    """One with the very same periods is corrected; any other that shares a period stands in the way, and is named."""
    if overlaps:
        with pytest.raises(OverlapError) as caught:
            said_with(standing, added)
        assert caught.value.standing == terms_of(standing)
    else:
        assert added in terms_of(said_with(standing, added))


@given(st.lists(TERMS, max_size=4), MONTHS)
def test_each_period_has_one_member_at_most(terms: Sequence[Term], period: str) -> None:
    """Whatever is added in whichever order: what was refused changes nothing, and what is said is read back."""
    said = None
    kept: list[Term] = []
    for each in terms:
        try:
            said = said_with(said, each)
        except OverlapError:
            continue
        kept = [other for other in kept if other[:2] != each[:2]] + [each]
    valid = [
        each for each in kept if (not each.first or each.first <= period) and (not each.last or period <= each.last)
    ]
    assert len(valid) <= 1
    if said is not None:
        assert sorted(terms_of(said)) == sorted(kept)
        assert member_in(said, period) == (valid[0].member if valid else None)


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        (Term("2026-04", "2026-03", "A"), "mapping_validity_ends_before_it_begins"),
        (Term("2026-04", "RT2026-P05", "A"), "mapping_validity_of_two_calendars"),
        (Term("2026", "", "A"), "period_neither_month_nor_fiscal"),
        (Term("", "March", "A"), "period_neither_month_nor_fiscal"),
    ],
)
def test_a_validity_is_one_of_a_calendar_and_has_an_end_behind_its_beginning(term: Term, reason: str) -> None:
    """Else no period would ever be in it."""
    with pytest.raises(MalformedError, match=f"^{reason}$"):
        text_of([term])


@pytest.mark.parametrize(
    "said",
    [
        "dated:",
        "dated:ACME",
        "dated:[]",
        'dated:[["","","ACME"]]',
        'dated:[["2026-01","ACME"]]',
        'dated:[["2026-04","","B"],["","2026-03","A"]]',
        'dated:[["","2026-03","A"],["2026-03","","B"]]',
        'dated: [["2026-01","","ACME"]]',
    ],
)
def test_a_member_that_only_looks_like_several_is_refused(said: str) -> None:
    """So that every text says what it says in one way alone."""
    with pytest.raises(MalformedError):
        check_entry(MappingKey("crm", "customer", "1"), said)


@pytest.mark.parametrize(
    ("table", "key", "member"),
    [
        ("legal_entity", "1", "EMEA"),
        ("period", "1", "2026-03"),
        ("rate", "average:EUR>USD@2026-03", "1.1"),
    ],
)
def test_what_decides_the_period_has_no_validity(table: str, key: str, member: str) -> None:
    """Nor have rates, whose keys name their period."""
    entry = MappingKey("any", table, key)
    check_entry(entry, member)
    with pytest.raises(MalformedError, match=f"^mapping_{table}_has_no_validity$"):
        check_entry(entry, text_of([Term("2026-01", "", member)]))


def test_each_member_of_an_entry_must_be_one_the_table_can_have() -> None:
    """A stage is a canonical one in every period."""
    stage = MappingKey("crm", "stage", "default/new")
    check_entry(stage, text_of([Term("", "2026-03", "prospect"), Term("2026-04", "", "qualified")]))
    with pytest.raises(MalformedError, match=r"^mapping_stage_not_canonical$"):
        check_entry(stage, text_of([Term("", "2026-03", "prospect"), Term("2026-04", "", "sold")]))
