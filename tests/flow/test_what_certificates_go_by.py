"""What a certificate goes by: the landscape's currency and calendars, links that people confirmed, its day, and the last write."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.flow.test_certified_periods import INVOICES
from tests.support.certified_period import COMPANY, ERP, PERIOD, REVENUE, invoice, march
from tieout.arriving.notice import RecordKey
from tieout.certifying.deriving import Asked, derive
from tieout.ledger import keys
from tieout.ledger.breaks import BreakLedger, KeptLink
from tieout.ledger.certificates import CertificateLedger
from tieout.ledger.stages import StageLedger
from tieout.ledger.table import Put
from tieout.planning.model import PlanningModel
from tieout.reconciliations import Matching, Tolerance
from tieout.reconciling.items import difference
from tieout.reconciling.linking import came_to
from tieout.reconciling.matching import Link


def test_amounts_are_said_in_the_landscapes_reporting_currency() -> None:
    """With its own decimals, of which the yen has none."""
    made = march(INVOICES)
    made.landscape = replace(made.landscape, reporting_currency="JPY")
    [leg] = [each for each in made.derived()["legs"] if each["sums"]]
    assert "." not in leg["sums"][0]["left"]["reporting"]


def test_a_period_has_the_days_of_its_companys_calendar() -> None:
    """Which other companies do not know."""
    made = march()
    kept = CertificateLedger(made.table).evidence(COMPANY, PERIOD, made.evidence)
    CertificateLedger(made.table).keep_evidence("E-2", "RT2026-P02", kept)
    asked = Asked(legal_entity="E-2", period="RT2026-P02", as_of=made.clock.now(), evidence=made.evidence)
    said = derive(made.table, made.landscape, asked)["days"]
    assert said == ["2026-03-01", "2026-03-28"]


def test_a_link_that_holds_no_more_is_told_in_its_leg() -> None:
    """Somebody said of other amounts that these records belong together."""
    made = march(INVOICES)
    one = RecordKey(ERP, "invoice", "1")
    kept = KeptLink(link=Link(one, one), came_to="something else", by="ana", at=made.clock.now())
    BreakLedger(made.table).link(REVENUE, kept)
    assert {each["reconciliation"]: each["outdated_links"] for each in made.derived()["legs"]} == {
        each.name: [f"{one}|{one}"] if each.name == REVENUE else [] for each in made.landscape.reconciliations
    }


def test_a_link_that_holds_joins_what_nothing_else_does() -> None:
    """As long as both records come to what they did when somebody said that they belong together."""
    made = march([invoice("1", 10_000)])
    [pair] = [each for each in made.landscape.reconciliations if each.name == REVENUE]
    unmatched = replace(pair, matchings=(Matching(name="the posting", left=("posting",), right=("posting",)),))
    made.landscape = replace(made.landscape, reconciliations=(unmatched,))
    assert {each["kind"] for each in made.derived()["legs"][0]["breaks"]} == {"missing_here", "missing_there"}
    stages = StageLedger(made.table, PlanningModel.of(made.landscape), ("invoice",))
    [left], [right] = map(list, stages.sides_of([unmatched])[REVENUE])
    joined = Link(left.record, right.record)
    both = came_to(difference([left], []), difference([], [right]))
    BreakLedger(made.table).link(REVENUE, KeptLink(link=joined, came_to=both, by="ana", at=made.clock.now()))
    [leg] = made.derived()["legs"]
    assert (leg["breaks"], leg["outdated_links"]) == ([], [])


@pytest.mark.parametrize(("days_later", "kind"), [(0, "timing"), (30, "missing_there")])
def test_what_may_still_follow_on_the_day_of_the_certificate_is_timing(days_later: int, kind: str) -> None:
    """And is missing once the days are over in which it may."""
    made = march([invoice("1", 10_000)])
    [pair] = [each for each in made.landscape.reconciliations if each.name == REVENUE]
    elsewhere = replace(pair.left, name="elsewhere", connections=("nobody",), sign=1)
    patient = replace(pair, right=elsewhere, tolerance=Tolerance(days=45))
    made.landscape = replace(made.landscape, reconciliations=(patient,))
    [one] = made.derived(as_of=made.clock.now() + timedelta(days=days_later))["legs"][0]["breaks"]
    assert one["kind"] == kind


def test_a_target_is_behind_the_last_of_all_writes_to_it() -> None:
    """Wherever in the period that was made."""
    made = march([invoice("1", 10_000)])
    [place] = made.derived()["cells"]
    there = made.table.contents()[keys.cell_key("anaplan", place["intersection"])]
    empty = {name: 0 if name.startswith(keys.TOTAL) else value for name, value in there.items()}
    last = "2026-04-04T00:00:00.000Z"
    for name, written_at in (("0" * 32, last), ("f" * 32, "2026-04-01T00:00:00.000Z")):
        made.table.write([Put(keys.cell_key("anaplan", name), empty | {"written_at": written_at})])
    [cycle] = [each for each in made.derived()["planning"]["cycles"] if each["target"] == "anaplan"]
    assert cycle["last_write"] == last
