from __future__ import annotations

import pytest

from functions.deliver.settings import DeliverSettings
from functions.intake.settings import IntakeSettings
from functions.journal.settings import JournalSettings
from functions.lake.settings import LakeSettings
from functions.receive.settings import ReceiveSettings
from functions.record.settings import RecordSettings
from functions.sweep.settings import SweepSettings
from tieout.settings import Settings, SettingsError

EVERY_STEP: list[Settings] = [
    ReceiveSettings(
        connection="hubspot-emea",
        system="hubspot",
        public_url="https://hooks.example.com/webhooks/hubspot-emea",
        secret_arn="arn:secret",
        bus_name="bus",
        archive_bucket="archive",
        flows={"opportunity": "forecast_to_plan"},
        options={"accept_v1": False, "window_seconds": 300, "objects": ["0-3"]},
    ),
    RecordSettings(
        flow="forecast_to_plan",
        ledger_table="ledger",
        queue_url="https://sqs/queue",
        dead_letter_queue_url="https://sqs/dead",
        flush_queue_urls={"anaplan": "https://sqs/flush.fifo"},
        archive_bucket="archive",
        directory_arn="arn:directory",
    ),
    JournalSettings(archive_bucket="archive"),
    LakeSettings(archive_bucket="archive", lake_bucket="lake", ledger_table="ledger", dimensions={"Time": "period"}),
    DeliverSettings(target="anaplan", ledger_table="ledger", secret_arn="arn:secret"),
    SweepSettings(
        ledger_table="ledger",
        archive_bucket="archive",
        bus_name="bus",
        flush_queue_urls={},
        maintenance={"oracle": {"begins": "22:00", "time_zone": "Asia/Kolkata", "minutes": 60}},
    ),
    IntakeSettings(ledger_table="ledger", archive_bucket="archive", bus_name="bus", flow_queue_urls={}),
]


@pytest.mark.parametrize("settings", EVERY_STEP, ids=lambda each: type(each).__name__)
def test_what_the_infrastructure_fills_in_is_what_the_handler_reads(settings: Settings) -> None:
    """An environment written by a settings class reads back as the same settings, whatever else stands in it."""
    environ = {**settings.environment(), "PATH": "/usr/bin"}
    assert type(settings).of_environment(environ) == settings


@pytest.mark.parametrize("settings", EVERY_STEP, ids=lambda each: type(each).__name__)
def test_a_missing_variable_is_named(settings: Settings) -> None:
    """Whichever variable a deployment forgets, the error names that one."""
    for variable in settings.environment():
        environ = {name: value for name, value in settings.environment().items() if name != variable}
        with pytest.raises(SettingsError, match=f"^environment variable {variable} is missing or empty$"):
            type(settings).of_environment(environ)


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("TIEOUT_MAX_REJECTED_PER_HOUR", "many", "is 'many', not a whole number above zero"),
        ("TIEOUT_MAX_REJECTED_PER_HOUR", "0", "is '0', not a whole number above zero"),
        ("TIEOUT_MAX_REJECTED_PER_HOUR", "\N{SUPERSCRIPT TWO}", "not a whole number above zero"),
        ("TIEOUT_FLOWS", "{", "is not JSON"),
        ("TIEOUT_FLOWS", "[]", "is not a JSON object"),
        ("TIEOUT_FLOWS", '{"invoice": 1}', "has a value under 'invoice' that is not a text"),
    ],
)
def test_an_unreadable_variable_is_named_with_its_flaw(variable: str, value: str, problem: str) -> None:
    """A variable of the wrong form fails where it is read, never later where it is used."""
    with pytest.raises(SettingsError, match=f"environment variable {variable} ") as caught:
        ReceiveSettings.of_environment({**EVERY_STEP[0].environment(), variable: value})
    assert problem in str(caught.value)
    assert caught.value.variable == variable
