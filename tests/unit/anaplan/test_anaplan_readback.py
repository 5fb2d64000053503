"""Reading cells back from views laid out in whatever way the model's builder chose."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.anaplan import BASIC, anaplan_writer, pipeline_cell
from tests.support.clock import ManualClock
from tieout.errors import MalformedError
from tieout.landscape import Option
from tieout.systems.anaplan.writing import AnaplanWriter

ITEMS = {
    "101": [("11", "Acme Corporation", "ACME"), ("12", "Globex GmbH", "GLOBEX")],
    "102": [("21", "Software", "SOFTWARE")],
    "103": [("31", "EUR", "EUR")],
    "20000000003": [("41", "Mar 26", ""), ("42", "Apr 26", ""), ("43", "Period 3 FY26", "")],
    "20000000020": [("51", "Forecast", "")],
}
LINE_ITEMS = [{"id": "61", "name": "Amount"}, {"id": "62", "name": "Weighted amount"}]
CUSTOMER, PRODUCT, CURRENCY = (
    {"id": f"10{n}", "name": name} for n, name in enumerate(("Customer", "Product line", "Currency"), 1)
)
TIME, VERSIONS = {"id": "20000000003", "name": "Time"}, {"id": "20000000020", "name": "Versions"}
LINES = {"id": "20000000012", "name": "Line items"}


def writer_seeing(
    view: dict[str, Any], pages: dict[str, dict[str, Any]], **options: Option
) -> tuple[AnaplanWriter, list[str]]:
    """A writer on a model with one view, `pages` being the data of each page selection; and what was asked of the data."""
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("/models/")[2].partition("/")[2]
        if path.endswith("/data"):
            asked.append(request.url.params.get("pages", ""))
            return httpx.Response(200, json=pages[asked[-1]])
        if path.startswith("dimensions/"):
            wanted = {text.casefold() for texts in json.loads(request.content).values() for text in texts}
            found = [i for i in ITEMS[path.split("/")[1]] if {i[1].casefold(), i[2].casefold()} & wanted]
            return httpx.Response(
                200, json={"items": [{"id": i[0], "name": i[1], "code": i[2] or i[1]} for i in found]}
            )
        fixed: dict[str, Any] = {
            "modules": {"modules": [{"id": "M1", "name": "Pipeline"}]},
            "views/M1": view,
            "modules/M1/lineItems": {"items": LINE_ITEMS},
        }
        return httpx.Response(
            200, json=fixed.get(path, {"tokenInfo": {"tokenValue": "t", "expiresAt": 1_900_000_000_000}})
        )

    return anaplan_writer(
        "https://anaplan.test", httpx.Client(transport=httpx.MockTransport(handle)), ManualClock(), BASIC, **options
    ), asked


def test_line_items_may_stand_on_pages_and_two_dimensions_on_rows() -> None:
    """Coordinates are put together from pages, rows and columns, wherever each dimension stands."""
    view = {"pages": [LINES, CURRENCY, PRODUCT], "rows": [CUSTOMER, VERSIONS], "columns": [TIME]}
    data = {
        "pages": ["Amount", "EUR", "Software"],
        "columnCoordinates": [["Mar 26"], ["Apr 26"]],
        "rows": [
            {"rowCoordinates": ["Acme Corporation", "Forecast"], "cells": ["1500.1", "0"]},
            {"rowCoordinates": ["Globex GmbH", "Forecast"], "cells": ["", "-7"]},
        ],
    }
    writer, asked = writer_seeing(view, {"20000000012:61,103:31,102:21": data})
    cells = [
        pipeline_cell("a"),
        pipeline_cell("b", period="2026-04"),
        pipeline_cell("c", customer="globex", period="2026-04"),
        pipeline_cell("d", customer="GLOBEX"),
        pipeline_cell("e", customer="NOBODY"),
    ]
    expected = {"a": Decimal("1500.1"), "b": Decimal(0), "c": Decimal(-7), "d": None, "e": None}
    assert writer.read(cells) == expected
    assert len(asked) == 1


def test_each_page_is_read_once() -> None:
    """Cells of one page cost one call together."""
    view = {"pages": [CUSTOMER, PRODUCT, CURRENCY, VERSIONS], "rows": [LINES], "columns": [TIME]}
    data = {"columnCoordinates": [["Mar 26"]], "rows": [{"rowCoordinates": ["Amount"], "cells": ["1"]}]}
    pages = {f"101:{customer},102:21,103:31,20000000020:51": data for customer in ("11", "12")}
    writer, asked = writer_seeing(view, pages)
    writer.read([pipeline_cell("a"), pipeline_cell("b"), pipeline_cell("c", customer="GLOBEX")])
    assert sorted(asked) == sorted(pages)


def test_a_view_may_have_no_pages_and_no_columns() -> None:
    """An empty axis has no key, in the view as in its data."""
    view = {"rows": [CUSTOMER, PRODUCT, CURRENCY, TIME, VERSIONS, LINES]}
    row = ["Acme Corporation", "Software", "EUR", "Mar 26", "Forecast", "Amount"]
    writer, asked = writer_seeing(view, {"": {"rows": [{"rowCoordinates": row, "cells": ["3.25"]}]}})
    assert writer.read([pipeline_cell("a")]) == {"a": Decimal("3.25")}
    assert asked == [""]


def test_a_fiscal_period_is_read_back_under_the_name_it_was_written_under() -> None:
    """A model of weeks is checked as one of months is; a period that is not the model's has no value there."""
    view = {"rows": [CUSTOMER, PRODUCT, CURRENCY, TIME, VERSIONS, LINES]}
    row = ["Acme Corporation", "Software", "EUR", "Period 3 FY26", "Forecast", "Amount"]
    data = {"rows": [{"rowCoordinates": row, "cells": ["3.25"]}]}
    writer, _ = writer_seeing(view, {"": data}, period_names=["Period {number} FY{year}"])
    cells = [pipeline_cell("a", period="FY2026-P03"), pipeline_cell("b", period="2026-03")]
    assert writer.read(cells) == {"a": Decimal("3.25"), "b": None}


