"""A certificate names whoever answers for an entry that its facts were planned with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tieout.arriving.notice import RecordKey
from tieout.certifying.sections import mapping_rows
from tieout.ledger.closed_period import PlannedBy
from tieout.ledger.mappings import MappingEntry
from tieout.planning.mapping import MappingKey

NAME = MappingKey("erp", "customer", "7")
RECORDS = (RecordKey("erp", "invoice", "1"), RecordKey("erp", "invoice", "2"))
STORED = MappingEntry(key=NAME, member="ACME", stored_by="ana", stored_at=datetime(2026, 4, 2, tzinfo=UTC))
APPROVED = MappingEntry(
    key=NAME, member="ACME", stored_by="ana", stored_at=STORED.stored_at, proposal="5f0c", approved_by="ben"
)


@pytest.mark.parametrize(
    ("stored", "said"),
    [(STORED, ("ana", "", "")), (APPROVED, ("ana", "5f0c", "ben")), (None, ("", "", ""))],
)
def test_an_entry_says_who_stored_it_by_which_proposal_and_who_approved_that(
    stored: MappingEntry | None, said: tuple[str, str, str]
) -> None:
    """And nobody, where it needed no approval, or where nobody stored it."""
    planned_by = {each: PlannedBy(kind="invoice", schema_version=1, used={NAME: "ACME"}) for each in RECORDS}
    [row] = mapping_rows(planned_by, {NAME: stored} if stored else {})
    assert (row["stored_by"], row["proposal"], row["approved_by"]) == said
    assert (row["member"], row["facts"]) == ("ACME", 2)
