"""What does not tie out: breaks, each of a kind, with what it comes to in every place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.reconciling.items import Amounts


class BreakKind(StrEnum):
    """Why two stages of a value differ."""

    TIMING = "timing"  # the other side may still follow
    MISSING_HERE = "missing_here"  # the right side has it, the left has not
    MISSING_THERE = "missing_there"  # the left side has it, the right has not
    HELD = "held"  # a record waits for a mapping entry, a rate, or books that are closed
    DUPLICATE = "duplicate"  # one side has it more than once
    CUT_OFF = "cut_off"  # both sides have it, or both come to nothing, in different periods
    MAPPING = "mapping"  # both sides have it, as another company's, customer's or product's
    RATE = "rate"  # the transaction is the same, what it is in the reporting currency is not
    ROUNDING = "rounding"  # no more than what is tolerated
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A difference between two stages of a value.

    Attributes:
        left, right: the records concerned, in order.
        residuals: place to what the left side has there more than the right; places where nothing differs are left out.
        matching: by what the records were found to belong together; empty where one side has none, or a person has said so.
        since: the earliest day of the records; None where none has a day.
        waits_for: of a held one, what for.
        may_be: of a missing one, records of the other side that it may belong to: a person has to say so.
    """

    kind: BreakKind
    left: tuple[RecordKey, ...]
    right: tuple[RecordKey, ...]
    residuals: Amounts
    matching: str = ""
    since: date | None = None
    waits_for: tuple[str, ...] = ()
    may_be: tuple[RecordKey, ...] = ()

    @property
    def name(self) -> str:
        """What it is called for as long as it concerns the same records: 16 hexadecimal digits."""
        return digest_of([self.left, self.right, self.kind is BreakKind.DUPLICATE])

    @property
    def state(self) -> str:
        """Tells apart what a break has come to: what somebody has said of another state of it is out of date."""
        return digest_of([str(self.kind), sorted(self.residuals.items())])

    @property
    def needs_somebody(self) -> bool:
        """Whether a person has to look at it: what is tolerated, or may still follow, needs nobody."""
        return self.kind not in {BreakKind.ROUNDING, BreakKind.TIMING}


def digest_of(value: object) -> str:
    """A short name of a JSON value: 16 hexadecimal digits."""
    return hashlib.sha256(strict_json.dump(value).encode()).hexdigest()[:16]
