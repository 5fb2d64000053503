"""Our signatures are byte for byte the SDK's."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from tieout.aws.signature import Signer

MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 hypothesis adds the zone
TOKENS = st.text("ABCDEFGHabcdefgh0123456789/+=", max_size=80)
TARGETS = st.text("abcXYZ019.-", min_size=1, max_size=20)
NAMES = st.text("abcXYZ019-_.~/= ,:é", max_size=30)


def by_botocore(
    service: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    environ: dict[str, str],
    moment: datetime,
) -> str:
    """The authorization the SDK would send with the same headers at the same moment."""
    credentials = Credentials("AKIDEXAMPLE", environ["AWS_SECRET_ACCESS_KEY"], environ.get("AWS_SESSION_TOKEN") or None)
    scheme = S3SigV4Auth if service == "s3" else SigV4Auth
    request = AWSRequest(method, f"https://{headers['host']}{path}", dict(headers), body)
    request.context["client_config"] = None
    with patch("botocore.auth.get_current_datetime", lambda *_a, **_k: moment.replace(tzinfo=None)):
        scheme(credentials, service, "eu-central-1").add_auth(request)
    return str(request.headers["Authorization"])


@pytest.mark.parametrize("service", ["events", "secretsmanager", "s3"])
def test_the_authorization_is_the_sdks(service: str) -> None:
    """For any body, header, key, token and moment, with the paths we send."""

    @given(st.binary(max_size=300), TARGETS, TOKENS, TOKENS.filter(bool), MOMENTS, NAMES)
    def check(body: bytes, target: str, token: str, key: str, moment: datetime, name: str) -> None:
        method, path = ("PUT", "/" + quote(f"spool/{name}", safe="/-_.~")) if service == "s3" else ("POST", "/")
        environ = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": key}
        environ["AWS_SESSION_TOKEN"] = token
        headers = {
            "host": "example.amazonaws.com",
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": target,
        }
        ours = Signer(service, environ).sign(method, path, headers, body, moment)
        assert ours["authorization"] == by_botocore(service, method, path, headers, body, environ, moment)

    check()
