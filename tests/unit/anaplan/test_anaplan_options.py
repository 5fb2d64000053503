"""The options of an Anaplan target: what the landscape may say."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter

from tieout.landscape import Option
from tieout.periods import Period
from tieout.systems.anaplan.options import Options


def test_defaults_are_the_careful_ones() -> None:
    """Without a word in the landscape, Anaplan is written to in the smaller documented batch, with patience, by certificate."""
    options = Options(model_id="M")
    assert (options.batch_size, options.write_timeout_seconds, options.authentication) == (1000, 120, "certificate")
    assert options.refresh_margin_seconds == 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"model_id": ""},
        {"batch_size": 0},
        {"batch_size": 3001},
        {"authentication": "oauth"},
        {"write_timeout_seconds": 119},
        {"write_timeout_seconds": 181},
        {"refresh_margin_seconds": 59},
        {"refresh_margin_seconds": 1501},
        {"year_digits": 3},
        {"period_names": ["Period {number}"]},
        {"imports": {"Cash": {"action": "112000000001"}}},
        {"imports": {"Cash": {"action": "116000000001", "file": "113000000001"}}},
        {"imports": {"Cash": {"action": "112000000001", "file": "112000000001"}}},
        {"imports": {cube: {"action": "112000000001", "file": f"11300000000{cube}"} for cube in "12"}},
        {"imports": {cube: {"action": f"11200000000{cube}", "file": "113000000001"} for cube in "12"}},
        {"calls_per_minute": 0},
        {"calls_per_minute": 601},
        {"bulk_from": 0},
        {"bulk_from": 11, "bulk_size": 10},
        {"bulk_size": 10_001},
        {"poll_seconds": 4},
        {"poll_seconds": 31},
        {"call_timeout_seconds": 4},
        {"call_timeout_seconds": 31},
    ],
)
def test_an_option_out_of_bounds_is_refused(wrong: dict[str, Option]) -> None:
    """What Anaplan cannot bear is found when the landscape is read, not when cells wait."""
    with pytest.raises(ValueError, match="is"):
        Options(**({"model_id": "M"} | wrong))  # type: ignore[arg-type]  # the landscape's values are as loose


def test_the_edges_are_allowed() -> None:
    """The largest and the smallest of everything are still options."""
    Options(model_id="M", batch_size=3000, refresh_margin_seconds=1500, write_timeout_seconds=180)
    Options(model_id="M", batch_size=1, refresh_margin_seconds=60, write_timeout_seconds=120)


def test_a_landscape_file_can_name_further_dimensions_without_codes() -> None:
    """A TOML list is taken for the dimensions that are written by name, as synth checks it."""
    plain = json.dumps({"model_id": "M", "dimensions_by_name": ["Time", "Version", "Users"]})
    assert "Users" in TypeAdapter(Options).validate_json(plain, strict=True).dimensions_by_name


def test_a_model_of_fiscal_periods_says_how_it_names_them() -> None:
    """The three options make the names that are written and read back."""
    plain = json.dumps(
        {"model_id": "M", "period_names": ["P{number} FY{year}"], "period_label": "WK", "year_digits": 4}
    )
    options = TypeAdapter(Options).validate_json(plain, strict=True)
    assert options.names.name_of(Period(2026, 3, "WK")) == "P3 FY2026"
    assert Options(model_id="M").names.name_of(Period(2026, 3)) == "Mar 26"
