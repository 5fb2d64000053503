"""Where others contradict an owner stands in the ledger, each conflict once, in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from tests.support.ledger_scenes import NOW
from tests.support.memory_table import MemoryTable
from tests.support.short_pages import ShortPages
from tieout.arriving.notice import RecordKey
from tieout.ledger.conflicts import ConflictLedger, key_of
from tieout.ledger.table import Table
from tieout.masters import Conflict

CONNECTIONS = ("crm", "billing")
NAME = Conflict(
    kind="Customer",
    code="C_1",
    field="name",
    owner=RecordKey("erp", "customer", "1"),
    owner_says="Acme",
    record=RecordKey("crm", "account", "7"),
    says="ACME Inc.",
)
COUNTRY = replace(NAME, field="country", owner_says="DE", says="FR")
IN_BILLING = replace(NAME, record=RecordKey("billing", "customer", "7"))
PRODUCT = replace(NAME, kind="Product")
LATER = NOW + timedelta(days=1)


def news(table: Table, *found: Conflict, kinds: tuple[str, ...] = ("Customer",)) -> Counter[str]:
    """How many of some conflicts nobody knew of, a day later."""
    return ConflictLedger(table).news(kinds, found, CONNECTIONS, LATER)


def test_a_conflict_is_news_once_whatever_both_say(table: Table) -> None:
    """As long as the record contradicts the owner of the field; of each connection apart."""
    assert ConflictLedger(table).news({"Customer"}, [NAME], CONNECTIONS, NOW) == {"crm": 1}
    assert news(table, replace(NAME, says="Acme, Inc.", owner_says="Acme AG")) == {}
    assert news(table, NAME, COUNTRY, IN_BILLING) == {"crm": 1, "billing": 1}
    assert ConflictLedger(table).since("crm") == {key_of(NAME): NOW, key_of(COUNTRY): LATER}


def test_one_that_is_over_is_forgotten_and_news_if_it_comes_again(table: Table) -> None:
    """What is not told of because its kind was not compared goes on."""
    news(table, NAME, PRODUCT, kinds=("Customer", "Product"))
    assert news(table) == {}
    assert ConflictLedger(table).since("crm") == {key_of(PRODUCT): LATER}
    assert news(table, NAME) == {"crm": 1}


def test_what_is_known_is_written_no_more() -> None:
    """Members are compared all day: it is looked up, and no more."""
    points: list[str] = []
    table = MemoryTable(io=points.append)
    news(table, NAME, COUNTRY)
    points.clear()
    assert news(table, NAME, COUNTRY) == {}
    assert {point.rpartition(".")[2] for point in points} == {"query"}


def test_words_of_any_length_and_alphabet_are_one_conflict_each(table: Table) -> None:
    """A code or a number of a source may be longer than a key of the table."""
    long = [replace(NAME, code="顧客" * 2000 + end, record=RecordKey("crm", "account", "9" * 3000)) for end in "ab"]
    assert news(table, *long) == {"crm": 2}
    assert news(table, *long) == {}


def test_every_conflict_of_a_connection_is_known(table: Table) -> None:
    """However many pages they fill."""
    many = [replace(NAME, code=f"C_{number}") for number in range(5)]
    assert news(table, *many) == {"crm": 5}
    assert ConflictLedger(ShortPages(table)).since("crm").keys() == {key_of(each) for each in many}


def test_of_two_who_find_a_conflict_at_once_one_has_news() -> None:
    """And since when it is known stays as the first one said."""
    table = MemoryTable()
    meanwhile = [NAME]

    def io(point: str) -> None:
        if point == "before ledger.write_each" and meanwhile:
            assert ConflictLedger(table).news({"Customer"}, [meanwhile.pop()], CONNECTIONS, NOW) == {"crm": 1}

    table.io = io
    assert news(table, NAME, COUNTRY) == {"crm": 1}
    assert ConflictLedger(table).since("crm") == {key_of(NAME): NOW, key_of(COUNTRY): LATER}


def test_thousands_of_conflicts_are_news_a_thousand_at_a_time() -> None:
    """A source that is read for the first time keeps nobody waiting for minutes; as many are forgotten at a time."""
    table = MemoryTable()
    many = [replace(NAME, code=f"C_{number}") for number in range(1_500)]
    assert [news(table, *many) for _ in range(3)] == [{"crm": 1_000}, {"crm": 500}, {}]
    assert len(ConflictLedger(table).since("crm")) == 1_500
    for left in (500, 0):
        assert news(table) == {}
        assert len(ConflictLedger(table).since("crm")) == left
