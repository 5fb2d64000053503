"""What a row of a certificate is about, in one line, for whoever reads what has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tieout.certifying import wording
from tieout.certifying.changes import Changed, changes

LATE = {
    "record": "erp#invoice#1",
    "kind": "booked",
    "into": "2026-04",
    "target": "anaplan",
    "cube": "Revenue",
    "members": [["Customer", "C_7"], ["Time", "2026-03"]],
    "amounts": [
        {"amount": "20.00", "currency": "GBP", "measure": "Revenue"},
        {"amount": "25.06", "currency": "USD", "measure": "Revenue USD"},
    ],
}
BOOKED: dict[str, Any] = {
    "record": "erp#invoice#1",
    "of": {"period": "2026-03", "version": "Actual"},
    "intersection": "0f3a",
    "measure": "Revenue",
    "amount": "20.00",
    "currency": "GBP",
    "recorded_at": "2026-04-03T09:00:00.000Z",
}
BROKEN: dict[str, Any] = {
    "reconciliation": "orders-to-billings",
    "break": "b-1",
    "kind": "timing",
    "off": [{"transaction": "-1.00", "currency": "EUR"}, {"transaction": "20", "currency": "JPY"}],
    "elsewhere": [],
    "left": ["crm#order#1"],
    "right": ["erp#invoice#1", "erp#invoice#2"],
    "state": "accepted",
    "reason": "paid in April",
    "accepted_at": "2026-04-03T09:00:00.000Z",
    "explained_by": "ana",
    "accepted_by": "ben",
}
MAPPING = {"table": "customer", "key": "7", "member": "C_7", "stored": "C_7"}
CELL = {"cube": "Revenue", "measure": "Revenue USD", "cell": "0f3a5c7e9b", "target": "anaplan", "currency": "USD"}


@pytest.mark.parametrize(
    ("said_by", "row", "says"),
    [
        (wording.books, {"version": "Actual", "state": "open", "reason": ""}, "the books of Actual are open"),
        (
            wording.books,
            {"version": "Actual", "state": "closed", "reason": "month end"},
            "the books of Actual are closed (month end)",
        ),
        (
            wording.late,
            LATE,
            (
                "erp#invoice#1 came late and is booked to 2026-04: 20.00 GBP Revenue, 25.06 USD Revenue USD"
                " in anaplan / Revenue / C_7 / 2026-03"
            ),
        ),
        (
            wording.late,
            LATE | {"kind": "held", "into": "", "amounts": LATE["amounts"][:1]},
            "erp#invoice#1 came late and is held: 20.00 GBP Revenue in anaplan / Revenue / C_7 / 2026-03",
        ),
        (wording.adjusted, BOOKED, "erp#invoice#1 of 2026-03 is booked here: 20.00 GBP Revenue"),
        (
            wording.sums,
            {
                "stages": ("orders", "billings"),
                "currency": "EUR",
                "left": {"transaction": "2.00"},
                "right": {"transaction": "1.00"},
            },
            "orders come to 2.00 EUR, billings to 1.00 EUR",
        ),
        (
            wording.broken,
            BROKEN,
            (
                "orders-to-billings: timing -1.00 EUR, 20 JPY of crm#order#1 erp#invoice#1 erp#invoice#2 is accepted"
                " (paid in April)"
            ),
        ),
        (
            wording.broken,
            BROKEN | {"off": [], "right": [], "state": "open", "reason": ""},
            "orders-to-billings: timing of no period of crm#order#1 is open",
        ),
        (
            wording.total,
            {"cube": "Revenue", "measure": "Amount", "target": "epm", "total": "2.00", "currency": "EUR", "cells": 3},
            "Revenue Amount in epm comes to 2.00 EUR in 3 cells",
        ),
        (
            wording.contribution,
            {**LATE, "source_version": "17", "shares": LATE["amounts"][:1]},
            "erp#invoice#1 at 17 contributes 20.00 GBP Revenue to anaplan / Revenue / C_7 / 2026-03",
        ),
        (wording.mapping, MAPPING, "customer 7 is called C_7"),
        (wording.mapping, MAPPING | {"stored": ""}, "customer 7 is called C_7"),
        (wording.mapping, MAPPING | {"stored": "C_8"}, "customer 7 is called C_7, and C_8 by now"),
        (
            wording.unsettled,
            CELL | {"state": "refused", "total": "1.00"},
            "Revenue Revenue USD 0f3a5c7e is refused in anaplan: 1.00 USD",
        ),
        (
            wording.difference,
            CELL | {"held": "3.00", "wanted": "1.00"},
            "anaplan holds 3.00 in Revenue Revenue USD 0f3a5c7e, and not 1.00 USD",
        ),
    ],
)
def test_a_row_is_said_in_one_line(said_by: Callable[[Any], str], row: dict[str, Any], says: str) -> None:
    """With its amounts, where it stands, and what somebody gave as the reason."""
    assert said_by(row) == says


def certificate(**sections: Any) -> dict[str, Any]:  # noqa: ANN401 sections are rows, or more sections
    """One of which nothing is told but these sections."""
    names = ("books", "late", "restated", "adjusted", "legs", "totals", "cells", "mappings")
    return {name: [] for name in names} | {"planning": {"unsettled": [], "differences": []}} | sections


def test_what_came_too_late_for_its_own_period_is_told_where_it_is_booked() -> None:
    """Since when; and it goes from here once it has come home."""
    now = certificate(adjusted=[BOOKED])
    assert changes(certificate(), now) == [
        Changed(section="adjusted", what="came", says=wording.adjusted(BOOKED), when=BOOKED["recorded_at"])
    ]
    assert [each.what for each in changes(now, certificate())] == ["went"]
    assert changes(now, certificate(adjusted=[BOOKED])) == []


def test_a_break_has_changed_when_somebody_answers_for_it_and_not_when_it_grows_older() -> None:
    """Those who explained and accepted it are both named; wherever it stands in its leg, it is told once."""

    def leg(*, is_placed: bool, **said: Any) -> dict[str, Any]:  # noqa: ANN401 the values of a row
        row = [BROKEN | said]
        there, nowhere = (row, []) if is_placed else ([], row)
        return {"reconciliation": BROKEN["reconciliation"], "sums": [], "breaks": there, "of_no_period": nowhere}

    before = certificate(legs=[leg(is_placed=True, state="open", age_days=1)])
    assert changes(before, certificate(legs=[leg(is_placed=True, state="open", age_days=2)])) == []
    [changed] = changes(before, certificate(legs=[leg(is_placed=False)]))
    assert (changed.section, changed.what, changed.when, changed.who) == (
        "breaks",
        "changed",
        BROKEN["accepted_at"],
        "ana, ben",
    )
    assert changed.says == f"{wording.broken(BROKEN)}; it was {wording.broken(BROKEN | {'state': 'open'})}"
