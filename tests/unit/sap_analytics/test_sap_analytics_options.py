"""The options of a SAP Analytics Cloud target: what the landscape may say."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from infra.option_types import options_adapter
from tests.support.sap_analytics import DECLARED, analytics_options
from tieout.landscape import Option
from tieout.periods import Period
from tieout.systems.sap_analytics.options import Options


def test_defaults_are_the_careful_ones() -> None:
    """Without a word in the landscape, rows with other measures go apart, months are months, and versions public."""
    options = Options(models={"Pipeline": "M"}, auth_base_url="https://tenant.test")
    assert (options.batch_size, options.partial_rows, options.versions) == (1000, "apart", {})
    assert options.names.name_of(Period(2026, 3)) == "202603"


@pytest.mark.parametrize(
    "wrong",
    [
        {"models": {}},
        {"models": {"Pipeline": ""}},
        {"models": {"Pipeline": "M", "Cash": "M"}},
        {"auth_base_url": "https://tenant.test/oauth/token"},
        {"auth_base_url": "https://tenant.test/oauth/token/"},
        {"columns": {"Customer": "Kunde", "Supplier": "Kunde"}},
        {"versions": {"Actual": "public.Actual", "Forecast": "public.Actual"}},
        {"measures": {"Pipeline": {"Amount": "Amount", "Amount USD": "Amount"}}},
        {"partial_rows": "somehow"},
        {"period_names": ["Period {number}"]},
        {"batch_size": 0},
        {"batch_size": 3001},
        {"write_timeout_seconds": 59},
        {"write_timeout_seconds": 181},
        {"call_timeout_seconds": 4},
        {"call_timeout_seconds": 38},
        {"poll_seconds": 0},
        {"poll_seconds": 31},
        {"page_size": 0},
    ],
)
def test_an_option_out_of_bounds_is_refused(wrong: dict[str, Option]) -> None:
    """What cannot work, or would let two of our cells undo each other, is found when the landscape is read."""
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is"):
        analytics_options(**wrong)


def test_the_edges_are_allowed() -> None:
    """The largest and the smallest of everything are still options."""
    analytics_options(batch_size=3000, write_timeout_seconds=180, call_timeout_seconds=45, poll_seconds=30)
    analytics_options(batch_size=1, write_timeout_seconds=60, call_timeout_seconds=5, poll_seconds=1, page_size=1)


def test_one_column_may_hold_the_measures_of_two_cubes() -> None:
    """Each cube has a model of its own, so that both may call their measure Amount."""
    analytics_options(measures={"Pipeline": {"Open": "Amount"}, "Cash": {"Collected": "Amount"}})


def test_jobs_end_two_calls_before_the_write_must() -> None:
    """The call that is under way when time is up, and the job's removal, are within the write."""
    assert analytics_options(write_timeout_seconds=100, call_timeout_seconds=20).job_seconds == 60


def test_a_landscape_file_can_say_all_of_it() -> None:
    """TOML tables are taken as synth checks them, and nothing beside the declared options."""
    adapter = options_adapter(Options)
    plain = {"auth_base_url": "https://tenant.test", **DECLARED, "period_names": ["{year}{number:03}"]}
    options = adapter.validate_json(json.dumps(plain), strict=True, extra="forbid")
    assert options.measures["Pipeline"]["Amount USD"] == "AmountUSD"
    assert options.names.name_of(Period(2026, 3, "FY")) == "2026003"


def test_no_option_says_how_rows_are_added() -> None:
    """`Append`, which would add to what planning holds, can be reached by no configuration."""
    names = {each.name for each in fields(Options)}
    assert [name for name in names if "method" in name or "append" in name or "import" in name] == []
    with pytest.raises(ValueError, match="importMethod"):
        options_adapter(Options).validate_json(
            json.dumps({"auth_base_url": "x", "models": {"P": "M"}, "importMethod": "Append"}),
            strict=True,
            extra="forbid",
        )
