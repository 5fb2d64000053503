"""Reading facts back from exports: what is asked for, and what an export that cannot be trusted proves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.sap_analytics import analytics_writer, pipeline_cell
from tieout.delivering import CellValue
from tieout.errors import AccessDeniedError, MalformedError, UnavailableError
from tieout.systems.sap_analytics.readback import filter_of

URL = "https://tenant.test"
MARCH = {"Customer": "ACME", "ProductLine": "SOFTWARE", "LegalEntity": "EMEA", "Currency": "EUR", "Date": "202603",
         "Version": "public.Forecast"}  # fmt: skip


def read_from(
    pages: Sequence[dict[str, Any]], cells: Sequence[CellValue]
) -> tuple[dict[str, Decimal | None], list[httpx.URL]]:
    """What a tenant that exports these pages holds of some cells, and what it was asked."""
    asked: list[httpx.URL] = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        asked.append(request.url)
        return httpx.Response(200, content=json.dumps(pages[len(asked) - 1]).encode())

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return dict(analytics_writer(URL, http, ManualClock()).read(cells)), asked


def test_an_export_is_asked_for_these_intersections_and_all_dimensions() -> None:
    """SAP asks for every key column; the filter keeps out what nobody asked about."""
    cells = [pipeline_cell("a"), pipeline_cell("u", measure="Amount USD"), pipeline_cell("b", period="2026-04")]
    _, [url] = read_from([{"value": []}], cells)
    assert url.path == "/api/v1/dataexport/providers/sac/C_PIPELINE/FactData"
    assert dict(url.params) == {
        "$select": "Customer,ProductLine,LegalEntity,Currency,Date,Version,Amount,AmountUSD",
        "pagesize": "5000",
        "$filter": "(Currency eq 'EUR') and (Customer eq 'ACME') and (LegalEntity eq 'EMEA') and "
        "(ProductLine eq 'SOFTWARE') and (Version eq 'public.Forecast') and (Date eq '202603' or Date eq '202604')",
    }
    asked = url.raw_path.decode()
    assert asked.partition("?")[2].startswith("$select=Customer,ProductLine,")
    assert "&$filter=%28Currency%20eq%20%27EUR%27%29" in asked


@pytest.mark.parametrize(
    ("told", "held"),
    [(1500.1, "1500.1"), ("1500.10", "1500.1"), (7, "7"), ("-0.05", "-0.05"), (None, "0"), (0, "0")],
)
def test_a_value_is_a_number_or_one_as_text(told: object, held: str) -> None:
    """OData writes decimals either way; what is not booked is 0."""
    read, _ = read_from([{"value": [MARCH | {"Amount": told}]}], [pipeline_cell("a")])
    assert read == {"a": Decimal(held)}


def test_a_month_that_is_told_as_a_number_is_the_same_month() -> None:
    """Whatever the type of a column, its member is the same text."""
    read, _ = read_from([{"value": [MARCH | {"Date": 202603, "Amount": 7}]}], [pipeline_cell("a")])
    assert read == {"a": Decimal(7)}


def test_rows_that_nobody_asked_about_are_passed_over() -> None:
    """The filter is wider than the question, and a tenant that knew none of it would only send more."""
    rows = [MARCH | {"Currency": "USD", "Amount": 1}, MARCH | {"Amount": 2}, MARCH | {"Currency": "USD", "Amount": 3}]
    read, _ = read_from([{"value": rows}], [pipeline_cell("a"), pipeline_cell("b", period="2026-04")])
    assert read == {"a": Decimal(2), "b": Decimal(0)}


def test_a_place_that_is_shown_twice_is_no_proof() -> None:
    """A model with a dimension more than the landscape knows has several facts there: which is ours is not known."""
    with pytest.raises(MalformedError, match="twice"):
        read_from([{"value": [MARCH | {"Amount": 2}, MARCH | {"Amount": 3}]}], [pipeline_cell("a")])


@pytest.mark.parametrize("amount", [True, "many", "1_000", [1], {}])
def test_a_value_that_is_no_number_is_no_proof(amount: object) -> None:
    """A check that cannot be read must not pass."""
    with pytest.raises(MalformedError):
        read_from([{"value": [MARCH | {"Amount": amount}]}], [pipeline_cell("a")])


@pytest.mark.parametrize("page", [{}, {"value": None}, {"value": {}}, {"value": ["row"]}])
def test_a_page_of_another_shape_is_no_proof(page: dict[str, Any]) -> None:
    """An export without rows has an empty list of them."""
    with pytest.raises(MalformedError, match="unreadable"):
        read_from([page], [pipeline_cell("a")])


@pytest.mark.parametrize(
    "link", ["FactData?nextEntity=1", "/api/v1/dataexport/providers/sac/C_PIPELINE/FactData?nextEntity=1",
             f"{URL}/api/v1/dataexport/providers/sac/C_PIPELINE/FactData?nextEntity=1"]
)  # fmt: skip
def test_pages_are_followed_by_their_links(link: str) -> None:
    """Relative or whole, a link leads on from the page it stands on."""
    pages: list[dict[str, Any]] = [{"value": [], "@odata.nextLink": link}, {"value": [MARCH | {"Amount": 2}]}]
    read, asked = read_from(pages, [pipeline_cell("a")])
    assert read == {"a": Decimal(2)}
    assert str(asked[1]) == f"{URL}/api/v1/dataexport/providers/sac/C_PIPELINE/FactData?nextEntity=1"


@pytest.mark.parametrize("link", ["https://elsewhere.test/", "//elsewhere.test/x", "http://tenant.test/x"])
def test_a_link_to_another_host_is_not_followed(link: str) -> None:
    """It would be shown our token."""
    with pytest.raises(MalformedError, match="elsewhere"):
        read_from([{"value": [], "@odata.nextLink": link}, {"value": []}], [pipeline_cell("a")])


def test_pages_that_lead_back_to_one_of_them_end() -> None:
    """Else a check would never."""
    page = {"value": [], "@odata.nextLink": "FactData?nextEntity=1"}
    with pytest.raises(MalformedError, match="circle"):
        read_from([page, page, page], [pipeline_cell("a")])


@pytest.mark.parametrize(
    ("answer", "error"),
    [(httpx.Response(404), AccessDeniedError), (httpx.Response(503), UnavailableError),
     (httpx.Response(200, text="<html>login</html>"), UnavailableError)]
)  # fmt: skip
def test_an_export_that_is_not_given_is_told(answer: httpx.Response, error: type[Exception]) -> None:
    """Reading writes nothing, so nothing is ever lost by it."""

    def handle(request: httpx.Request) -> httpx.Response:
        token = request.url.path == "/oauth/token"
        return httpx.Response(200, json={"access_token": "t"}) if token else answer

    http = httpx.Client(transport=httpx.MockTransport(handle))
    with pytest.raises(error):
        analytics_writer(URL, http, ManualClock()).read([pipeline_cell()])


def test_a_quote_in_a_member_is_doubled() -> None:
    """OData's own way, so that no member ends the text it stands in."""
    assert filter_of([(("Customer", "O'Hara"),)]) == "(Customer eq 'O''Hara')"


def test_a_filter_ends_where_it_would_be_too_long() -> None:
    """Dimensions of few members come first, and one is named whole or not at all."""
    keys = [(("Customer", f"CUSTOMER_{number}"), ("Version", "public.Actual")) for number in range(200)]
    assert filter_of(keys) == "(Version eq 'public.Actual')"
    few = filter_of(keys[:3])
    assert few.endswith("(Customer eq 'CUSTOMER_0' or Customer eq 'CUSTOMER_1' or Customer eq 'CUSTOMER_2')")


def test_a_cell_without_a_dimension_is_asked_for_without_a_filter() -> None:
    """A model of one fact."""
    cell = CellValue(cell_id="r", cube="Pipeline", measure="Amount", members=(), value=Decimal(1))
    read, [url] = read_from([{"value": [{"Amount": 3}]}], [cell])
    assert read == {"r": Decimal(3)}
    assert "$filter" not in url.params
