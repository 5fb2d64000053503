"""Members that are valid in some periods alone: what an entry says of them as one text, and which one a period has. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

from tieout import strict_json
from tieout.errors import MalformedError
from tieout.periods import Period

DATED = "dated:"
"""How the text of an entry begins whose members are valid in some periods alone; no member begins so."""


class Term(NamedTuple):
    """A member with the first and the last period it is valid in, as texts of one calendar; an empty bound is open."""

    first: str
    last: str
    member: str

    @property
    def label(self) -> str | None:
        """Of which calendar its periods are; None where it is valid in all, of whichever."""
        bound = self.first or self.last
        return Period.parse(bound).label if bound else None

    def covers(self, period: Period) -> bool:
        """Whether it is valid in a period; in one of another calendar it is not."""
        return self.label in {None, period.label} and _reaches(self.first, period) and _reached(period, self.last)

    def overlaps(self, other: Term) -> bool:
        """Whether some period has both."""
        if None in {self.label, other.label}:
            return True
        starts = (not first or _reached(Period.parse(first), last) for first, last in _crossed(self, other))
        return self.label == other.label and all(starts)

    def __str__(self) -> str:
        bounds = (("from", self.first), ("to", self.last))
        valid = " ".join(f"{word} {bound}" for word, bound in bounds if bound)
        return f"{self.member} ({valid})" if valid else self.member


def member_in(said: str, period: str | None) -> str | None:
    """What an entry calls a value in a period; None where it says nothing of that one.

    What has no period is planned nowhere: it is called what the entry says last.
    """
    if not said.startswith(DATED):
        return said
    terms = terms_of(said)
    if period is None:
        return terms[-1].member
    at = Period.parse(period)
    return next((each.member for each in terms if each.covers(at)), None)


def renamings_of(said: str) -> tuple[tuple[str, str], ...]:
    """Where an entry calls its value otherwise than before: the last period of a member and the first of the next, in order."""
    if not said.startswith(DATED):
        return ()
    return tuple(
        (before.last, after.first)
        for before, after in pairwise(terms_of(said))
        if before.label == after.label and before.member != after.member
    )


@lru_cache(maxsize=1024)  # of an entry that many lines ask for, the text is taken apart once
def terms_of(said: str) -> tuple[Term, ...]:
    """The members of an entry's text with their periods, in order; the only one of an entry that has no periods.

    Raises:
        MalformedError: the text is none that `text_of` writes.
    """
    if not said.startswith(DATED):
        return (Term("", "", said),)
    try:
        terms = tuple(Term(*map(str, each)) for each in strict_json.parse(said.removeprefix(DATED).encode()))
    except (TypeError, ValueError) as error:
        raise MalformedError("mapping_member_begins_like_dated_ones") from error
    if not terms or terms[0].label is None or text_of(terms) != said:
        raise MalformedError("mapping_member_begins_like_dated_ones")
    return terms


def text_of(terms: Iterable[Term]) -> str:
    """What an entry says that has these members, as one text: the member alone, where it is valid in all periods.

    Raises:
        MalformedError: a bound is no period, of two calendars, or the last before the first.
        OverlapError: in some period it would say two members.
    """
    ordered = sorted(terms, key=_place)
    if any(one.overlaps(other) for one, other in combinations(ordered, 2)):
        raise OverlapError(ordered)
    if [each.label for each in ordered] == [None] and not ordered[0].member.startswith(DATED):
        return ordered[0].member
    return DATED + strict_json.dump([list(each) for each in ordered])


def said_with(said: str | None, term: Term) -> str:
    """What an entry says once a member is added; one with the very same periods takes the other's place.

    Raises:
        OverlapError: in some period it would say two members.
    """
    kept = [each for each in terms_of(said) if each[:2] != term[:2]] if said is not None else []
    if any(each.overlaps(term) for each in kept):
        raise OverlapError(kept)
    return text_of([*kept, term])


class OverlapError(MalformedError):
    """A member would be valid in periods that have another one.

    Attributes:
        standing: what the entry says.
    """

    def __init__(self, standing: Iterable[Term]) -> None:
        super().__init__("mapping_validity_overlaps")
        self.standing = tuple(standing)


def shown(said: str) -> str:
    """What an entry says, for people."""
    return ", ".join(str(each) for each in terms_of(said))


def _place(term: Term) -> tuple[str, int, int, str]:
    """Where a term stands among others: by calendar, then by its first period; checks its bounds."""
    bounds = [Period.parse(each) for each in term[:2] if each]
    if len({each.label for each in bounds}) > 1:
        raise MalformedError("mapping_validity_of_two_calendars")
    if bounds != sorted(bounds):
        raise MalformedError("mapping_validity_ends_before_it_begins")
    begins = Period.parse(term.first) if term.first else Period(-1, -1)
    return term.label or "", begins.year, begins.number, term.member


def _crossed(one: Term, other: Term) -> tuple[tuple[str, str], tuple[str, str]]:
    """The first period of each with the last of the other."""
    return (one.first, other.last), (other.first, one.last)


def _reaches(first: str, period: Period) -> bool:
    return not first or Period.parse(first) <= period


def _reached(period: Period, last: str) -> bool:
    return not last or period <= Period.parse(last)
