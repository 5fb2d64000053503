"""The receive function as Lambda runs it, from its environment to the emulated AWS and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.receive import handler
from functions.receive.settings import ReceiveSettings
from tests.support.aws_over_http import CREDENTIALS, REGION, AwsOverHttp, aws_over_http
from tests.support.clock import ManualClock
from tests.support.good_bodies import SECRET, good_body
from tests.support.receiving import FLOWS, api_event, sign_as_hubspot, sign_as_netsuite
from tieout.arriving.spool import BusEntry, decode
from tieout.aws import without_sdk
from tieout.aws.endpoint import AwsEndpoint
from tieout.aws.without_sdk import EventBus, ObjectKeeper
from tieout.errors import LostAnswerError
from tieout.system_clock import SystemClock, SystemEntropy

URL = "https://hooks.example.com/webhooks/somewhere"
SIGN = {"hubspot": sign_as_hubspot, "netsuite": sign_as_netsuite}


@pytest.fixture
def aws() -> Iterator[AwsOverHttp]:
    """An emulated AWS with the bus, the bucket and an empty secret."""
    with aws_over_http() as aws:
        aws.events.create_event_bus(Name="line")
        aws.s3.create_bucket(Bucket="archive", CreateBucketConfiguration={"LocationConstraint": REGION})
        aws.secretsmanager.create_secret(Name="webhook")
        yield aws


def environment(aws: AwsOverHttp, system: str) -> dict[str, str]:
    """What the infrastructure gives the function."""
    settings = ReceiveSettings(
        connection="somewhere",
        system=system,
        public_url=URL,
        secret_arn="webhook",
        bus_name="line",
        archive_bucket="archive",
        flows=FLOWS,
        options={},
    )
    return settings.environment() | CREDENTIALS | {"AWS_ENDPOINT_URL": aws.url}


@pytest.fixture(autouse=True)
def endpoints(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[AwsEndpoint]]:
    """Every endpoint a test opens, closed when it ends."""
    opened: list[AwsEndpoint] = []

    class Remembered(AwsEndpoint):
        def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 handed through
            super().__init__(*arguments, **named)
            opened.append(self)

    monkeypatch.setattr(without_sdk, "AwsEndpoint", Remembered)
    yield opened
    for each in opened:
        each.close()


@pytest.fixture(params=["hubspot", "netsuite"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, aws: AwsOverHttp) -> Iterator[str]:
    """A cold function of each system."""
    for name, value in environment(aws, request.param).items():
        monkeypatch.setenv(name, value)
    handler._receiver.cache_clear()
    yield request.param
    handler._receiver.cache_clear()


def post(system: str, body: bytes, secret: bytes = SECRET) -> int:
    """The status a delivery signed now is answered with."""
    headers = SIGN[system](body, ManualClock(SystemClock().now()), secret, URL)
    status = handler.lambda_handler(api_event(body, headers), None)["statusCode"]
    assert isinstance(status, int)
    return status


def test_from_an_empty_secret_to_a_published_delivery(system: str, aws: AwsOverHttp) -> None:
    """Refused until somebody sets the secret, then taken; every call bears a signature the SDK would have made."""
    assert post(system, good_body(system)) == 401
    aws.secretsmanager.put_secret_value(SecretId="webhook", SecretString=json.dumps({"current": SECRET.decode()}))
    handler._receiver().secret._tried_at = None  # ten seconds later
    assert post(system, good_body(system, 3)) == 200
    published = [
        json.loads(each.body) for each in aws.asked if each.headers.get("x-amz-target") == "AWSEvents.PutEvents"
    ]
    [entry] = published[-1]["Entries"]
    assert entry["EventBusName"] == "line"
    assert len(json.loads(entry["Detail"])["notices"]) == 3
    kept = [each["Key"] for each in aws.s3.list_objects_v2(Bucket="archive")["Contents"]]
    assert len(kept) == 1
    assert kept[0].startswith("rejected/somewhere/")


def test_without_the_bus_a_delivery_is_spooled_in_s3(
    system: str, aws: AwsOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The object holds the entry the bus would have had."""
    aws.secretsmanager.put_secret_value(SecretId="webhook", SecretString=json.dumps({"current": SECRET.decode()}))
    refusal = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}
    monkeypatch.setattr(aws.events, "put_events", lambda **_k: refusal)
    assert post(system, good_body(system)) == 200
    [found] = aws.s3.list_objects_v2(Bucket="archive", Prefix="spool/")["Contents"]
    entry = decode(aws.s3.get_object(Bucket="archive", Key=found["Key"])["Body"].read())
    assert entry.source == "tieout.somewhere"


def test_without_aws_there_is_no_success(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers: 503, and no exception leaves the function."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert post(system, good_body(system)) == 503


def test_without_the_archive_a_forgery_is_refused_all_the_same(
    system: str, aws: AwsOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keeping it is a favour to the operator, nothing more."""
    aws.secretsmanager.put_secret_value(SecretId="webhook", SecretString=json.dumps({"current": SECRET.decode()}))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    assert post(system, good_body(system), b"wrong") == 401


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"FailedEntryCount": 0, "Entries": []},
        {"FailedEntryCount": 1, "Entries": [{"EventId": "e"}]},
        {"FailedEntryCount": 0, "Entries": [{"ErrorCode": "x"}]},
        {"Entries": [{"EventId": "e"}]},
    ],
)
def test_an_answer_of_the_bus_that_makes_no_sense_is_not_trusted(
    aws: AwsOverHttp, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object]
) -> None:
    """Success is what is said for every entry, and the count agrees."""
    monkeypatch.setattr(aws.events, "put_events", lambda **_k: answer)
    bus = EventBus("line", {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url}, SystemClock(), SystemEntropy())
    with pytest.raises(LostAnswerError):
        bus.put([BusEntry("tieout.x", "flow", "{}")])


def test_a_refused_entry_is_named(aws: AwsOverHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    """PutEvents answers 200 and refuses all the same."""
    mixed = {"FailedEntryCount": 1, "Entries": [{"EventId": "e"}, {"ErrorCode": "ThrottlingException"}]}
    monkeypatch.setattr(aws.events, "put_events", lambda **_k: mixed)
    environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "_X_AMZN_TRACE_ID": "Root=1-2-3"}
    bus = EventBus("line", environ, SystemClock(), SystemEntropy())
    assert bus.put([BusEntry("tieout.x", "a", "{}"), BusEntry("tieout.x", "b", "{}")]) == ["", "ThrottlingException"]
    assert json.loads(aws.asked[-1].body)["Entries"][0]["TraceHeader"] == "Root=1-2-3"


@pytest.mark.parametrize("key", ["spool/a/JKJaXmPLvHcESHA=-unrouted.json", "rejected/a/ö b+c/%41&d.json"])
def test_an_object_is_stored_under_exactly_its_key(aws: AwsOverHttp, key: str) -> None:
    """Whatever the key holds is encoded once and signed as sent."""
    keeper = ObjectKeeper("archive", {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url}, SystemClock(), SystemEntropy())
    keeper.put(key, b'{"a":1}')
    assert aws.s3.get_object(Bucket="archive", Key=key)["Body"].read() == b'{"a":1}'


def test_on_aws_the_bucket_is_part_of_the_host() -> None:
    """And the path is the key alone."""
    keeper = ObjectKeeper("archive", CREDENTIALS, SystemClock(), SystemEntropy())
    assert keeper._endpoint._host == "archive.s3.eu-central-1.amazonaws.com"
    assert not keeper._base
