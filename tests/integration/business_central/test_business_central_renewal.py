"""An hour of the renew function: secrets of an emulated AWS, the simulated environment over HTTP, and what it says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.renew.handler import RenewFunction
from functions.renew.settings import RenewSettings
from tests.support.central_reading import SECRETS, URL, CentralReading
from tests.support.moto_aws import REGION, EmulatedAws, emulated_aws

Opening = Callable[..., CentralReading]
CONNECTION = "central-iberia"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedAws]:
    """An emulated AWS with the clients' own settings."""
    for name, value in (("ACCESS_KEY_ID", "testing"), ("SECRET_ACCESS_KEY", "testing"), ("REGION", REGION)):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with emulated_aws() as emulated:
        yield emulated


def environ(aws: EmulatedAws, central: CentralReading, folder: Path, webhook: Mapping[str, str]) -> dict[str, str]:
    """The environment of the function, as its construct fills it, with the secrets and the landscape it names."""

    def secret(name: str, value: object) -> str:
        return aws.secrets.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]

    landscape: dict[str, Any] = {
        "stage": "test",
        "reporting_currency": "USD",
        "connections": [asdict(central.connection())],
        **{name: [] for name in ("targets", "flows", "feeds")},
    }
    (folder / "landscape.json").write_text(json.dumps(landscape))
    settings = RenewSettings(
        public_urls={CONNECTION: URL},
        webhook_secret_arns={CONNECTION: secret("webhook", webhook)},
        directory_arn=secret("directory", {CONNECTION: secret("api", central.credentials())}),
        landscape_file=str(folder / "landscape.json"),
    )
    return settings.environment()


@contextmanager
def opened(environment: Mapping[str, str]) -> Iterator[RenewFunction]:
    """The function, whose connections are closed with it."""
    function = RenewFunction(environment)
    with function._http:
        yield function


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was counted."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


def test_an_hour_keeps_a_connection_subscribed(
    aws: EmulatedAws, opening: Opening, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At first all are made; an hour later there is nothing to do; and no line holds a secret."""
    central = opening(start=datetime.now(UTC))
    with opened(environ(aws, central, tmp_path, {"current": SECRETS[0], "previous": SECRETS[1]})) as function:
        function.handle()
        assert {each.client_state for each in central.subscriptions.living()} == {SECRETS[0]}
        assert len(central.subscriptions.living()) == 9
        [line] = lines(capsys)
        assert (line["connection"], line["outcome"], line["Renewed"]) == (CONNECTION, "renewed", 9)
        assert not any(each in json.dumps(line) for each in (*SECRETS, central.settings.client_secret))
        function.handle()
        assert [(each["outcome"], "Renewed" in each) for each in lines(capsys)] == [("renewed", False)]


def test_an_hour_that_fails_is_counted(
    aws: EmulatedAws,
    opening: Opening,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """By connection, for its alarm; what was wrong stands beside it by its class alone."""
    central = opening()
    with opened(environ(aws, central, tmp_path, {"current": "too short"})) as function:
        function.handle()
    [counted] = [each for each in lines(capsys) if "outcome" in each]
    assert (counted["outcome"], counted["SubscriptionsUnknown"]) == ("unavailable", 1)
    failed, *_ = (vars(record) for record in caplog.records if record.message == "not renewed")
    assert (failed["connection"], failed["error"], failed["subscription"]) == (CONNECTION, "AccessDeniedError", "")
    assert central.subscriptions.living() == []
