"""A period that does not tie out is not signed: it is said what is in the way, and what helps; a draft says so as well."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from ops.certifying import Certifying, NotSignedError, Wanted, what_helps
from ops.verifying import verified
from tests.support.certified_period import COMPANY, PERIOD, REVENUE, invoice
from tests.support.operated_certificates import CertifiedStage
from tieout.closing import BooksState
from tieout.ledger.breaks import BreakLedger
from tieout.ledger.cells import CellLedger


def test_what_is_in_the_way_is_said_with_what_to_do(certified: CertifiedStage, tmp_path: Path) -> None:
    """An open break is accepted first; parked notices are signed for with a reason, or are not there."""
    certified.stage.aws.sqs.send_message(QueueUrl=certified.stage.queues["forecast_to_plan-dead"], MessageBody="{}")
    place = certified.stage.place
    certifying = Certifying(place, certified.clock)
    with pytest.raises(NotSignedError, match=r"1 messages are parked in forecast_to_plan.*--despite REASON"):
        certifying.sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo"))
    certified.clock.advance(1)
    made = certified.signed(tmp_path, "--despite", "a test message of last year")
    assert made["signed_for"] == {"by": certified.stage.who, "reason": "a test message of last year"}
    certified.clock.advance(1)
    certified.march.record(invoice("4", 2_000))
    with pytest.raises(NotSignedError, match="a break of kind held is open"):
        certifying.sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo", reason="whatever"))


@pytest.mark.parametrize("options", [(), ("--draft",)])
def test_a_break_that_is_in_the_way_can_be_explained_at_once(
    certified: CertifiedStage, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """By the name that is said, though the stages were not compared since it is there."""
    certified.march.record(invoice("4", 2_000))
    kept = BreakLedger(certified.clock.table)
    assert list(kept.breaks(REVENUE)) == []
    with nullcontext() if options else pytest.raises(NotSignedError, match="is open: tieout breaks explain"):
        certified.signed(tmp_path, *options)
    [each] = kept.breaks(REVENUE)
    assert (each.tracked.found.kind, each.tracked.state) == ("held", "open")


def test_who_is_refused_is_told_what_helps(certified: CertifiedStage) -> None:
    """Planning was written to since it was read back."""
    march, now = certified.march, certified.clock.now()
    march.close(BooksState.OPEN, "audit")
    march.record(invoice("4", 2_000))
    cells = CellLedger(certified.clock.table)
    places = cells.dirty("anaplan", 10).found
    lacking = [cell for place in places for cell in place.lacking()]
    cells.mark_written(places, lacking, cells.open_receipt("anaplan", "1" * 32, now, lacking), {}, now)
    march.close()
    with pytest.raises(
        NotSignedError, match=r"--despite REASON\)\nWhat helps.*\n  tieout readback run --target anaplan$"
    ):
        Certifying(certified.stage.place, certified.clock).sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo"))


def test_what_can_be_read_and_listed_is_said_with_the_commands_that_have_it_done() -> None:
    """A connection once, from the first day that no census covers of anything it lists."""
    content = {
        "planning": {
            "cycles": [
                {"target": "anaplan", "is_behind_last_write": False},
                {"target": "oracle-epm", "is_behind_last_write": True},
            ]
        },
        "census": [
            {
                "connection": "erp",
                "is_listed": True,
                "gaps": [["2026-03-05T00:00:00.000Z", "2026-03-06T00:00:00.000Z"]],
            },
            {
                "connection": "erp",
                "is_listed": True,
                "gaps": [["2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"]],
            },
            {"connection": "crm", "is_listed": True, "gaps": []},
            {"connection": "files", "is_listed": False, "gaps": [["2026-03-01T00:00:00.000Z", ""]]},
        ],
    }
    assert what_helps(content) == [
        "tieout readback run --target anaplan",
        "tieout census run erp --from 2026-03-01",
    ]


def test_a_draft_is_written_whatever_is_in_the_way_and_is_no_certificate(
    certified: CertifiedStage, tmp_path: Path
) -> None:
    """It says what is, and nobody has signed it."""
    certified.march.record(invoice("4", 2_000))
    made = certified.signed(tmp_path, "--draft")
    assert (made["ties_out"], made["signed_with"], len(made["in_the_way"])) == (False, "", 1)
    came = verified(certified.stage.place, Path(made["certificate"]).read_bytes())
    assert "nobody has signed it: it is a draft" in came.flaws
    assert certified.stage.tieout("close", "list") == []
