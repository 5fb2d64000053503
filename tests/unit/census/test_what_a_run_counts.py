from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tieout.arriving.notice import RecordKey
from tieout.census import Difference, Known, Phase, Purpose, Run, Tally, missing_of
from tieout.facts.listing import Listed, Window
from tieout.money import Money

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def listed(number: int, amount: Money | None, *, deleted: bool = False) -> Listed:
    """A record as a source lists it."""
    key = RecordKey("crm", "opportunity", str(number))
    return Listed(key=key, version="1", amount=amount, deleted=deleted)


def test_a_page_adds_to_what_was_counted() -> None:
    """What is gone is worth nothing any more; each currency and each difference stands for itself."""
    first = Tally(listed=1, worth_minor={"EUR": 5}, differences={Difference.OLDER_HERE: 2})
    page = [
        listed(1, Money(7, "EUR")),
        listed(2, Money(3, "USD")),
        listed(3, Money(9, "EUR"), deleted=True),
        listed(4, None),
    ]
    found = [Difference.OLDER_HERE, Difference.NEVER_RECEIVED, Difference.OLDER_HERE]
    assert first.with_page(page, found) == Tally(
        listed=5,
        worth_minor={"EUR": 12, "USD": 3},
        differences={Difference.OLDER_HERE: 4, Difference.NEVER_RECEIVED: 1},
    )


def test_two_tallies_are_added_up() -> None:
    """Whatever only one of them has is kept."""
    one = Tally(listed=2, worth_minor={"EUR": 5, "USD": 1}, differences={Difference.OLDER_HERE: 2})
    other = Tally(
        listed=3, worth_minor={"EUR": 6, "JPY": 9}, differences={Difference.OLDER_HERE: 3, Difference.NEVER_RECEIVED: 1}
    )
    assert one.and_also(other) == Tally(
        listed=5,
        worth_minor={"EUR": 11, "USD": 1, "JPY": 9},
        differences={Difference.OLDER_HERE: 5, Difference.NEVER_RECEIVED: 1},
    )


def test_a_run_is_kept_whole() -> None:
    """Who asked for it and how often the source was asked, too; nobody did where the schedule began it."""
    span = Window(NOW - timedelta(days=1), NOW)
    begun = Run.begun(
        connection="crm", entity="opportunity", purpose=Purpose.CENSUS, span=span, now=NOW, asked_by="ann"
    )
    run = begun._replace(
        phase=Phase.DONE,
        cursor="c",
        pages=7,
        window=Tally(listed=1),
        total=Tally(listed=2, worth_minor={"EUR": 5}, differences={Difference.OLDER_HERE: 2}),
        waits_until=NOW,
        failing="UnavailableError",
        revision=4,
    )
    assert begun.asked_by == "ann"
    assert Run.of_plain("crm", "opportunity", Purpose.CENSUS, run.plain(), 4) == run
    by_schedule = Run.begun(connection="crm", entity="opportunity", purpose=Purpose.CENSUS, span=span, now=NOW)
    assert by_schedule.asked_by == ""


def test_what_is_here_and_not_there_is_told_from_what_is_deleted_there() -> None:
    """A source may still list what is gone; what is gone here too is missed by nobody."""
    there = {each.key: each for each in (listed(1, None), listed(2, None, deleted=True), listed(4, None, deleted=True))}
    known = {
        RecordKey("crm", "opportunity", str(number)): Known(source_version="1", is_gone=number == 4)
        for number in (1, 2, 3, 4)
    }
    assert {key.record_id: each for key, each in missing_of(known, there).items()} == {
        "2": Difference.DELETED_THERE,
        "3": Difference.UNKNOWN_THERE,
    }
