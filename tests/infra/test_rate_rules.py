"""How rates may be declared: every feed says its type, and two rates may meet in one currency that is not the reporting one."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.landscape import read_landscape
from infra.landscape_files import LandscapeError
from tests.support.planning_model import sandbox_landscape

MODEL = "landscape/planning.toml"
FEED, REPORTING = 'rates = "budget"', 'reporting_currency = "USD"'


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        (FEED, "", 'feeds "pipeline" rates: field required'),
        (
            FEED,
            'rates = "yearly"',
            "feeds \"pipeline\" rates: input should be 'average', 'closing', 'historical', 'budget' or 'spot'",
        ),
        (REPORTING, f'{REPORTING}\nrates.through = "euro"', "rates \"through\": 'euro' is no ISO 4217 currency code"),
        (
            REPORTING,
            f'{REPORTING}\nrates.through = "USD"',
            "rates \"through\": 'USD' is the reporting currency: no rate into it goes by way of itself",
        ),
    ],
)
def test_a_flaw_of_how_rates_are_declared_is_named(root: Path, good: str, bad: str, problem: str) -> None:
    """With its file and place, before anything is deployed."""
    text = (root / MODEL).read_text()
    assert good in text
    (root / MODEL).write_text(text.replace(good, bad, 1))
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox")
    assert f"{MODEL}: {problem}" in caught.value.problems


def test_a_currency_in_the_middle_is_read(root: Path) -> None:
    """Where a landscape declares one; what ships declares none."""
    text = (root / MODEL).read_text()
    (root / MODEL).write_text(text.replace("# [rates]\n# through", "[rates]\nthrough"))
    assert read_landscape(root, "sandbox").rates.through == "EUR"
    assert sandbox_landscape().rates.through == ""


def test_what_is_planned_goes_by_the_budget_and_what_has_happened_by_averages() -> None:
    """A plan version has one type, so that what changes in it is the business; no feed that ships plans balances."""
    versions = {
        (dimension.constant, feed.rates)
        for feed in sandbox_landscape().feeds
        for dimension in feed.dimensions
        if dimension.name == "Version"
    }
    assert versions == {("Actual", "average"), ("Forecast", "budget")}
