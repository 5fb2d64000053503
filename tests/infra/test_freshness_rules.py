"""What is declared of the freshness of planning is checked before anything is deployed, and each flaw is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.landscape import read_landscape
from infra.landscape_files import LandscapeError

FILE = "landscape/freshness.toml"
SPOILED = [
    ('flow = "forecast_to_plan"', 'flow = "forecasts"',
     'freshness "objectives" forecasts flow',
     "'forecasts' is no flow (forecast_to_plan, record_to_report, order_to_cash, spend_to_plan)"),
    ('flow = "forecast_to_plan"', 'flow = "forecast_to_plan"\ntargets = ["anapln"]',
     'freshness "objectives" forecasts targets', "'anapln' is no target (anaplan, oracle-epm, sap-analytics)"),
    ('flow = "spend_to_plan"', 'flow = "record_to_report"',
     'freshness "objectives" spending', "'actuals' is for the same changes"),
    ('name = "spending"', 'name = "actuals"',
     'freshness "objectives" actuals', "the name 'actuals' is declared twice"),
    ("within_seconds = 300", "within_seconds = 59",
     'freshness "objectives" forecasts within_seconds', "59 is not between 60 and 86400 seconds"),
    ("within_seconds = 1800", "within_seconds = 86401",
     'freshness "objectives" spending within_seconds', "86401 is not between 60 and 86400 seconds"),
    ("within_seconds = 300", 'within_seconds = "300"',
     'freshness "objectives" forecasts within_seconds', "input should be a valid integer"),
    ("within_seconds_in_close = 180", "within_seconds_in_close = 301",
     'freshness "objectives" forecasts within_seconds_in_close', "301 is not between 60 and within_seconds, 300"),
    ("within_seconds_in_close = 180", "within_seconds_in_close = 59",
     'freshness "objectives" forecasts within_seconds_in_close', "59 is not between 60 and within_seconds, 300"),
    ("{ last = 1, first = 5 }", "{ last = 0, first = 0 }",
     'freshness "objectives" forecasts within_seconds_in_close', "no close_days are declared, so it never holds"),
    ("{ last = 1, first = 5 }", "{ last = 16, first = 5 }",
     'freshness "close_days" last', "16 is not between 0 and 15 days"),
    ("{ last = 1, first = 5 }", "{ last = 1, first = -1 }",
     'freshness "close_days" first', "-1 is not between 0 and 15 days"),
    ("window_days = 28", "window_days = 6",
     'freshness "window_days"', "6 is not between 7 and 31 days"),
    ("late_of_thousand = 20", "late_of_thousand = 66",
     'freshness "objectives" spending late_of_thousand', "66 is not between 1 and 65"),
    ("late_of_thousand = 20", "late_of_thousand = 0",
     'freshness "objectives" spending late_of_thousand', "0 is not between 1 and 65"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "place", "problem"), SPOILED)
def test_a_flaw_of_an_objective_is_named(root: Path, good: str, bad: str, place: str, problem: str) -> None:
    """One spoiled line is reported in one sentence that says where it stands and what is wrong with it."""
    text = (root / FILE).read_text()
    assert good in text
    (root / FILE).write_text(text.replace(good, bad, 1))
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox")
    said = f"{FILE}: {place}: {problem}"
    assert said in [each[: len(said)] for each in caught.value.problems]


def test_a_target_may_have_an_objective_of_its_own(root: Path) -> None:
    """Beside that of the flow, which holds for all others; a stage declares it over what all stages have."""
    overlay = root / "overlay.toml"
    overlay.write_text(
        '[[freshness.objectives]]\nname = "in-oracle"\nflow = "forecast_to_plan"\n'
        'targets = ["oracle-epm"]\nwithin_seconds = 600\n'
    )
    freshness = read_landscape(root, "sandbox", overlay).freshness
    held = {target: freshness.objective("forecast_to_plan", target) for target in ("anaplan", "oracle-epm")}
    assert {target: each and each.within_seconds for target, each in held.items()} == {
        "anaplan": 300,
        "oracle-epm": 600,
    }