@pytest.mark.parametrize(
    "data",
    [
        {"columnCoordinates": [["Mar 26"]], "rows": [{"rowCoordinates": ["Amount"], "cells": ["1", "2"]}]},
        {"columnCoordinates": [["Mar 26"]], "rows": [{"rowCoordinates": ["Amount"]}]},
        {"columnCoordinates": [["Mar 26"]], "rows": ["Amount"]},
        {"columnCoordinates": 7, "rows": []},
        {"columnCoordinates": [["Mar 26"]], "rows": [{"rowCoordinates": ["Amount"], "cells": ["many"]}]},
    ],
)
def test_view_data_that_does_not_fit_together_is_no_proof(data: dict[str, Any]) -> None:
    """A check that cannot be read must not pass."""
    view = {"pages": [CUSTOMER, PRODUCT, CURRENCY, VERSIONS], "rows": [LINES], "columns": [TIME]}
    writer, _ = writer_seeing(view, {"101:11,102:21,103:31,20000000020:51": data})
    with pytest.raises(MalformedError):
        writer.read([pipeline_cell("a")])


def test_a_view_with_a_dimension_the_landscape_does_not_know_is_told() -> None:
    """A cell is one number only if every dimension of the view is given."""
    writer, _ = writer_seeing(
        {"pages": [CUSTOMER, {"id": "109", "name": "Channel"}], "rows": [LINES], "columns": [TIME]}, {}
    )
    with pytest.raises(MalformedError, match="anaplan_view_has_another_dimension"):
        writer.read([pipeline_cell("a")])


def test_cells_of_a_module_that_is_not_there_read_as_none() -> None:
    """What is not in planning has no value there."""
    writer, _ = writer_seeing({}, {})
    cell = pipeline_cell("a")
    missing = type(cell)(cell_id="x", cube="Elsewhere", measure="M", members=(), value=Decimal(1))
    assert writer.read([missing]) == {"x": None}
