from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.legacy_feeds import BALANCES, CUSTOMERS, FEEDS, JOURNALS, TO_DATE, legacy_connection
from tieout.systems.legacy_files.options import options_of
from tieout.systems.legacy_files.rules import connection_problems

NO_COMPANY = {**JOURNALS["detail"], "columns": JOURNALS["detail"]["columns"][1:]}
LATE = r"GL_(?P<batch>[0-9]+)\.csv"
TELLING = {"mark": "T", "columns": ["company", "count"]}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"files": "("}, "no regular expression"),
        ({"files": r"(?P<who>x)(?P<batch>[0-9]+)"}, "'who'"),
        ({"header": None, "files": "x"}, "states 'batch'"),
        ({"trailer": {"mark": "D", "columns": ["count"]}}, "same mark"),
        ({"trailer": {"columns": ["count"]}}, "needs a mark"),
        ({"amounts": {"decimal": ",", "grouping": ","}}, "cannot part"),
        ({"amounts": {"grouping": ",", "implied_decimals": 2}}, "no thousands"),
        ({"delimiter": ",", "quote": ""}, "stands in amounts"),
        ({"key": ["amount"]}, "key names"),
        ({"signs": "debit_positive"}, "'flag'"),
        ({"signs": "two_columns"}, "totals_of"),
        ({"credit_flags": ["S"]}, "a flag is"),
        ({"account": "1000"}, "the account is either"),
        ({"totals_of": "local_amount"}, "totals_of"),
        ({"detail": {"mark": "D", "columns": ["account", "sum"]}}, "'sum' is no column"),
        ({"most_bytes": 0}, "most_bytes"),
        ({"chunk_documents": 2001}, "chunk_documents"),
        ({"fact": "Customer"}, "neither amounts nor accounts"),
        ({"amounts_are": "to_date"}, "amounts to date need"),
        ({"year_begins_in": 4}, "year_begins_in"),
        ({"closing_numbers": [""]}, "closing_numbers"),
        ({"closing_periods": [16, 12]}, "closing_periods"),
        ({"key": ["company", "account"]}, "names neither a document nor"),
        ({"detail": NO_COMPANY, "key": ["document"]}, "lacks 'company'"),
        (
            {"detail": NO_COMPANY, "header": None, "key": ["company", "document"], "files": LATE, "trailer": TELLING},
            "key names",
        ),
        ({**TO_DATE, "header": None, "trailer": None, "year_begins_in": 13}, "year_begins_in"),
        ({**TO_DATE, "header": None, "trailer": None, "year_begins_in": 4, "months": False}, "year_begins_in"),
    ],
)
def test_a_feed_that_could_not_be_read_or_trusted_is_refused(change: Mapping[str, Any], complaint: str) -> None:
    """What is declared is refused at synth, in words that name what is wrong with it."""
    with pytest.raises(ValueError, match=complaint):
        options_of({"feeds": [{**JOURNALS, **change}]})


def test_what_closes_a_year_is_known_by_numbers_where_documents_have_such() -> None:
    """Balances have none."""
    with pytest.raises(ValueError, match="documents have no numbers"):
        options_of({"feeds": [{**TO_DATE, "closing_numbers": ["CL"]}]})


def test_fixed_lines_have_a_width_for_each_column() -> None:
    """Widths and the form 'fixed' belong together, one for each column."""
    with pytest.raises(ValueError, match="widths"):
        options_of({"feeds": [{**BALANCES, "form": "delimited"}]})
    with pytest.raises(ValueError, match="widths"):
        options_of({"feeds": [{**BALANCES, "detail": {"columns": ["account", "amount"], "widths": [8]}}]})


def test_the_feeds_of_the_tests_are_sound() -> None:
    """Three feeds of one connection are taken, each once, and what is no fact of a row is named."""
    assert list(connection_problems(legacy_connection())) == []
    assert list(connection_problems(legacy_connection(TO_DATE, CUSTOMERS))) == []
    wrong = legacy_connection({**JOURNALS, "fact": "Opportunity", "account_classes": {}})
    assert {problem[0][-1] for problem in connection_problems(wrong)} == {"fact", "account_classes"}
    with pytest.raises(ValueError, match="twice"):
        options_of({"feeds": [*FEEDS, JOURNALS]})
