"""The names of the consolidated rates that group amounts were converted by, their values included; pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple, Self

from tieout.money import decimal_of
from tieout.periods import PostingPeriod
from tieout.systems.netsuite.rows import Row

PREFIX = "netsuite:"
OWN = "own"  # the group's own subsidiary: nothing is converted

_ID = "[1-9][0-9]{0,17}"
_PLACE = f"(?P<subsidiary>{_ID})>(?P<group>{_ID}):(?P<period>{_ID})"
_KIND = f"(?:(?P<kind>current|average|historical)=(?P<value>[0-9.]+)|{OWN})"
_FORM = re.compile(f"{PREFIX}{_PLACE}:.*:{_KIND}", re.ASCII)


class ConsolidatedRate(NamedTuple):
    """Which rate it is and what it was when an amount was converted by it.

    Attributes:
        kind: `current`, `average` or `historical`; `own` where the group's own subsidiary needs none.
        value: in its shortest form, so that `1.0790` and `1.079` are one; empty for `own`.
    """

    subsidiary: str
    group: str
    period_id: str
    kind: str
    value: str

    @classmethod
    def parse(cls, identity: str) -> Self:
        """The rate an identity names; raises `ValueError` for a text of another form."""
        found = _FORM.fullmatch(identity)
        if found is None:
            raise ValueError("no identity of a consolidated rate")
        place = found["subsidiary"], found["group"], found["period"]
        return cls(*place, found["kind"] or OWN, found["value"] or "")


def own_identity(group: str, period: PostingPeriod) -> str:
    """What stands for a rate where an amount of the group's own subsidiary is the group's amount."""
    return f"{_place(group, group, period)}:{OWN}"


def identity(subsidiary: str, group: str, period: PostingPeriod, kind: str, rate: Decimal) -> str:
    """The identity of a rate, such as `netsuite:3>1:214:Mar-2026:average=1.079`, without a space; the name is for people."""
    return f"{_place(subsidiary, group, period)}:{kind}={_shortest(rate)}"


def stated_rate(row: Row, kind: str) -> Decimal:
    """The rate of a kind that a row of the table states; zero where it states none.

    Raises:
        MalformedError: for something that is no number.
    """
    return decimal_of(row.get(f"{kind}rate", "0"))


def stated_value(row: Row, kind: str) -> str:
    """The same as identities write it."""
    return _shortest(stated_rate(row, kind))


def _place(subsidiary: str, group: str, period: PostingPeriod) -> str:
    name = "-".join(period.name.split())
    return f"{PREFIX}{subsidiary}>{group}:{period.period_id}:{name}"


def _shortest(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
