"""Change tracking of a simulated environment: from delta link to delta link, over pages, past a link that is too old."""

from __future__ import annotations

import pytest

from tests.support.dynamics_sales_environment import CONNECTION, LiveSales
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, Tracker

WEEK_SECONDS = 604_800


def changed(live: LiveSales, mark: str = "") -> tuple[list[list[Listed]], str]:
    """The pages of what has changed since a mark, and the mark they end with."""
    pages, cursor = [], ""
    while True:
        page = live.listing.changes("opportunity", mark, cursor)
        pages.append(list(page.records))
        cursor = page.following
        if not cursor:
            return pages, page.mark


def ids(pages: list[list[Listed]]) -> list[str]:
    """The records of all pages."""
    return [each.key.record_id for page in pages for each in page]


def test_changes_and_deletions_are_told_since_a_mark(live: LiveSales) -> None:
    """Each at the version and the day that the reader states; what is gone has neither."""
    assert isinstance(live.listing, Tracker)
    kept, gone, quiet = live.open(), live.open(), live.open()
    pages, mark = changed(live)
    assert ids(pages) == [kept, gone, quiet]
    live.change(kept, estimatedvalue="2.00")
    live.control("DELETE", f"opportunities/{gone}")
    new = live.open()
    pages, later = changed(live, mark)
    told = {each.key.record_id: each for page in pages for each in page}
    assert set(told) == {kept, gone, new}
    assert told[gone] == Listed(key=RecordKey(CONNECTION, "opportunity", gone), version="", deleted=True)
    assert told[kept].version == live.statement(kept).source_version
    assert told[kept].day == live.fact(kept).close_date
    assert changed(live, later) == ([[]], changed(live, later)[1])


def test_changes_come_in_pages_that_are_never_too_long(live: LiveSales) -> None:
    """Deletions behind what was written, and each record once, whatever happens meanwhile."""
    made = [live.selling.save({"currency": "EUR"})[0].row_id for _ in range(402)]
    page = live.listing.changes("opportunity", "", "")
    live.change(made[0], name="changed meanwhile")
    assert (len(page.records), page.mark) == (200, "")
    second = live.listing.changes("opportunity", "", page.following)
    third = live.listing.changes("opportunity", "", second.following)
    found = [each.key.record_id for each in (*page.records, *second.records, *third.records)]
    assert found == made
    pages, _ = changed(live, third.mark)
    assert ids(pages) == [made[0]]


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_mark_that_is_too_old_is_answered_by_a_new_listing_of_all(live: LiveSales, *, is_gone: bool) -> None:
    """In pages; the next poll goes on from there."""
    made = [live.selling.save({"currency": "EUR"})[0].row_id for _ in range(201)]
    _, mark = changed(live)
    if is_gone:
        live.fault("answer", status=410, path="/api/data/")
    else:
        live.clock.advance(WEEK_SECONDS + 1)
    pages, later = changed(live, mark)
    assert sorted(ids(pages)) == sorted(made)
    assert [len(page) for page in pages] == [200, 1]
    live.change(made[7], name="changed")
    assert ids(changed(live, later)[0]) == [made[7]]


def test_what_was_deleted_and_restored_is_there(live: LiveSales) -> None:
    """Dataverse tells of both, and a deletion that is over must not stand."""
    record_id = live.open()
    _, mark = changed(live)
    live.control("DELETE", f"opportunities/{record_id}")
    live.control("POST", "opportunities", opportunityid=record_id, currency="EUR")
    [[told]] = changed(live, mark)[0]
    assert (told.key.record_id, told.deleted) == (record_id, False)


def test_changes_of_other_entities_are_not_tracked(live: LiveSales) -> None:
    """Products are nothing by themselves."""
    with pytest.raises(UnreadableRecordError):
        live.listing.changes("line_item", "", "")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 429}, ThrottledError),
        ({"status": 503}, UnavailableError),
        ({"status": 403}, AccessDeniedError),
        ({"status": 200, "body": {"value": []}}, UnavailableError),
        (
            {"status": 200, "body": {"value": [], "@odata.deltaLink": "https://evil.example/api/data/v9.2/x"}},
            UnavailableError,
        ),
        ({"status": 200, "body": {"value": [{"opportunityid": "x"}], "@odata.deltaLink": "same"}}, UnavailableError),
    ],
)
def test_an_answer_that_does_not_say_where_changes_go_on_is_none(
    live: LiveSales, fault: dict[str, object], error: type[Exception]
) -> None:
    """And no token goes elsewhere."""
    live.fault("answer", path="/api/data/", times=2, **fault)
    with pytest.raises(error):
        live.listing.changes("opportunity", "", "")
