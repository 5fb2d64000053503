"""The OData queries: what they ask, how many keys fit into an address, and that nothing but checked keys stands in one."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest

from tieout.systems.sap_s4hana import queries

ENTRIES = ["1710/2026/42", "1010/2025/1400000007"]


def parameters(query: queries.Query) -> dict[str, str]:
    """The parameters of an address, decoded."""
    return {name: values[0] for name, values in parse_qs(urlsplit(query.address()).query).items()}


def test_sales_orders_are_asked_for_in_both_spellings_with_their_items() -> None:
    """Numbers are compared with zeros by some services, and without by others."""
    query = queries.sales_orders(["3016401", "A1"])
    said = parameters(query)
    assert urlsplit(query.address()).path == "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"
    assert said["$filter"] == "SalesOrder eq '3016401' or SalesOrder eq '0003016401' or SalesOrder eq 'A1'"
    assert (said["$expand"], said["$orderby"], said["$format"]) == ("to_Item", "SalesOrder", "json")
    assert "to_Item/NetAmount" in said["$select"].split(",")
    assert "$top" not in said


def test_journal_entries_are_asked_for_by_company_year_and_number() -> None:
    """A number alone names several entries; and in all ledgers, so that none is taken for hidden."""
    said = parameters(queries.journal_items(ENTRIES, "2"))
    assert said["$filter"] == (
        "(CompanyCode eq '1710' and FiscalYear eq '2026' and (AccountingDocument eq '42' or AccountingDocument eq '0000000042'))"
        " or (CompanyCode eq '1010' and FiscalYear eq '2025' and (AccountingDocument eq '1400000007'))"
    )
    assert {"AdditionalCurrency2", "AmountInAdditionalCurrency2", "Ledger"} <= set(said["$select"].split(","))
    assert "AdditionalCurrency" not in parameters(queries.journal_items(ENTRIES, ""))["$select"]


def test_spaces_and_quotes_are_encoded_and_nothing_is_twice() -> None:
    """An address has no space; a property named twice is refused by some services."""
    for query in (queries.sales_orders(["1"]), queries.billing_documents(["1"]), queries.journal_items(ENTRIES, "1")):
        assert " " not in query.address()
        assert "'" not in query.address()
        assert len(set(query.columns)) == len(query.columns)


@pytest.mark.parametrize("limit", [900, 2000, 6000])
@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 250])
def test_no_address_is_longer_than_the_limit(count: int, limit: int) -> None:
    """All keys are asked for, each once and in order, a hundred at most at a time."""
    keys = [str(3_000_000 + number) for number in range(count)]
    chunks = list(queries.in_chunks(keys, queries.sales_orders, 40, limit))
    assert [each for chunk in chunks for each in chunk] == keys
    assert max(map(len, chunks)) <= 100
    assert all(40 + len(queries.sales_orders(chunk).address()) <= limit for chunk in chunks)
    assert all(
        len(chunk) == 100 or 40 + len(queries.sales_orders([*chunk, more[0]]).address()) > limit
        for chunk, more in pairwise(chunks)
    )


def test_a_key_that_fits_into_no_address_is_asked_for_all_the_same() -> None:
    """What is on the way may take more than we think; if not, it says so."""
    ask = partial(queries.journal_items, group_amount="1")
    assert list(queries.in_chunks(ENTRIES, ask, 40, 10)) == [(ENTRIES[0],), (ENTRIES[1],)]
    assert list(queries.in_chunks([], ask, 40)) == []


def test_one_is_asked_for_where_any_will_do() -> None:
    """To see whether we are shown any."""
    said = parameters(queries.first_of(queries.SALES_ORDERS, "SalesOrder"))
    assert said == {"$select": "SalesOrder", "$top": "1", "$format": "json"}
