"""What may stand in a query, how many ids fit into one, and where a listing goes on."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.salesforce_answers import record_id
from tieout.errors import UnreadableRecordError
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.cursors import Cursor
from tieout.systems.salesforce.options import ContractFields, LineFields

NAMES = st.from_regex("[A-Za-z][A-Za-z0-9_]{0,79}", fullmatch=True)
IDS = [record_id("006", each) for each in range(1, 900)]


@given(st.integers(0, 899), st.lists(NAMES, min_size=5, max_size=5), st.integers(0, 300), st.integers(2_000, 16_384))
def test_no_chunk_makes_an_address_too_long(count: int, names: list[str], address_bytes: int, limit: int) -> None:
    """Whatever the account calls its fields: every id is asked for once, in order, and as many at once as may be."""
    value, renewal_amount, renewal_date, probability, product = names
    fields = ContractFields(
        value=value,
        renewal_amount=renewal_amount,
        renewal_date=renewal_date,
        probability=probability,
        product=product,
    )
    query = partial(queries.contracts, fields=fields)
    chunks = list(queries.in_chunks(IDS[:count], query, address_bytes, limit))
    assert [each for chunk in chunks for each in chunk] == IDS[:count]

    def length(ids: tuple[str, ...]) -> int:
        return address_bytes + len(quote(query(ids).soql(), safe=""))

    assert all(len(chunk) <= 200 and length(chunk) <= limit for chunk in chunks)
    for chunk, following in pairwise(chunks):
        assert len(chunk) == 200 or length((*chunk, *following[:2])) > limit


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (200, [200]), (201, [200, 1])])
def test_ids_are_asked_for_by_two_hundred(count: int, sizes: list[int]) -> None:
    """They fit below what Salesforce takes of an address and its headers."""
    chunks = list(queries.in_chunks(IDS[:count], queries.opportunities, 100))
    assert [len(each) for each in chunks] == sizes
    assert all(len(quote(queries.opportunities(each).soql(), safe="")) < queries.URI_BYTES for each in chunks)


@pytest.mark.parametrize(
    "bad", ["", "006", "006000000000001", "006000000000001AA'", "0" * 19, "00600000000000\u0661AAA"]
)
def test_what_is_no_id_reaches_no_query(bad: str) -> None:
    """Not even in a listing's place."""
    for query in (queries.opportunities, queries.mergers, queries.opportunities_of):
        with pytest.raises(UnreadableRecordError):
            query([bad])
    if bad:
        with pytest.raises(UnreadableRecordError):
            queries.page("Opportunity", Cursor(after=bad))
        with pytest.raises(UnreadableRecordError):
            queries.page("Opportunity", Cursor(account=bad))


def test_no_field_is_asked_for_twice() -> None:
    """Salesforce refuses such a query; an account may count by a field that is asked for anyway."""
    columns = queries.line_items([], LineFields(recurring_amount="TotalPrice", term_months="Term__c")).columns
    assert columns.count("TotalPrice") == 1
    assert columns[-1] == "Term__c"
    assert "" not in queries.contracts([], ContractFields()).columns


@pytest.mark.parametrize(
    ("cursor", "text", "conditions"),
    [
        (Cursor(), "*", ""),
        (Cursor(after=IDS[0]), f"*{IDS[0]}", f"WHERE Id > '{IDS[0]}' "),
        (Cursor(account=IDS[1]), f"*{IDS[1]}:", f"WHERE AccountId = '{IDS[1]}' "),
        (Cursor(IDS[1], IDS[0]), f"*{IDS[1]}:{IDS[0]}", f"WHERE Id > '{IDS[0]}' AND AccountId = '{IDS[1]}' "),
    ],
)
def test_a_place_in_a_listing_is_a_record_id(cursor: Cursor, text: str, conditions: str) -> None:
    """It is read as it was written, and asks for what lies behind it in an order without ties."""
    assert cursor.text() == text
    assert Cursor.parse(text) == cursor
    assert queries.page("Contract", cursor) == ("Contract", ("Id",), f"{conditions}ORDER BY Id LIMIT 200")


@pytest.mark.parametrize(
    "text", ["", "x", "**", "*006", f"*{IDS[0]}{IDS[1]}", f"*:{IDS[0]}", f"{IDS[0]}", f"*{IDS[0]} "]
)
def test_no_other_text_is_a_place_in_a_listing(text: str) -> None:
    """A wildcard of Salesforce's own (`006*`) is none either: the door asks for all instead."""
    with pytest.raises(UnreadableRecordError):
        Cursor.parse(text)
